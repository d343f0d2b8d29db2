/**
 * Publishes that need not be waited for one by one; more than this many on their way hold the publisher up. While they
 * are waited for nothing is published, so a few requests' worth must fit in.
 */
const LIMIT = 1_000;

/** Messages on their way to the bus: their order is that of the calls, so only their acceptance is left to wait for. */
export class PublishWindow {
  private pending: Promise<void>[] = [];

  /** Takes a publish; resolves at once unless too many are on their way. Throws what one of those failed with. */
  async add(...publishes: readonly Promise<void>[]): Promise<void> {
    for (const publish of publishes) {
      // A failure is thrown by whoever waits next.
      publish.catch(() => undefined);
      this.pending.push(publish);
    }
    if (this.pending.length > LIMIT) await this.drain();
  }

  /** Resolves when all were accepted. */
  async drain(): Promise<void> {
    const pending = this.pending;
    this.pending = [];
    await Promise.all(pending);
  }
}
