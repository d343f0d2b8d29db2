import { detectTimeframe, smallestSpacing, timeframeOfSpacing } from './spacing';

const HOUR = 3_600_000_000;

describe('spacing', () => {
  it('is the smallest positive difference', () => {
    expect(smallestSpacing([0, 0, 5 * HOUR, 6 * HOUR, 6 * HOUR, 9 * HOUR])).toBe(HOUR);
    expect(smallestSpacing([1])).toBe(Infinity);
    expect(smallestSpacing([])).toBe(Infinity);
  });

  it('names the timeframe', () => {
    expect(timeframeOfSpacing(HOUR)).toBe('H1');
    expect(timeframeOfSpacing(23 * HOUR)).toBe('D1');
    expect(timeframeOfSpacing(2 * HOUR)).toBeUndefined();
    expect(timeframeOfSpacing(Infinity)).toBeUndefined();
  });

  it('is seen across chunks', () => {
    const chunk = (...times: number[]) => {
      const column = Float64Array.from(times);
      return { kind: 'ticks', count: times.length, timeUs: column, bid: column, ask: column } as const;
    };
    expect(detectTimeframe([chunk(0, 10 * HOUR), chunk(14 * HOUR)])).toBe('H4');
  });
});
