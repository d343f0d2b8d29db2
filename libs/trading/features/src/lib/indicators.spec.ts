import fc from 'fast-check';
import { Atr } from './atr';
import { Ema } from './ema';
import { InvalidWindow, NonFiniteInput } from './errors';
import type { Indicator } from './indicator';
import { RollingExtremes } from './rolling-extremes';
import { RollingStd } from './rolling-std';
import { Rsi } from './rsi';
import { Sma } from './sma';

fc.configureGlobal({ seed: 42 });

const prices = fc.array(fc.double({ min: 0.01, max: 1e5, noNaN: true }), { minLength: 1, maxLength: 60 });
const bar = (close: number) => ({ high: close * 1.01, low: close * 0.98, close });

const cases: readonly {
  readonly name: string;
  readonly make: () => Indicator<never, unknown, unknown>;
  readonly restore: (state: never) => Indicator<never, unknown, unknown>;
  readonly input: (price: number) => unknown;
  readonly warmUp: number;
}[] = [
  { name: 'Sma', make: () => new Sma(5), restore: Sma.restore, input: (x) => x, warmUp: 5 },
  { name: 'Ema', make: () => new Ema(5), restore: Ema.restore, input: (x) => x, warmUp: 5 },
  { name: 'RollingStd', make: () => new RollingStd(5), restore: RollingStd.restore, input: (x) => x, warmUp: 5 },
  { name: 'Rsi', make: () => new Rsi(5), restore: Rsi.restore, input: (x) => x, warmUp: 6 },
  { name: 'Atr', make: () => new Atr(5), restore: Atr.restore, input: bar, warmUp: 6 },
  {
    name: 'RollingExtremes',
    make: () => new RollingExtremes(5),
    restore: RollingExtremes.restore,
    input: bar,
    warmUp: 5,
  },
];

describe.each(cases)('$name', ({ input, make, restore, warmUp }) => {
  it('is ready after its warm-up and gives NaN before', () => {
    const indicator = make();
    expect(indicator.warmUp).toBe(warmUp);
    for (let step = 1; step <= warmUp + 2; step += 1) {
      const output = indicator.next(input(100 + step) as never);
      const numbers = typeof output === 'number' ? [output] : Object.values(output as Record<string, number>);
      expect(indicator.ready).toBe(step >= warmUp);
      expect(numbers.every((value) => Number.isNaN(value))).toBe(step < warmUp);
    }
  });

  it('continues with the same bits from a snapshot that went through JSON', () => {
    fc.assert(
      fc.property(prices, prices, (before, after) => {
        const original = make();
        for (const price of before) original.next(input(price) as never);
        const restored = restore(JSON.parse(JSON.stringify(original.snapshot())) as never);
        for (const price of after) {
          expect(restored.next(input(price) as never)).toEqual(original.next(input(price) as never));
        }
        expect(restored.snapshot()).toEqual(original.snapshot());
      }),
    );
  });

  it('refuses a value that would poison its window', () => {
    const indicator = make();
    indicator.next(input(1) as never);
    expect(() => indicator.next(input(NaN) as never)).toThrow(NonFiniteInput);
  });
});

describe('windowed indicators', () => {
  it('do not drift: after large values have left the window, no trace of them is left', () => {
    const [sma, deviation] = [new Sma(3), new RollingStd(3)];
    for (const value of [1e15, 3e15, 1e-3, 0.1, 0.1, 0.1]) {
      sma.next(value);
      deviation.next(value);
    }
    expect(sma.next(0.1)).toBe((0.1 + 0.1 + 0.1) / 3);
    expect(deviation.next(0.1)).toBeLessThan(1e-16);
  });

  it('refuse windows that hold nothing and states that do not fit', () => {
    for (const length of [0, -1, 1.5, NaN]) {
      expect(() => new Sma(length)).toThrow(InvalidWindow);
      expect(() => new Ema(length)).toThrow(InvalidWindow);
    }
    expect(() => Sma.restore({ length: 2, values: [1, 2, 3] })).toThrow(InvalidWindow);
  });

  it('Sma and RollingStd are mean and population deviation', () => {
    const [sma, deviation] = [new Sma(4), new RollingStd(4)];
    const last = [9, 2, 4, 4, 6].map((value) => [sma.next(value), deviation.next(value)]).at(-1);
    expect(last).toEqual([4, Math.sqrt(2)]);
  });

  it('Ema moves by 2 / (length + 1) of the distance', () => {
    const ema = new Ema(3);
    expect([8, 10, 5].map((value) => ema.next(value)).at(-1)).toBe(7);
  });

  it('Rsi is the share of gains in all movement, 50 when nothing moves', () => {
    const rsi = new Rsi(3);
    expect([10, 13, 12, 12].map((price) => rsi.next(price)).at(-1)).toBe(75);
    expect(rsi.next(12)).toBe(0);
    expect(rsi.next(12)).toBe(50);
    expect([13, 14, 15].map((price) => rsi.next(price)).at(-1)).toBe(100);
  });

  it('Atr counts the gap from the close before', () => {
    const atr = new Atr(2);
    atr.next({ high: 10, low: 9, close: 9.5 });
    atr.next({ high: 12, low: 11, close: 11 });
    expect(atr.next({ high: 10, low: 8, close: 9 })).toBe((2.5 + 3) / 2);
  });

  it('RollingExtremes forgets what left the window', () => {
    const extremes = new RollingExtremes(2);
    extremes.next({ high: 20, low: 1 });
    extremes.next({ high: 12, low: 10 });
    expect(extremes.next({ high: 11, low: 9 })).toEqual({ highest: 12, lowest: 9 });
  });
});
