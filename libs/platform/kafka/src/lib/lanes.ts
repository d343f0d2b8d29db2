import type { Position } from './group-door';
import type { Lane } from './lane';

/** The lanes of the partitions that a member owns. */
export class Lanes {
  private readonly lanes = new Map<string, Map<number, Lane>>();

  get(topic: string, partition: number): Lane | undefined {
    return this.lanes.get(topic)?.get(partition);
  }

  set(topic: string, partition: number, lane: Lane): void {
    let own = this.lanes.get(topic);
    if (own === undefined) this.lanes.set(topic, (own = new Map<number, Lane>()));
    own.set(partition, lane);
  }

  get isEmpty(): boolean {
    return this.lanes.size === 0;
  }

  /** Messages that wait. */
  get size(): number {
    let size = 0;
    for (const [, , lane] of this.all()) size += lane.size;
    return size;
  }

  hold(): void {
    for (const [, , lane] of this.all()) lane.hold();
  }

  release(): void {
    for (const [, , lane] of this.all()) lane.release();
  }

  async idle(): Promise<void> {
    await Promise.all([...this.all()].map(([, , lane]) => lane.idle()));
  }

  positions(): Position[] {
    return [...this.all()]
      .filter(([, , lane]) => lane.isStarted)
      .map(([topic, partition, lane]) => ({ topic, partition, offset: lane.position }));
  }

  /** Positions that have moved since they were committed. */
  uncommitted(): Position[] {
    const moved: Position[] = [];
    for (const [topic, partition, lane] of this.all()) {
      if (lane.position !== lane.committed) moved.push({ topic, partition, offset: lane.position });
    }
    return moved;
  }

  committed(positions: readonly Position[]): void {
    for (const { topic, partition, offset } of positions) {
      const lane = this.get(topic, partition);
      if (lane) lane.committed = offset;
    }
  }

  /** Messages of a topic that were not handled yet, as far as known. */
  lagOf(topic: string): number {
    let lag = 0;
    for (const lane of this.lanes.get(topic)?.values() ?? []) lag += Math.max(0, lane.end - lane.position);
    return lag;
  }

  private *all(): IterableIterator<[string, number, Lane]> {
    for (const [topic, own] of this.lanes) for (const [partition, lane] of own) yield [topic, partition, lane];
  }
}
