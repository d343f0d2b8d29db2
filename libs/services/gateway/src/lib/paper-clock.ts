import type { Clock } from '@trading/platform-config';

/** The time of an account on paper: that of its quotes, and between them as much later as has passed here. */
export class PaperClock {
  private lastUs: number | undefined;
  private heardUs = 0;

  constructor(private readonly clock: Clock) {}

  /** Takes the time of a quote; time never goes back. */
  tick(atUs: number): number {
    this.heardUs = this.clock.nowUs();
    this.lastUs = Math.max(this.lastUs ?? atUs, atUs);
    return this.lastUs;
  }

  nowUs(): number {
    const nowUs = this.clock.nowUs();
    return this.lastUs === undefined ? nowUs : this.lastUs + Math.max(0, nowUs - this.heardUs);
  }
}
