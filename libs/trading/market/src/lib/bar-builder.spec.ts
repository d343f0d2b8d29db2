import * as fc from 'fast-check';
import { BarBuilder } from './bar-builder';
import type { Bar } from './quote';

const MINUTE = 60_000_000;
const seed = 42;

type Tick = readonly [timeUs: number, bid: number, ask: number];

function barsOf(ticks: readonly Tick[], builder = new BarBuilder('EURUSD', 'M1')): Bar[] {
  return ticks.flatMap((tick) => builder.onTick(...tick) ?? []);
}

describe('BarBuilder', () => {
  it('closes a bar by the first tick at or past its end', () => {
    const builder = new BarBuilder('EURUSD', 'M1');
    expect(
      barsOf(
        [
          [10, 1.1, 1.2],
          [20, 1.3, 1.4],
          [30, 1.0, 1.15],
          [MINUTE - 1, 1.2, 1.25],
        ],
        builder,
      ),
    ).toEqual([]);
    expect(builder.onTick(MINUTE, 2, 3)).toEqual({
      symbol: 'EURUSD',
      timeframe: 'M1',
      openTimeUs: 0,
      closeTimeUs: MINUTE,
      bid: { open: 1.1, high: 1.3, low: 1.0, close: 1.2 },
      ask: { open: 1.2, high: 1.4, low: 1.15, close: 1.25 },
      tickCount: 4,
    });
  });

  it('closes a bar by a mark at its end, once', () => {
    const builder = new BarBuilder('EURUSD', 'M1');
    builder.onTick(5, 1, 2);
    expect(builder.onMark(MINUTE - 1)).toBeUndefined();
    expect(builder.onMark(MINUTE)?.tickCount).toBe(1);
    expect(builder.onMark(MINUTE)).toBeUndefined();
    expect(builder.onMark(9 * MINUTE)).toBeUndefined();
  });

  it('knows before it has the ticks whether they can close a bar', () => {
    const builder = new BarBuilder('EURUSD', 'M1');
    expect(builder.canClose(MINUTE - 2, MINUTE - 1)).toBe(false);
    expect(builder.canClose(MINUTE - 1, MINUTE)).toBe(true);
    builder.onTick(5, 1, 2);
    expect(builder.canClose(MINUTE - 1, MINUTE - 1)).toBe(false);
    expect(builder.canClose(MINUTE, MINUTE)).toBe(true);
    builder.onMark(MINUTE);
    expect(builder.canClose(3 * MINUTE, 3 * MINUTE)).toBe(false);
  });

  it('makes no bars of intervals without ticks', () => {
    const bars = barsOf([
      [0, 1, 2],
      [5 * MINUTE, 1, 2],
      [6 * MINUTE, 1, 2],
    ]);
    expect(bars.map((bar) => bar.openTimeUs)).toEqual([0, 5 * MINUTE]);
  });

  it('lets a crossed tick close a bar but not make one', () => {
    const builder = new BarBuilder('EURUSD', 'M1');
    builder.onTick(0, 1, 2);
    builder.onTick(1, 9, 8);
    expect(builder.onTick(MINUTE, 9, 8)).toMatchObject({ bid: { high: 1 }, ask: { high: 2 }, tickCount: 1 });
    expect(builder.onMark(2 * MINUTE)).toBeUndefined();
    builder.onTick(2 * MINUTE, 3, 3);
    expect(builder.onMark(3 * MINUTE)).toMatchObject({ openTimeUs: 2 * MINUTE, tickCount: 1 });
  });

  it('counts ticks that come too late instead of making a bar twice', () => {
    const builder = new BarBuilder('EURUSD', 'M1');
    builder.onTick(0, 1, 2);
    builder.onMark(MINUTE);
    builder.onTick(MINUTE - 1, 5, 6);
    builder.onTick(3 * MINUTE, 1, 2);
    builder.onTick(2 * MINUTE, 5, 6);
    expect(builder.lateTicks).toBe(2);
    expect(BarBuilder.restore('EURUSD', 'M1', builder.snapshot()).snapshot()).toEqual(builder.snapshot());
    expect(builder.onMark(4 * MINUTE)).toMatchObject({ openTimeUs: 3 * MINUTE, tickCount: 1, bid: { high: 1 } });
  });

  const ticks = fc
    .array(
      fc.tuple(
        fc.integer({ min: 0, max: 40_000_000 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
      ),
    )
    .map((steps) => {
      let timeUs = 0;
      return steps.map(([step, bid, ask]): Tick => [(timeUs += step), bid, ask]);
    });

  it('gives what grouping all uncrossed ticks by minute gives', () => {
    const flat = ({ open, high, low, close }: Bar['bid']) => [open, high, low, close];
    const ohlc = (values: number[]) => [values[0], Math.max(...values), Math.min(...values), values.at(-1)];
    fc.assert(
      fc.property(ticks, (all) => {
        const builder = new BarBuilder('EURUSD', 'M1');
        const bars = [...barsOf(all, builder), builder.onMark(1e15)].filter((bar) => bar !== undefined);
        const minutes = new Map<number, Tick[]>();
        for (const tick of all.filter(([, bid, ask]) => bid <= ask)) {
          const minute = Math.floor(tick[0] / MINUTE);
          minutes.set(minute, [...(minutes.get(minute) ?? []), tick]);
        }
        const expected = [...minutes].map(([minute, group]) => [
          minute * MINUTE,
          group.length,
          ...ohlc(group.map((tick) => tick[1])),
          ...ohlc(group.map((tick) => tick[2])),
        ]);
        expect(bars.map((bar) => [bar.openTimeUs, bar.tickCount, ...flat(bar.bid), ...flat(bar.ask)])).toEqual(
          expected,
        );
      }),
      { seed },
    );
  });

  it('goes on from a snapshot, through JSON, as if nothing had happened', () => {
    fc.assert(
      fc.property(ticks, fc.nat(), (all, cut) => {
        const at = all.length === 0 ? 0 : cut % all.length;
        const first = new BarBuilder('EURUSD', 'M1');
        const before = barsOf(all.slice(0, at), first);
        const state = JSON.parse(JSON.stringify(first.snapshot())) as ReturnType<BarBuilder['snapshot']>;
        const second = BarBuilder.restore('EURUSD', 'M1', state);
        const after = barsOf(all.slice(at), second);
        const whole = new BarBuilder('EURUSD', 'M1');
        expect([...before, ...after]).toEqual(barsOf(all, whole));
        expect(second.snapshot()).toEqual(whole.snapshot());
      }),
      { seed },
    );
  });
});
