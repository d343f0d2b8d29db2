/**
 * Publishes that need not be waited for one by one; more than this many on their way hold the publisher up. While they
 * are waited for nothing is published, so a few requests' worth must fit in.
 */
const LIMIT = 1_000;

/** Messages on their way to the bus: their order is that of the calls, so only their acceptance is left to wait for. */
export class PublishWindow {
  private pending: Promise<void>[] = [];
  private unsettled = 0;
  private progressMs = 0;

  /** For how long the bus has accepted nothing although something is on its way; 0: nothing is, or it goes on. */
  stalledMs(nowMs: number): number {
    return this.unsettled === 0 ? 0 : nowMs - this.progressMs;
  }

  /** Takes a publish; resolves at once unless too many are on their way. Throws what one of those failed with. */
  async add(...publishes: readonly Promise<void>[]): Promise<void> {
    for (const publish of publishes) {
      if (this.unsettled === 0) this.progressMs = performance.now();
      this.unsettled += 1;
      // A failure is thrown by whoever waits next.
      publish.then(this.settled, this.settled);
      this.pending.push(publish);
    }
    if (this.pending.length > LIMIT) await this.drain();
  }

  private readonly settled = (): void => {
    this.unsettled -= 1;
    this.progressMs = performance.now();
  };

  /** Resolves when all were accepted. */
  async drain(): Promise<void> {
    const pending = this.pending;
    this.pending = [];
    await Promise.all(pending);
  }
}
