/** A barrier as the join sees it. */
export interface BarrierMark {
  readonly accountId: string;
  readonly n: number;
  readonly timeUs: number;
  readonly checkpoint: boolean;
  readonly end: boolean;
}

/** A session (re)start, which every source repeats. */
export interface SessionStart {
  readonly accountId: string;
  readonly sessionId: string;
  readonly resumeFrom: number;
  readonly timeUs: number;
  readonly lockstep: boolean;
}

/** What a stage does with its inputs; every call is awaited before the next. */
export interface Stage<T> {
  /** A session begins: go back to barrier `resumeFrom`. */
  onSession(session: SessionStart): Promise<void> | void;
  /** One input, in lockstep just before its barrier's `onBarrier`, otherwise when it arrives. */
  onInput(input: T): Promise<void> | void;
  /** All inputs up to this barrier were handed over. */
  onBarrier(mark: BarrierMark): Promise<void> | void;
}

type Entry<T> = { readonly input: T } | { readonly mark: BarrierMark } | { readonly session: SessionStart };

/**
 * Joins the sources of one account. In a lockstep session the inputs of all sources up to barrier n are handed over in
 * the order of `sources`, each source's own order kept. Without lockstep, and after the end of the data, inputs are
 * handed over as they arrive.
 *
 * Everything that a source says is queued with it, so a source may run ahead of the others by any amount.
 */
export class BarrierJoin<T> {
  private readonly queues: Entry<T>[][];
  private lockstep = false;
  private session: SessionStart | undefined;
  private draining = false;
  private failure: Error | undefined;

  constructor(
    private readonly sources: readonly string[],
    private readonly stage: Stage<T>,
  ) {
    this.queues = sources.map(() => []);
  }

  /** Hands over one input of a source; resolves when what it completes was worked through. */
  input(source: string, input: T): Promise<void> | void {
    return this.enter(source, { input });
  }

  mark(source: string, mark: BarrierMark): Promise<void> | void {
    return this.enter(source, { mark });
  }

  start(source: string, session: SessionStart): Promise<void> | void {
    return this.enter(source, { session });
  }

  /** The session whose inputs are being handed over. */
  get current(): SessionStart | undefined {
    return this.session;
  }

  private enter(source: string, entry: Entry<T>): Promise<void> | void {
    if (this.failure !== undefined) throw this.failure;
    const queue = this.queues[this.sources.indexOf(source)];
    if (queue === undefined) throw new Error(`The join has no source ${source}.`);
    queue.push(entry);
    if (this.draining || !this.movable()) return;
    return this.drain();
  }

  /** Whether something can be handed over now. */
  private movable(): boolean {
    if (!this.lockstep && this.queues.some((q) => q[0] !== undefined && !('session' in q[0]))) return true;
    return (
      this.queues.every((q) => q.some((e) => 'session' in e)) ||
      (this.lockstep && this.queues.every((q) => q.some((e) => 'mark' in e)))
    );
  }

  private async drain(): Promise<void> {
    this.draining = true;
    try {
      while (this.movable()) await this.step();
    } catch (error) {
      // A stage that failed half-way must not go on with the next barrier: it fails until the service restarts.
      this.failure = error instanceof Error ? error : new Error(String(error));
      throw this.failure;
    } finally {
      this.draining = false;
    }
  }

  private async step(): Promise<void> {
    if (this.queues.every((q) => q.some((e) => 'session' in e))) return this.beginSession();
    if (this.lockstep) return this.passBarrier();
    for (const queue of this.queues) {
      const head = queue[0];
      if (head === undefined || 'session' in head) continue;
      queue.shift();
      if ('input' in head) await this.stage.onInput(head.input);
      return;
    }
  }

  /** What was queued before the session's start belongs to a session that is gone. */
  private async beginSession(): Promise<void> {
    let session: SessionStart | undefined;
    for (const queue of this.queues) {
      const at = queue.findLastIndex((e) => 'session' in e);
      const entry = queue[at];
      queue.splice(0, at + 1);
      if (entry !== undefined && 'session' in entry) session = entry.session;
    }
    if (session === undefined) return;
    this.session = session;
    this.lockstep = session.lockstep;
    await this.stage.onSession(session);
  }

  private async passBarrier(): Promise<void> {
    let mark: BarrierMark | undefined;
    for (const queue of this.queues) {
      for (let entry = queue.shift(); entry !== undefined; entry = queue.shift()) {
        if ('input' in entry) await this.stage.onInput(entry.input);
        else if ('mark' in entry) {
          if (mark !== undefined && mark.n !== entry.mark.n) {
            throw new Error(`The sources disagree: barrier ${entry.mark.n} meets barrier ${mark.n}.`);
          }
          mark = entry.mark;
          break;
        }
      }
    }
    if (mark === undefined) return;
    await this.stage.onBarrier(mark);
    if (mark.end) this.lockstep = false;
  }
}

/**
 * Hands one message body of a source to the join: `mark` and `progress` are barriers, `session` a session's start,
 * everything else an input.
 */
export function feed<T extends { readonly $case: string; readonly value: unknown }>(
  join: BarrierJoin<T>,
  source: string,
  body: T | undefined,
): Promise<void> | void {
  if (body === undefined) return;
  switch (body.$case) {
    case 'mark':
    case 'progress':
      return join.mark(source, body.value as BarrierMark);
    case 'session':
      return join.start(source, body.value as SessionStart);
    default:
      return join.input(source, body);
  }
}
