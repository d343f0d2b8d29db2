import { setTimeout as sleep } from 'node:timers/promises';

/** Wall time that the part of a gap between barriers that no bar fills may take, such as a weekend. */
export const LONGEST_GAP_MS = 2000;

export type Speed = 'max' | 'realtime' | number;

/**
 * How long simulated time takes in wall time, in milliseconds: `us` divided by the speed, where what goes beyond one bar
 * counts as a gap of at most {@link LONGEST_GAP_MS}.
 */
export function wallMs(us: number, barUs: number, speed: Speed): number {
  if (speed === 'max') return 0;
  const times = speed === 'realtime' ? 1 : speed;
  const inBarMs = Math.min(us, barUs) / 1000 / times;
  const gapMs = Math.max(0, us - barUs) / 1000 / times;
  return inBarMs + Math.min(gapMs, LONGEST_GAP_MS);
}

/** Lets simulated time pass no faster than asked for. */
export class Pace {
  private lastMs = performance.now();

  constructor(
    private readonly speed: Speed,
    private readonly signal: AbortSignal,
  ) {}

  get isFree(): boolean {
    return this.speed === 'max';
  }

  /** Waits until `us` of simulated time may have passed since the last call. Ends early when aborted. */
  async pass(us: number, barUs: number): Promise<void> {
    const leftMs = this.lastMs + wallMs(us, barUs, this.speed) - performance.now();
    if (leftMs > 1) await sleep(leftMs, undefined, { signal: this.signal }).catch(() => undefined);
    this.lastMs = performance.now();
  }
}
