import type { terminal } from '@trading/contracts';
import type { BrokerTime } from './broker-time';

/*
 * Where messages carry the broker's time, for terminals that say it as their server shows it (`broker-time`). 0 stands
 * for "none" and stays.
 */

const FROM_TERMINAL: Readonly<Record<string, readonly string[]>> = {
  account: ['time'],
  'cmd.result': ['time'],
  'query.result': ['result.time'],
  'trade.event': ['time'],
  'order.event': ['time', 'expires'],
  'position.event': ['time'],
  'cash.event': ['time'],
  snapshot: ['time', 'account.time', 'positions.opened', 'orders.placed', 'orders.expires', 'deals.time'],
  history: ['deals.time', 'orders.time', 'orders.expires', 'cash.time', 'coversFrom'],
  rates: ['bars.open', 'bars.close'],
};

const TO_TERMINAL: Readonly<Record<string, readonly string[]>> = {
  'order.submit': ['expires'],
  'order.modify': ['expires'],
  'history.get': ['from'],
  'rates.get': ['from', 'to'],
};

/** Turns the times of a message of the terminal into UTC, in place. */
export function timesToUtc({ t, d }: terminal.Envelope, time: BrokerTime, nowUs: number): void {
  if (t === 'tick') ticksToUtc(d, time, nowUs);
  for (const path of FROM_TERMINAL[t] ?? []) change(d, path.split('.'), (at) => time.toUtcUs(at, nowUs));
}

/** A body for the terminal with its times in the broker's. */
export function timesToBroker<T>(type: string, body: T, time: BrokerTime, nowUs: number): T {
  const paths = TO_TERMINAL[type];
  if (paths === undefined) return body;
  const copy = structuredClone(body);
  for (const path of paths) change(copy, path.split('.'), (at) => time.toBrokerUs(at, nowUs));
  return copy;
}

/** All ticks of a frame by one offset: the last of them is what happens now. */
function ticksToUtc(body: unknown, time: BrokerTime, nowUs: number): void {
  const times = (body as Partial<terminal.TickFrame> | null)?.t;
  if (!Array.isArray(times)) return;
  const last = times.at(-1);
  if (typeof last !== 'number') return;
  const offset = time.liveOffsetUs(last, nowUs);
  if (offset === 0) return;
  for (let i = 0; i < times.length; i++) times[i] = Number(times[i]) - offset;
}

/** Changes the times at a path of names, through lists; what is not a time there is left to the reader to refuse. */
function change(body: unknown, [name, ...rest]: readonly string[], convert: (timeUs: number) => number): void {
  if (typeof body !== 'object' || body === null || name === undefined) return;
  if (Array.isArray(body)) {
    for (const one of body) change(one, [name, ...rest], convert);
    return;
  }
  const fields = body as Record<string, unknown>;
  const value = fields[name];
  if (rest.length > 0) change(value, rest, convert);
  else if (typeof value === 'number' && Number.isSafeInteger(value) && value !== 0) fields[name] = convert(value);
}
