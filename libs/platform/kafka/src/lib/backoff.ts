/** Pauses that double from one failure to the next, up to a longest one. */
export interface Backoff {
  readonly initialMs: number;
  readonly maxMs: number;
}

/** @param attempt 1 for the first failure */
export const pauseMs = ({ initialMs, maxMs }: Backoff, attempt: number): number =>
  Math.min(maxMs, initialMs * 2 ** Math.min(attempt - 1, 30));

/** A pause that can be cut short. */
export class Pause {
  private readonly timer: NodeJS.Timeout;
  private readonly end: () => void;
  readonly over: Promise<void>;

  constructor(ms: number) {
    let end: () => void = () => undefined;
    this.over = new Promise((resolve) => {
      end = resolve;
    });
    this.end = end;
    this.timer = setTimeout(end, ms);
  }

  unref(): void {
    this.timer.unref();
  }

  cut(): void {
    clearTimeout(this.timer);
    this.end();
  }
}

/** Resolves with the work, or after the time, whichever is first; says whether the work was done. */
export async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  const pause = new Pause(ms);
  // A deadline alone is no reason for the process to live on.
  pause.unref();
  try {
    return await Promise.race([work.then(() => true), pause.over.then(() => false)]);
  } finally {
    pause.cut();
  }
}
