import type { Assignment } from './co-partition';
import { FIRST, NEVER, type Position } from './group-door';
import { startOf } from './starting-positions';

/** A group's positions and the edges of its partitions: they hold messages 10 to 19. */
class FakeDoor {
  constructor(private readonly offsets: readonly number[]) {}
  readonly commits: Position[] = [];
  ends = 20;

  async committed(): Promise<Position[]> {
    return this.offsets.map((offset, partition) => ({ topic: 't', partition, offset }));
  }

  async edges(assignment: Assignment, edge: 'first' | 'end'): Promise<Position[]> {
    const offset = edge === 'first' ? 10 : this.ends;
    return Object.entries(assignment).flatMap(([topic, own]) => own.map((partition) => ({ topic, partition, offset })));
  }

  async commit(positions: readonly Position[]): Promise<void> {
    this.commits.push(...positions);
  }
}

const offsets = (positions: readonly Position[]): [number, number][] =>
  positions.map(({ partition, offset }): [number, number] => [partition, offset]).sort(([a], [b]) => a - b);

describe('where a partition goes on', () => {
  it('is where its group was; behind what is there, and committed, when it never was; the first where that expired', async () => {
    const door = new FakeDoor([15, NEVER, FIRST]);
    expect(offsets(await startOf(door, { t: [0, 1, 2] }, undefined))).toEqual([
      [0, 15],
      [1, 20],
      [2, 10],
    ]);
    expect(door.commits).toEqual([{ topic: 't', partition: 1, offset: 20 }]);
  });

  it('is remembered by a consumer that takes everything, which commits nothing', async () => {
    const door = new FakeDoor([]);
    const remembered = new Map<string, Position>();
    expect(offsets(await startOf(door, { t: [0, 1] }, remembered))).toEqual([
      [0, 20],
      [1, 20],
    ]);
    remembered.set('t 0', { topic: 't', partition: 0, offset: 22 });
    door.ends = 30;
    expect(offsets(await startOf(door, { t: [0, 1] }, remembered))).toEqual([
      [0, 22],
      [1, 20],
    ]);
    expect(door.commits).toEqual([]);
  });
});
