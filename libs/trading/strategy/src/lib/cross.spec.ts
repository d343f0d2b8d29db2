import * as fc from 'fast-check';
import { ExactCross } from './cross';

const states = (fast: number, slow: number, values: readonly number[]) => {
  const cross = new ExactCross(fast, slow);
  return values.map((value) => cross.next(value));
};

/** The averages written out as fractions. */
function expected(fast: number, slow: number, values: readonly number[]): number[] {
  let state = 0;
  return values.map((_, index) => {
    if (index + 1 < slow) return 0;
    const sum = (bars: number) => values.slice(index + 1 - bars, index + 1).reduce((a, b) => a + BigInt(b), 0n);
    const difference = sum(fast) * BigInt(slow) - sum(slow) * BigInt(fast);
    if (difference > 0n) state = 1;
    else if (difference < 0n) state = -1;
    return state;
  });
}

describe('the cross of two averages', () => {
  it('has no side until the slow average has its bars', () => {
    expect(states(1, 3, [1, 2, 3])).toEqual([0, 0, 1]);
  });

  it('keeps its side on a tie', () => {
    expect(states(1, 2, [1, 2, 2, 2, 1, 1])).toEqual([0, 1, 1, 1, -1, -1]);
  });

  it('has no side while the averages have always been equal', () => {
    expect(states(1, 2, [7, 7, 7])).toEqual([0, 0, 0]);
  });

  it('is exact beyond the safe integers of its products', () => {
    const big = 9_007_199_254_740_990;
    expect(states(1, 3, [big, big, big + 1, big + 1, big + 1, big])).toEqual([0, 0, 1, 1, 1, -1]);
  });

  it('knows its side after a restart in the middle of a tie', () => {
    expect(ExactCross.restore(1, 2, [2, 2], 1).next(2)).toBe(1);
    expect(ExactCross.restore(1, 2, [2, 2], -1).next(2)).toBe(-1);
  });

  const cases = fc.record({
    fast: fc.integer({ min: 1, max: 5 }),
    more: fc.integer({ min: 1, max: 5 }),
    values: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 40 }),
    cut: fc.nat(40),
  });

  it('compares as the written-out sums do', () => {
    fc.assert(
      fc.property(cases, ({ fast, more, values }) => {
        expect(states(fast, fast + more, values)).toEqual(expected(fast, fast + more, values));
      }),
      { seed: 42 },
    );
  });

  it('continues from its values and state as if never stopped', () => {
    fc.assert(
      fc.property(cases, ({ fast, more, values, cut }) => {
        const slow = fast + more;
        const first = new ExactCross(fast, slow);
        for (const value of values.slice(0, cut)) first.next(value);
        const second = ExactCross.restore(fast, slow, first.values, first.state);
        expect(values.slice(cut).map((value) => second.next(value))).toEqual(states(fast, slow, values).slice(cut));
      }),
      { seed: 42 },
    );
  });
});
