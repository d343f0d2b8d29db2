import * as fc from 'fast-check';
import { maxDrawdown } from './drawdown';

const points = (...equities: number[]): { timeUs: number; equity: string }[] =>
  equities.map((equity, i) => ({ timeUs: (i + 1) * 1000, equity: String(equity) }));

describe('maxDrawdown', () => {
  it('is the largest fall from a running peak, in percent of that peak', () => {
    // 100 → 80 is 20 %; 300 → 250 is more money but 16.67 %.
    expect(maxDrawdown(points(90, 100, 80, 300, 250, 310))).toEqual({
      pct: 20,
      money: '20.00',
      peakUs: 2000,
      troughUs: 3000,
    });
  });

  it('is zero while equity only rises, for one point and for none', () => {
    const none = { pct: 0, money: '0.00', peakUs: 0, troughUs: 0 };
    expect(maxDrawdown(points(1, 2, 3))).toEqual(none);
    expect(maxDrawdown(points(1))).toEqual(none);
    expect(maxDrawdown([])).toEqual(none);
  });

  it('counts the first of equal falls and rounds to four digits', () => {
    expect(maxDrawdown(points(3, 2, 3, 2))).toEqual({ pct: 33.3333, money: '1.00', peakUs: 1000, troughUs: 2000 });
  });

  it('is above 100 % when the equity falls below zero', () => {
    expect(maxDrawdown(points(100, -50)).pct).toBe(150);
  });

  it('equals the largest fall over all pairs of points', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 30 }), (equities) => {
        let worst = 0;
        equities.forEach((peak, i) =>
          equities.slice(i).forEach((trough) => (worst = Math.max(worst, (peak - trough) / peak))),
        );
        expect(maxDrawdown(points(...equities)).pct).toBeCloseTo(worst * 100, 4);
      }),
      { seed: 42 },
    );
  });
});
