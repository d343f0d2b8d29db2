import { bindTrace, runInTrace } from '@trading/platform-tracing';
import { forSymbols, PER_SYMBOL } from './per-symbol';
import type { BarrierMark, SessionStart, Stage } from './stage';

/** What a source says, with the session that it says it in; none for what belongs to no session. */
type Entry<T> =
  | { readonly kind: 'input'; readonly input: T; readonly run: RunIn }
  | { readonly kind: 'mark'; readonly mark: BarrierMark; readonly run: RunIn }
  | { readonly kind: 'session'; readonly session: SessionStart };

type RunIn = <R>(work: () => R) => R;

interface Source<T> {
  readonly queue: Entry<T>[];
  /** The session that this source started last. */
  sessionId: string | undefined;
}

/**
 * Joins the sources of one account. In a lockstep session the inputs of all sources up to barrier n are handed over in
 * the order of `sources`, each source's own order kept. Without lockstep, and after the end of the data, inputs are
 * handed over as they arrive.
 *
 * Everything that a source says is queued with it, so a source may run ahead of the others by any amount, also into
 * the next session: a session begins when every source has said so, and begins again when every source has said the same
 * beginning of it. What a source said before that belongs to a session
 * that is gone when it waited for a barrier, and is handed over first when it waited for nothing but its turn. What is
 * said in another session than the source's latest comes from somebody who has been replaced, and is dropped.
 */
export class BarrierJoin<T> {
  private readonly sources = new Map<string, Source<T>>();
  private expected: readonly string[];
  private lockstep = false;
  private session: SessionStart | undefined;
  private draining: Promise<void> | undefined;
  private failure: Error | undefined;

  /** `sources`: a name that ends in `/*` stands for one source per symbol of the session, in their order. */
  constructor(
    private readonly pattern: readonly string[],
    private readonly stage: Stage<T>,
  ) {
    this.expected = pattern.filter((name) => !name.endsWith(PER_SYMBOL));
    for (const name of this.expected) this.source(name);
  }

  /** The session whose inputs are being handed over. */
  get current(): SessionStart | undefined {
    return this.session;
  }

  /** True when the source has started no session yet, so that nothing it says can be placed. */
  isStranger(source: string): boolean {
    return this.source(source).sessionId === undefined;
  }

  /** True when another source has started this session and this one speaks in it without: its start was missed. */
  hasMissedStart(source: string, sessionId: string): boolean {
    const here = this.source(source);
    if (sessionId === '' || here.sessionId === sessionId) return false;
    return [...this.sources.values()].some((other) => other.sessionId === sessionId);
  }

  /**
   * Hands over one input of a source, to be worked on by `run`, by default in the trace of who says it, whoever
   * completes the barrier; resolves when what it completes was worked through.
   * Throws what the stage threw, this time and ever after: a stage that failed half-way must not go on with the next
   * barrier.
   */
  input(source: string, input: T, sessionId = '', run: RunIn = bindTrace()): Promise<void> | void {
    return this.enter(source, sessionId, { kind: 'input', input, run });
  }

  /** A source has come to a barrier; the barrier is passed by `run` of the last source. */
  mark(source: string, mark: BarrierMark, sessionId = '', run: RunIn = bindTrace()): Promise<void> | void {
    return this.enter(source, sessionId, { kind: 'mark', mark, run });
  }

  start(source: string, session: SessionStart): Promise<void> | void {
    this.source(source).sessionId = session.sessionId;
    return this.enter(source, session.sessionId, { kind: 'session', session });
  }

  private source(name: string): Source<T> {
    let found = this.sources.get(name);
    if (found === undefined) {
      if (!this.pattern.includes(name) && !this.pattern.includes(`${name.split('/')[0] ?? ''}${PER_SYMBOL}`))
        throw new Error(`The join has no source ${name}.`);
      this.sources.set(name, (found = { queue: [], sessionId: undefined }));
    }
    return found;
  }

  private enter(name: string, sessionId: string, entry: Entry<T>): Promise<void> | void {
    if (this.failure !== undefined) throw this.failure;
    const source = this.source(name);
    if (sessionId !== '' && sessionId !== source.sessionId) return;
    source.queue.push(entry);
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
      for (const { queue } of this.sources.values()) {
        if (queue[0] !== undefined && queue[0].kind !== 'session') return () => this.handOver(queue);
      }
    }
    const session = this.commonSession();
    if (session !== undefined) return () => this.beginSession(session);
    const isComplete = this.lockstep && this.expected.every((name) => markBeforeSession(this.source(name).queue));
    return isComplete ? () => this.passBarrier() : undefined;
  }

  private async handOver(queue: Entry<T>[]): Promise<void> {
    const head = queue.shift();
    if (head?.kind === 'input') await head.run(() => this.stage.onInput(head.input));
  }

  /** The latest session that every source of it has started. */
  private commonSession(): SessionStart | undefined {
    const leader = this.pattern.find((name) => !name.endsWith(PER_SYMBOL));
    const queue = leader === undefined ? [] : this.source(leader).queue;
    for (let at = queue.length - 1; at >= 0; at--) {
      const entry = queue[at];
      if (entry?.kind !== 'session') continue;
      const { session } = entry;
      const hasStarted = (name: string) => this.source(name).queue.some((e) => isStartOf(e, session));
      if (forSymbols(this.pattern, session.symbols).every(hasStarted)) return session;
    }
    return undefined;
  }

  private async beginSession(session: SessionStart): Promise<void> {
    this.expected = forSymbols(this.pattern, session.symbols);
    for (const [name, { queue }] of this.sources) {
      const at = queue.findLastIndex((entry) => isStartOf(entry, session));
      // A symbol that this session has no more may have started a later one.
      if (at >= 0 || this.expected.includes(name)) queue.splice(0, at + 1);
    }
    this.session = session;
    this.lockstep = session.lockstep;
    await runInTrace(undefined, () => this.stage.onSession(session));
  }

  private async passBarrier(): Promise<void> {
    let last: { readonly mark: BarrierMark; readonly run: RunIn } | undefined;
    for (const name of this.expected) {
      const { queue } = this.source(name);
      for (let entry = queue.shift(); entry !== undefined; entry = queue.shift()) {
        if (entry.kind === 'input') {
          const { input, run } = entry;
          await run(() => this.stage.onInput(input));
        } else if (entry.kind === 'mark') {
          if (last !== undefined && last.mark.n !== entry.mark.n) {
            throw new Error(`The sources disagree: barrier ${entry.mark.n} of ${name} meets barrier ${last.mark.n}.`);
          }
          last = entry;
          break;
        }
      }
    }
    if (last === undefined) return;
    const { mark, run } = last;
    await run(() => this.stage.onBarrier(mark));
    if (mark.end) this.lockstep = false;
  }
}

function isStartOf<T>(entry: Entry<T>, { sessionId, beginning = 0 }: SessionStart): boolean {
  if (entry.kind !== 'session') return false;
  const { session } = entry;
  return session.sessionId === sessionId && (session.beginning ?? 0) === beginning;
}

/** Whether the queue has come to its next barrier within the session. */
function markBeforeSession<T>(queue: readonly Entry<T>[]): boolean {
  return queue.find((entry) => entry.kind !== 'input')?.kind === 'mark';
}
