/** Least budget: what this many milliseconds of the rates bring may come at once. */
const BURST_MS = 2_000;
/** Of each minute a peer may be held up for this share before it counts as a flood. */
const PATIENCE_MS = 10_000;
const WINDOW_MS = 60_000;

export interface InboundRates {
  readonly framesPerSecond: number;
  readonly bytesPerSecond: number;
}

/** What one terminal may send: beyond its rates nothing is read for a while, and a peer that goes on so is a flood. */
export class InboundBudget {
  private frames: number;
  private bytes: number;
  private heldMs = 0;
  private atMs: number;

  constructor(
    private readonly rates: InboundRates,
    nowMs: number,
  ) {
    this.atMs = nowMs;
    this.frames = (rates.framesPerSecond * BURST_MS) / 1_000;
    this.bytes = (rates.bytesPerSecond * BURST_MS) / 1_000;
  }

  /** Takes what has come and says for how many milliseconds to read nothing: 0 to go on, `flood` to end it. */
  take(frames: number, bytes: number, nowMs: number): number | 'flood' {
    const { framesPerSecond, bytesPerSecond } = this.rates;
    const elapsedMs = Math.max(nowMs - this.atMs, 0);
    this.atMs = nowMs;
    this.frames = filled(this.frames, framesPerSecond, elapsedMs) - frames;
    this.bytes = filled(this.bytes, bytesPerSecond, elapsedMs) - bytes;
    this.heldMs = Math.max(0, this.heldMs - (elapsedMs * PATIENCE_MS) / WINDOW_MS);
    const waitMs = Math.ceil(
      Math.max(0, (-this.frames * 1_000) / framesPerSecond, (-this.bytes * 1_000) / bytesPerSecond),
    );
    this.heldMs += waitMs;
    return this.heldMs > PATIENCE_MS ? 'flood' : waitMs;
  }
}

const filled = (left: number, perSecond: number, elapsedMs: number): number =>
  Math.min((perSecond * BURST_MS) / 1_000, left + (perSecond * elapsedMs) / 1_000);
