import { terminal } from '@trading/contracts';
import { INSTRUMENT } from './scripted-terminal';
import { CASH_EVENT, DEAL, ORDER_EVENT, POSITION_EVENT, snapshotFrame } from './terminal-frames';

/** A sequence of numbers in [0, 1) that a seed determines (mulberry32). */
export class Dice {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  pick<T>(from: readonly T[]): T {
    const one = from[this.below(from.length)];
    if (one === undefined) throw new RangeError('There is nothing to pick from.');
    return one;
  }
}

const TICK: terminal.TickFrame = { symbol: INSTRUMENT.brokerSymbol, first: 1, t: [1], b: ['1.1'], a: ['1.2'] };

/** Messages as an honest terminal would send them. */
export const HONEST: readonly { readonly t: string; readonly d: unknown; readonly isReliable?: true }[] = [
  { t: 'tick', d: TICK },
  { t: 'account', d: snapshotFrame().account },
  { t: 'terminal', d: { connected: true, tradeAllowed: true } },
  { t: 'ping', d: { t0: 1 } },
  { t: 'trade.event', d: DEAL, isReliable: true },
  { t: 'order.event', d: ORDER_EVENT, isReliable: true },
  { t: 'position.event', d: POSITION_EVENT, isReliable: true },
  { t: 'cash.event', d: CASH_EVENT, isReliable: true },
];

const TYPES = [
  ...HONEST.map(({ t }) => t),
  'cmd.result',
  'sim.mark',
  'snapshot',
  'hello',
  'auth',
  'log',
  '',
  'é\u0000',
];

/** Anything that JSON can say, mostly small. */
export function anything(dice: Dice, depth = 0): unknown {
  switch (dice.below(depth > 3 ? 7 : 9)) {
    case 0:
      return null;
    case 1:
      return dice.next() < 0.5;
    case 2:
      return dice.pick([0, -1, 1.5, 2 ** 53, -(2 ** 60), 1e308, dice.below(1_000)]);
    case 3:
      return dice.pick(['', '0', '-1', '1e999', 'NaN', '__proto__', 'constructor', '\u0000', '💥', 'x'.repeat(5_000)]);
    case 4:
      return INSTRUMENT.brokerSymbol;
    case 5:
      return '1.10000';
    case 6:
      return dice.below(100);
    case 7:
      return Array.from({ length: dice.below(5) }, () => anything(dice, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: dice.below(5) }, () => [
          dice.pick(['symbol', 'time', 'coid', '__proto__', 't', 'b']),
          anything(dice, depth + 1),
        ]),
      );
  }
}

/** A copy with one field, at any depth, replaced, taken away or added. */
export function mutated(dice: Dice, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || dice.next() < 0.1) return anything(dice);
  const copy: Record<string, unknown> = { ...(value as Record<string, unknown>) };
  const keys = Object.keys(copy);
  const key = keys.length === 0 ? 'x' : dice.pick(keys);
  const what = dice.below(4);
  if (what === 0) Reflect.deleteProperty(copy, key);
  else if (what === 1) copy[`${key}x`] = anything(dice);
  else copy[key] = mutated(dice, copy[key]);
  return Array.isArray(value) ? Object.values(copy) : copy;
}

/** A message that is honest, mutated, or nothing of the protocol. `seq` is the next one of the terminal's sequence. */
export function message(dice: Dice, seq: number): unknown {
  const { t, d, isReliable } = dice.pick(HONEST);
  const honest = terminal.envelope(t, d, 1, isReliable === true ? { seq } : {});
  switch (dice.below(6)) {
    case 0:
    case 1:
      return honest;
    case 2:
      return { ...honest, d: mutated(dice, d) };
    case 3:
      return mutated(dice, honest);
    case 4:
      return terminal.envelope(dice.pick(TYPES), anything(dice), 1, { re: String(dice.below(5)) });
    default:
      return anything(dice);
  }
}

/** Bytes of a frame: whole, cut, with a false length, or broken inside. */
export function bytesOf(dice: Dice, content: unknown): Buffer {
  const frame = terminal.encodeFrame(content ?? null);
  switch (dice.below(12)) {
    case 0:
      return frame.subarray(0, dice.below(frame.length));
    case 1:
      frame.writeUInt32BE(dice.pick([0, 1, 1_048_576, 1_048_577, 0xffff_ffff]), 0);
      return frame;
    case 2:
      frame[4 + dice.below(Math.max(frame.length - 4, 1))] = dice.below(256);
      return frame;
    case 3:
      return Buffer.from(Array.from({ length: 1 + dice.below(200) }, () => dice.below(256)));
    default:
      return frame;
  }
}
