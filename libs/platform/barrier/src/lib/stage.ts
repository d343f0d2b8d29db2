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
  /** Symbols with a source of their own. */
  readonly symbols: readonly string[];
  /** Which of the beginnings of a session that begins again under its id; absent where it has one. */
  readonly beginning?: number;
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
