import { barOpenTimeUs, parseTimeframe, TIMEFRAMES, timeframeUs } from './timeframe';

describe('timeframes', () => {
  it('last as long as their names say', () => {
    expect(TIMEFRAMES.map((timeframe) => timeframeUs(timeframe) / 60_000_000)).toEqual([1, 5, 15, 30, 60, 240, 1440]);
  });

  it('align bars to the epoch, before it too', () => {
    const at = (text: string) => Date.parse(text) * 1000;
    expect(barOpenTimeUs('H4', at('2014-05-01T07:59:59.999Z'))).toBe(at('2014-05-01T04:00:00Z'));
    expect(barOpenTimeUs('H4', at('2014-05-01T08:00:00Z'))).toBe(at('2014-05-01T08:00:00Z'));
    expect(barOpenTimeUs('D1', at('1969-12-31T12:00:00Z'))).toBe(at('1969-12-31T00:00:00Z'));
  });

  it('are read in any case, and nothing else is', () => {
    expect(parseTimeframe(' h1 ')).toBe('H1');
    expect(parseTimeframe('M3')).toBeUndefined();
    expect(parseTimeframe('')).toBeUndefined();
  });
});
