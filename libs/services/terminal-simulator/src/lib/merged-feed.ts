import type { TickFeed } from './tick-feed';

/**
 * The quotes of several feeds as one, by time. Equal times come in the order of the feeds, each feed's own order is
 * kept: the merge depends on the data alone, never on which file was read first.
 */
export class MergedFeed {
  /** The feed that `advance` takes from; only while {@link hasNext}. */
  next = 0;
  /** Time of the next quote; only while {@link hasNext}. */
  nextTimeUs = NaN;
  /** The next quote is known: every feed that has not ended has one ready. */
  hasNext = false;
  /** Time of the current quote; 0 before the first. */
  timeUs = 0;
  private readonly ended: boolean[];

  constructor(private readonly feeds: readonly TickFeed[]) {
    this.ended = feeds.map(() => false);
  }

  /**
   * Makes the next quote available; false when all feeds have ended.
   * @throws what the feeds throw
   */
  async load(): Promise<boolean> {
    if (this.hasNext) return true;
    for (const [index, feed] of this.feeds.entries()) {
      if (this.ended[index] === true || feed.hasNext) continue;
      if (!(await feed.load())) this.ended[index] = true;
    }
    this.choose();
    return this.hasNext;
  }

  /** Goes to the next quote. @param positionSign what is held of its symbol: 1 long, -1 short, 0 flat */
  advance(positionSign: -1 | 0 | 1): void {
    const feed = this.feeds[this.next];
    if (!this.hasNext || !feed) return;
    feed.advance(positionSign);
    this.timeUs = feed.timeUs;
    this.choose();
  }

  /** No quote of this feed will come any more, as far as was loaded. */
  hasEnded(index: number): boolean {
    return this.ended[index] === true;
  }

  /** Time of the next quote of each feed; Infinity of one that has ended. Only while {@link hasNext}. */
  nextTimesUs(): number[] {
    return this.feeds.map((feed) => (feed.hasNext ? feed.nextTimeUs : Infinity));
  }

  private choose(): void {
    const { feeds, ended } = this;
    let earliestUs = Infinity;
    this.hasNext = false;
    for (let index = 0; index < feeds.length; index += 1) {
      const feed = feeds[index];
      if (!feed || ended[index] === true) continue;
      if (!feed.hasNext) {
        this.hasNext = false;
        return;
      }
      if (feed.nextTimeUs >= earliestUs) continue;
      earliestUs = this.nextTimeUs = feed.nextTimeUs;
      this.next = index;
      this.hasNext = true;
    }
  }
}
