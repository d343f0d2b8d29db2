import fc from 'fast-check';
import { FeatureSchemaMismatch, InvalidFeatureBar } from './errors';
import { FEATURE_LIMIT } from './feature-definitions';
import { FeatureEngine, FEATURE_SCHEMA, type FeatureRow, type FeatureState } from './feature-engine';

fc.configureGlobal({ seed: 42 });

const DAY_US = 86_400_000_000;
const WARM_UP = FEATURE_SCHEMA.warmUpBars;

type TestBar = Parameters<FeatureEngine['next']>[0];

/** A market whose bars gap, stand still and jump. */
const moves = fc.record({
  move: fc.oneof(fc.constant(0), fc.double({ min: -0.05, max: 0.05, noNaN: true }), fc.constantFrom(-0.9, 5)),
  gap: fc.oneof(fc.constant(0), fc.double({ min: -0.01, max: 0.01, noNaN: true })),
  above: fc.double({ min: 0, max: 0.02, noNaN: true }),
  below: fc.double({ min: 0, max: 0.02, noNaN: true }),
  skippedDays: fc.constantFrom(0, 0, 0, 2),
});

const market = (minLength: number, maxLength: number): fc.Arbitrary<TestBar[]> =>
  fc.array(moves, { minLength, maxLength }).map((steps) => {
    let close = 1000;
    let openTimeUs = 946_857_600_000_000;
    return steps.map(({ above, below, gap, move, skippedDays }) => {
      const open = close * (1 + gap);
      close = Math.max(1e-6, open * (1 + move));
      openTimeUs += DAY_US * (1 + skippedDays);
      const bid = { open, close, high: Math.max(open, close) * (1 + above), low: Math.min(open, close) * (1 - below) };
      return { openTimeUs, bid };
    });
  });

const rowsOf = (engine: FeatureEngine, bars: readonly TestBar[]): FeatureRow[] => bars.map((bar) => engine.next(bar));

const flat = (openTimeUs: number, close = 100): TestBar => ({
  openTimeUs,
  bid: { open: close, high: close, low: close, close },
});

