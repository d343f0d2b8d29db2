import fc from 'fast-check';
import { labelDirection } from './labels';

const barsOf = (closes: readonly number[]) =>
  closes.map((close, i) => ({ closeTimeUs: (i + 1) * 10, bid: { open: close, high: close, low: close, close } }));

describe('labelDirection', () => {
  it('looks exactly the horizon ahead and says when that was known', () => {
    expect(labelDirection(barsOf([10, 11, 9, 11, 10]), 2)).toEqual([
      { label: 0, endTimeUs: 30 },
      { label: 0, endTimeUs: 40 },
      { label: 1, endTimeUs: 50 },
      undefined,
      undefined,
    ]);
  });

  it('labels an unchanged close 0', () => {
    expect(labelDirection(barsOf([10, 10]), 1)[0]?.label).toBe(0);
  });

  it('depends only on the two closes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 9 }),
        (closes, h) => {
          labelDirection(barsOf(closes), h).forEach((label, i) => {
            const later = closes[i + h];
            expect(label?.label).toBe(later === undefined ? undefined : Number(later > closes[i]!));
          });
        },
      ),
      { seed: 42 },
    );
  });

  it.each([0, -1, 1.5, NaN])('refuses a horizon of %d', (horizon) => {
    expect(() => labelDirection([], horizon)).toThrow('whole number of bars');
  });
});
