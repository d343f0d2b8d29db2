import type { TimeSeriesLog } from './postgres-time-series';

const EVERY_MS = 10_000;

interface Kept {
  saidMs: number;
  count: number;
}

/** Says each kind of complaint at most every ten seconds, with how much of it there was. */
export class QuietLog {
  private readonly kinds = new Map<string, Kept>();

  constructor(
    private readonly log: TimeSeriesLog | undefined,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  warn(kind: string, count: number, message: string, error?: string): void {
    const now = this.nowMs();
    let kept = this.kinds.get(kind);
    if (kept === undefined) this.kinds.set(kind, (kept = { saidMs: Number.NEGATIVE_INFINITY, count: 0 }));
    kept.count += count;
    if (now - kept.saidMs < EVERY_MS) return;
    this.log?.warn({ [kind]: kept.count, ...(error === undefined ? {} : { error }) }, message);
    kept.saidMs = now;
    kept.count = 0;
  }
}
