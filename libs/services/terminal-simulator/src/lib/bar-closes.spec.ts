import type { Timeframe } from '@trading/trading-market';
import { BarCloses } from './bar-closes';

const MINUTE = 60_000_000;

describe('the closes of subscribed bars', () => {
  const closesOf = (...bars: [symbol: number, timeframe: Timeframe][]): BarCloses => {
    const closes = new BarCloses();
    closes.subscribe(bars.map(([symbol, timeframe]) => ({ symbol, timeframe })));
    return closes;
  };

  it("open a bar with a quote of its own symbol, not with another's", () => {
    const closes = closesOf([0, 'M1'], [1, 'M1']);
    closes.onQuote(1, 10 * MINUTE);
    expect(closes.earliestUs).toBe(11 * MINUTE);
    closes.pass(11 * MINUTE);
    expect(closes.earliestUs).toBe(Infinity);
    closes.onQuote(2, 11 * MINUTE);
    expect(closes.earliestUs).toBe(Infinity);
    closes.onQuote(0, 12 * MINUTE);
    expect(closes.earliestUs).toBe(13 * MINUTE);
  });

  it('end the bars of all symbols that close at the same time at once', () => {
    const closes = closesOf([0, 'M5'], [1, 'M1']);
    closes.onQuote(0, 0);
    closes.onQuote(1, 4 * MINUTE);
    expect(closes.earliestUs).toBe(5 * MINUTE);
    closes.pass(5 * MINUTE);
    expect(closes.earliestUs).toBe(Infinity);
  });

  it('keep an open bar that is subscribed to again, and take none twice', () => {
    const closes = closesOf([0, 'M1']);
    closes.onQuote(0, 0);
    closes.subscribe([
      { symbol: 0, timeframe: 'M1' },
      { symbol: 0, timeframe: 'M1' },
      { symbol: 1, timeframe: 'M1' },
    ]);
    expect(closes.earliestUs).toBe(MINUTE);
    expect(closes.shortestUs).toBe(MINUTE);
  });

  it('are expected where the next quotes will open or close a bar', () => {
    expect(closesOf().expectedUs([7, 5])).toBe(5);
    const closes = closesOf([0, 'M5'], [1, 'M1']);
    expect(closes.expectedUs([0, 6 * MINUTE])).toBe(5 * MINUTE);
    expect(closes.expectedUs([10 * MINUTE, 6 * MINUTE])).toBe(7 * MINUTE);
    expect(closes.expectedUs([10 * MINUTE, Infinity])).toBe(15 * MINUTE);
    // Bars of symbols whose data has ended: nothing is waited for but the ticks of others.
    expect(closes.expectedUs([Infinity, Infinity, 3])).toBe(3);
  });
});
