import type { terminal } from '@trading/contracts';
import type { Zone } from '@trading/trading-market';

/*
 * Where messages carry the broker's time. 0 stands for "none" and stays.
 */

const FROM_TERMINAL: Readonly<Record<string, readonly string[]>> = {
  tick: ['t'],
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

/** Says and hears times as the broker's server shows them, as terminals do whose broker is not in UTC. */
export class BrokerClock {
  constructor(
    private readonly zone: Zone,
    private readonly nowUs: () => number,
  ) {}

  /** A message as it goes out; the account brings the server's clock of now. */
  told(message: terminal.Envelope): terminal.Envelope {
    const { zone } = this;
    const told = changed(message, FROM_TERMINAL, (us) => us + zone.offsetUs(us));
    if (told.t !== 'account') return told;
    const nowUs = this.nowUs();
    return { ...told, d: { ...(told.d as terminal.AccountFrame), bt: nowUs + zone.offsetUs(nowUs) } };
  }

  /** A message that came in, with its times in UTC. */
  heard(message: terminal.Envelope): terminal.Envelope {
    return changed(message, TO_TERMINAL, (us) => this.zone.toUtcUs(us));
  }
}

function changed(
  message: terminal.Envelope,
  paths: Readonly<Record<string, readonly string[]>>,
  convert: (timeUs: number) => number,
): terminal.Envelope {
  const list = paths[message.t];
  if (list === undefined) return message;
  return { ...message, d: list.reduce((body, path) => at(body, path.split('.'), convert), message.d) };
}

/** The same with the times at a path of names converted, through lists; nothing that was there is changed. */
function at(body: unknown, [name, ...rest]: readonly string[], convert: (timeUs: number) => number): unknown {
  if (Array.isArray(body)) {
    return body.map((one: unknown) => at(one, name === undefined ? [] : [name, ...rest], convert));
  }
  if (name === undefined) return typeof body === 'number' && body !== 0 ? convert(body) : body;
  if (typeof body !== 'object' || body === null || !(name in body)) return body;
  return { ...body, [name]: at((body as Record<string, unknown>)[name], rest, convert) };
}
