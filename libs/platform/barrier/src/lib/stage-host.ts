import { runInTrace } from '@trading/platform-tracing';
import { BarrierJoin } from './barrier-join';
import { feed, type InputOf, type Message } from './feed';
import type { Stage } from './stage';

/** Where a host says what became of a stage; a pino logger is one. */
export interface StageLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface StageHostOptions<S> {
  /** The sources of every join; see {@link BarrierJoin}. */
  readonly sources: readonly string[];
  create(key: string): S;
  /** Makes a stage that lost its place as good as it can be without a session, and asks for its session to begin again. */
  rejoin(key: string, reason: string): Promise<void>;
  /** Whether a stage that threw this may begin again from its checkpoint; anything else is a defect. */
  isTransient(error: unknown): boolean;
  readonly log: StageLog;
  /** The pause before the n-th request in a row. Default: 0.2 s doubling up to 5 s. */
  readonly pauseMs?: (attempt: number) => number;
}

interface Place<T, S> {
  readonly stage: S;
  readonly join: BarrierJoin<T>;
}

/**
 * The stages of one service, one for each key that it owns. A stage that cannot go on for the moment (its store is away,
 * somebody else wrote), that has never heard the beginning of what it is given, or whose key comes from another process,
 * begins afresh: it is made anew and asks for its session, which then starts where every stage has a checkpoint.
 */
export class StageHost<T, S extends Stage<T>> {
  private readonly places = new Map<string, Place<T, S>>();
  private readonly attempts = new Map<string, number>();
  /** Requests that are about to be made, one for each key. */
  private readonly requests = new Map<string, NodeJS.Timeout>();
  private readonly reasons = new Map<string, string>();
  private isStopped = false;
  private owns: (key: string) => boolean = () => true;

  constructor(private readonly options: StageHostOptions<S>) {}

  /** The stages that exist, by key. */
  get stages(): ReadonlyMap<string, S> {
    return new Map([...this.places].map(([key, { stage }]) => [key, stage]));
  }

  get(key: string): S | undefined {
    return this.places.get(key)?.stage;
  }

  /** The stage of a key, made when there is none yet. */
  of(key: string): S {
    return this.place(key).stage;
  }

  /** Why stages are out of step, by key; empty when none is. */
  get outOfStep(): ReadonlyMap<string, string> {
    return this.reasons;
  }

  /** Hands a message of a source to the stage of a key; messages of keys that another process owns are dropped. */
  feed<B extends { readonly $case: string; readonly value?: unknown }>(
    key: string,
    source: string,
    message: Message<B>,
    inputOf: (body: InputOf<B>) => T,
  ): Promise<void> | void {
    if (!this.owns(key)) return;
    const place = this.place(key);
    const { body, sessionId } = message;
    if (isBeginningMissed(place.join, source, body?.$case, sessionId)) {
      this.fallOut(key, place, `the beginning of the session was not heard from ${source}`);
      return;
    }
    try {
      const work = feed(place.join, source, message, inputOf);
      return work?.then(
        () => this.settle(key, place),
        (error: unknown) => this.failed(key, place, error),
      );
    } catch (error) {
      this.failed(key, place, error);
    }
  }

  /**
   * From now on this process has the keys that `owns` says. All stages begin afresh: what they held may have been
   * another's in between. `known` tells keys that may have a session now; where it fails they are found out of step later.
   */
  async share(owns: (key: string) => boolean, known: () => Promise<readonly string[]>): Promise<void> {
    this.owns = owns;
    const told = await known().catch((error: unknown) => {
      this.options.log.warn({ error: String(error) }, 'Keys that may have a session could not be looked up.');
      return [];
    });
    const keys = new Set([...this.places.keys(), ...told]);
    this.places.clear();
    this.reasons.clear();
    for (const key of keys) if (owns(key)) await this.options.rejoin(key, 'the stage starts').catch(() => undefined);
  }

  /** Asks for nothing any more. */
  stop(): void {
    this.isStopped = true;
    for (const request of this.requests.values()) clearTimeout(request);
  }

  private place(key: string): Place<T, S> {
    let found = this.places.get(key);
    if (found === undefined) {
      const stage = this.options.create(key);
      found = { stage, join: new BarrierJoin(this.options.sources, stage) };
      this.places.set(key, found);
    }
    return found;
  }

  /** A stage that is within a session needs no other. */
  private settle(key: string, place: Place<T, S>): void {
    if (place.join.current === undefined || !this.reasons.has(key)) return;
    this.attempts.delete(key);
    this.reasons.delete(key);
  }

  private failed(key: string, place: Place<T, S>, error: unknown): void {
    if (!this.options.isTransient(error)) throw error;
    this.fallOut(key, place, error instanceof Error ? error.message : String(error));
  }

  private fallOut(key: string, place: Place<T, S>, reason: string): void {
    if (this.places.get(key) !== place) return;
    this.places.delete(key);
    this.reasons.set(key, reason);
    // What follows of a session that was not heard from its beginning says nothing new.
    if (this.requests.has(key)) return;
    const attempt = (this.attempts.get(key) ?? 0) + 1;
    this.attempts.set(key, attempt);
    const fields = { stage: key, reason, attempt };
    this.options.log.warn(fields, 'A stage lost its place; its session is asked to begin again.');
    this.ask(key, attempt);
  }

  private ask(key: string, attempt: number): void {
    if (this.isStopped) return;
    const pauseMs = this.options.pauseMs?.(attempt) ?? Math.min(5_000, 100 * 2 ** Math.min(attempt, 10));
    const request = runInTrace(undefined, () => setTimeout(() => void this.request(key, attempt), pauseMs));
    this.requests.set(key, request);
  }

  private async request(key: string, attempt: number): Promise<void> {
    this.requests.delete(key);
    const reason = this.reasons.get(key);
    // The session has begun again meanwhile.
    if (reason === undefined) return;
    try {
      await this.options.rejoin(key, reason);
    } catch (error) {
      const fields = { stage: key, error: String(error) };
      this.options.log.warn(fields, 'A session could not be asked to begin again yet.');
      this.ask(key, attempt + 1);
    }
  }
}

/**
 * Whether a source has come to a barrier of a session whose beginning was not heard from it. Each source says its start
 * before its barriers. The terminal's marks are never late; what a stage says in a session that nobody else began is.
 */
function isBeginningMissed<T>(
  join: BarrierJoin<T>,
  source: string,
  said: string | undefined,
  sessionId: string,
): boolean {
  if (sessionId === '' || (said !== 'mark' && said !== 'progress')) return false;
  return (said === 'mark' && join.isStranger(source)) || join.hasMissedStart(source, sessionId);
}

/** Throws when stages are out of step with their sessions; for a probe. */
export function requireInStep(outOfStep: ReadonlyMap<string, string>): void {
  if (outOfStep.size === 0) return;
  throw new Error(`out of step: ${[...outOfStep].map(([key, reason]) => `${key} (${reason})`).join(', ')}`);
}
