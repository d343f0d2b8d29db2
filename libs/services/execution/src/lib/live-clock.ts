/** The time of an account without simulated time: that of its last message, going on since it came. */
export class LiveClock {
  private lastUs = 0;
  private heardMs = 0;

  constructor(private readonly monotonicMs: () => number) {}

  /** Begins anew. */
  start(timeUs: number): void {
    this.lastUs = timeUs;
    this.heardMs = this.monotonicMs();
  }

  /** Something happened then; never goes back. */
  hear(timeUs: number): void {
    if (timeUs > this.nowUs) this.start(timeUs);
  }

  get nowUs(): number {
    return this.lastUs + Math.max(0, Math.round((this.monotonicMs() - this.heardMs) * 1_000));
  }
}