describe('FeatureEngine', () => {
  it('does not look ahead: later bars change no earlier row', () => {
    fc.assert(
      fc.property(market(1, 140), market(1, 10), fc.nat(), (bars, other, cut) => {
        const length = 1 + (cut % bars.length);
        const prefix = bars.slice(0, length);
        const offsetUs = (prefix.at(-1)?.openTimeUs ?? 0) - (other[0]?.openTimeUs ?? 0) + DAY_US;
        const altered = [...prefix, ...other.map((bar) => ({ ...bar, openTimeUs: bar.openTimeUs + offsetUs }))];
        const whole = rowsOf(new FeatureEngine(), bars).slice(0, length);
        expect(rowsOf(new FeatureEngine(), prefix)).toEqual(whole);
        expect(rowsOf(new FeatureEngine(), altered).slice(0, length)).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it('gives the same bits from any start beyond the warm-up', () => {
    fc.assert(
      fc.property(market(WARM_UP + 20, WARM_UP + 40), fc.integer({ min: 1, max: 20 }), (bars, start) => {
        const late = rowsOf(new FeatureEngine(), bars.slice(start));
        const early = rowsOf(new FeatureEngine(), bars).slice(start);
        const complete = late.filter((row) => row.complete);
        expect(complete.length).toBe(late.length - WARM_UP + 1);
        expect(complete).toEqual(early.slice(WARM_UP - 1));
      }),
      { numRuns: 30 },
    );
  });

  it('continues with the same bits from a snapshot that went through JSON, also while warming up', () => {
    fc.assert(
      fc.property(market(2, 150), fc.nat(), (bars, cut) => {
        const at = 1 + (cut % (bars.length - 1));
        const original = new FeatureEngine();
        rowsOf(original, bars.slice(0, at));
        const restored = FeatureEngine.restore(JSON.parse(JSON.stringify(original.snapshot())) as FeatureState);
        expect(rowsOf(restored, bars.slice(at))).toEqual(rowsOf(original, bars.slice(at)));
        expect(restored.snapshot()).toEqual(original.snapshot());
      }),
      { numRuns: 30 },
    );
  });

  it('gives complete rows of finite values within the limit, whatever the market does', () => {
    fc.assert(
      fc.property(market(WARM_UP, WARM_UP + 60), (bars) => {
        rowsOf(new FeatureEngine(), bars).forEach((row, index) => {
          expect(row.complete).toBe(index + 1 >= WARM_UP);
          expect(row.values).toHaveLength(FEATURE_SCHEMA.names.length);
          if (!row.complete) return;
          expect(row.values.every((value) => Math.abs(value) <= FEATURE_LIMIT)).toBe(true);
          expect(row.atr).toBeGreaterThanOrEqual(0);
        });
      }),
      { numRuns: 30 },
    );
  });

  it('does not depend on the unit of prices', () => {
    fc.assert(
      fc.property(market(WARM_UP, WARM_UP + 10), (bars) => {
        const scaled = bars.map(({ bid, openTimeUs }) => ({
          openTimeUs,
          bid: { open: bid.open * 128, high: bid.high * 128, low: bid.low * 128, close: bid.close * 128 },
        }));
        const [a, b] = [bars, scaled].map((market) => rowsOf(new FeatureEngine(), market).at(-1));
        expect(b?.atr).toBe(128 * (a?.atr ?? NaN));
        expect(b?.values).toEqual(a?.values);
      }),
      { numRuns: 20 },
    );
  });

  it('warms each feature up after the bars that its definition says', () => {
    const [bars] = fc.sample(market(WARM_UP, WARM_UP), { numRuns: 1, seed: 7 });
    const rows = rowsOf(new FeatureEngine(), bars!);
    FEATURE_SCHEMA.features.forEach(({ name, warmUpBars }, feature) => {
      const first = 1 + rows.findIndex(({ values }) => !Number.isNaN(values[feature]));
      expect([name, first]).toEqual([name, warmUpBars]);
    });
  });

  it('computes known values', () => {
    const engine = new FeatureEngine();
    const rows = Array.from({ length: 80 }, (_, day) => engine.next(flat(day * DAY_US, day % 2 === 0 ? 100 : 101)));
    const row = rows.at(-1)!;
    const value = (name: string): number => row.values[FEATURE_SCHEMA.names.indexOf(name)]!;
    expect(value('return1')).toBeCloseTo(1, 12);
    expect(value('return2')).toBe(0);
    expect(value('volatility5To20')).toBeCloseTo(Math.log(Math.sqrt(24) / 5), 12);
    expect(value('rsi2')).toBe(0);
    expect(value('distanceSma10')).toBe(0.5);
    expect(value('rangePosition20')).toBe(1);
    expect(value('rangeToAtr')).toBe(-1);
    expect(row.atr).toBe(1);
    // 1970-03-21 was a Saturday.
    expect(value('weekdaySin')).toBeCloseTo(Math.sin((2 * Math.PI * 6) / 7), 12);
    expect(value('weekdayCos')).toBeCloseTo(Math.cos((2 * Math.PI * 6) / 7), 12);
  });

  it('gives zeros, not NaN, for a market that stands still', () => {
    const engine = new FeatureEngine();
    const row = Array.from({ length: WARM_UP }, (_, day) => engine.next(flat(day * DAY_US))).at(-1)!;
    expect(row.complete).toBe(true);
    expect(row.values.slice(0, -2).every((value) => value === 0)).toBe(true);
  });

  it('refuses a bar out of order, and prices that have no logarithm', () => {
    const engine = new FeatureEngine();
    engine.next(flat(DAY_US));
    const before = engine.snapshot();
    for (const bar of [flat(DAY_US), flat(0), flat(2 * DAY_US, 0), flat(2 * DAY_US, -1), flat(2 * DAY_US, NaN)]) {
      expect(() => engine.next(bar)).toThrow(InvalidFeatureBar);
    }
    expect(engine.snapshot()).toEqual(before);
  });

  it('refuses a state of other features', () => {
    const state = { ...new FeatureEngine().snapshot(), schemaHash: '0000000000000000' };
    expect(() => FeatureEngine.restore(state)).toThrow(FeatureSchemaMismatch);
  });
});
