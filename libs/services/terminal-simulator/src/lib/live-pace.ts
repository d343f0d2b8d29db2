import { wallMs, type Speed } from './pace';

/** When what has a simulated time is due by the wall clock, without drift: waiting too long once makes no later wait longer. */
export class LivePace {
  private lastUs: number | undefined;
  private dueMs = 0;

  /** @param nowMs a clock that never goes back */
  constructor(
    private readonly speed: Speed,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** Nothing is waited for. */
  get isFree(): boolean {
    return this.speed === 'max';
  }

  /**
   * How long until something at `timeUs` is due; 0 or less when it is. The first time asked for is due at once; a gap
   * takes at most `LONGEST_GAP_MS`.
   */
  untilMs(timeUs: number): number {
    if (this.isFree) return 0;
    this.dueMs = this.lastUs === undefined ? this.nowMs() : this.dueMs + wallMs(timeUs - this.lastUs, 0, this.speed);
    this.lastUs = timeUs;
    return this.dueMs - this.nowMs();
  }
}
