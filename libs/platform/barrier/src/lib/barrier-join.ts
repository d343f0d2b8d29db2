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
 * Everything that a source says is queued with it, so a source may run ahead of the others by any amount, also into
 * the next session: a session begins when every source has said so. What a source said before that belongs to a session
 * that is gone when it waited for a barrier, and is handed over first when it waited for nothing but its turn.
 */
export class BarrierJoin<T> {
  private readonly queues: Entry<T>[][];
  private lockstep = false;
  private session: SessionStart | undefined;
  private draining: Promise<void> | undefined;
  private failure: Error | undefined;

  constructor(
    private readonly sources: readonly string[],
    private readonly stage: Stage<T>,
  ) {
    this.queues = sources.map(() => []);
  }

  /**
   * Hands over one input of a source; resolves when what it completes was worked through. Throws what the stage threw,
   * this time and ever after: a stage that failed half-way must not go on with the next barrier.
   */
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
    // Without lockstep an input is accepted when it was worked through; in lockstep its source has to go on before that.
    if (this.draining !== undefined) return this.lockstep ? undefined : this.draining;
    const step = this.nextStep();
    if (step === undefined) return;
    this.draining = this.drain(step);
    return this.draining;
  }

  private async drain(first: () => Promise<void>): Promise<void> {
    try {
      for (let step: typeof first | undefined = first; step !== undefined; step = this.nextStep()) await step();
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
      throw this.failure;
    } finally {
      this.draining = undefined;
    }
  }

  /** What can be done now. */
  private nextStep(): (() => Promise<void>) | undefined {
    if (!this.lockstep) {
      const waiting = this.queues.find((queue) => queue[0] !== undefined && !('session' in queue[0]));
      if (waiting !== undefined) return () => this.handOver(waiting);
    }
    const session = this.commonSession();
    if (session !== undefined) return () => this.beginSession(session);
    const isComplete = this.lockstep && this.queues.every((queue) => markBeforeSession(queue));
    return isComplete ? () => this.passBarrier() : undefined;
  }

  private async handOver(queue: Entry<T>[]): Promise<void> {
    const head = queue.shift();
    if (head !== undefined && 'input' in head) await this.stage.onInput(head.input);
  }

  /** The latest session that every source has started. */
  private commonSession(): SessionStart | undefined {
    const [first = [], ...others] = this.queues;
    for (let at = first.length - 1; at >= 0; at--) {
      const entry = first[at];
      if (entry === undefined || !('session' in entry)) continue;
      const { sessionId } = entry.session;
      if (others.every((queue) => queue.some((e) => isStartOf(e, sessionId)))) return entry.session;
    }
    return undefined;
  }

  private async beginSession(session: SessionStart): Promise<void> {
    for (const queue of this.queues) {
      queue.splice(0, queue.findLastIndex((entry) => isStartOf(entry, session.sessionId)) + 1);
    }
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

function isStartOf<T>(entry: Entry<T>, sessionId: string): boolean {
  return 'session' in entry && entry.session.sessionId === sessionId;
}

/** Whether the queue has come to its next barrier within the session. */
function markBeforeSession<T>(queue: readonly Entry<T>[]): boolean {
  const first = queue.find((entry) => !('input' in entry));
  return first !== undefined && 'mark' in first;
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
