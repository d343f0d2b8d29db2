import { pathOrder, pathTimesUs } from './path';

describe('pathOrder', () => {
  it.each([
    ['OHLC', 10, 20, 9, 0, 'high-first'],
    ['OLHC', 10, 11, 1, 0, 'low-first'],
    ['adaptive', 10, 12, 7, 1, 'high-first'],
    ['adaptive', 10, 13, 9, 1, 'low-first'],
    ['adaptive', 10, 12, 8, 0, 'low-first'],
    ['worst', 10, 11, 1, 1, 'low-first'],
    ['worst', 10, 20, 9, -1, 'high-first'],
    ['worst', 10, 11, 1, 0, 'high-first'],
    ['worst', 10, 20, 9, 0, 'low-first'],
  ] as const)('%s, open %d, high %d, low %d, position %d: %s', (model, open, high, low, sign, expected) => {
    expect(pathOrder(model, open, high, low, sign)).toBe(expected);
  });
});

describe('pathTimesUs', () => {
  it('is the open, a quarter, the middle and 1 ms before the close', () => {
    expect(pathTimesUs(60_000_000, 120_000_000)).toEqual([60_000_000, 75_000_000, 90_000_000, 119_999_000]);
  });

  it('stays whole, in order and inside a bar of odd length', () => {
    const times = pathTimesUs(7, 7 + 60_000_003);
    expect(times.every(Number.isInteger)).toBe(true);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[3]).toBeLessThan(7 + 60_000_003);
  });
});
