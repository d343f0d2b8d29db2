import fc from 'fast-check';
import { coPartition } from './co-partition';

const indexes = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('sharing the partitions of a group', () => {
  it('gives an index to the same member on every topic, and every index to one', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 16 }),
        (ids, count) => {
          const topics = ['a', 'b', 'c'];
          const shared = coPartition(
            ids.map((id) => ({ id, topics })),
            new Map(topics.map((topic) => [topic, indexes(count)])),
          );
          const owned = [...shared.values()];
          for (const { a, b, c } of owned) expect([b, c]).toEqual([a, a]);
          expect(owned.flatMap(({ a = [] }) => a).sort((x, y) => x - y)).toEqual(indexes(count));
          const sizes = owned.map(({ a = [] }) => a.length);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('does not depend on the order in which the members came', () => {
    const members = ['x', 'y', 'z'].map((id) => ({ id, topics: ['a'] }));
    const partitions = new Map([['a', indexes(6)]]);
    expect(coPartition([...members].reverse(), partitions)).toEqual(coPartition(members, partitions));
  });

  it('leaves no partition of a topic behind that only the newer members take', () => {
    const shared = coPartition(
      [
        { id: 'old', topics: ['a'] },
        { id: 'young', topics: ['a', 'b'] },
      ],
      new Map([
        ['a', indexes(4)],
        ['b', indexes(4)],
      ]),
    );
    expect(shared.get('young')?.['b']).toEqual(indexes(4));
    expect(shared.get('old')).toEqual({ a: [0, 2] });
  });
});
