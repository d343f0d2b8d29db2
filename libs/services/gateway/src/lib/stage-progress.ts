import { forSymbols } from '@trading/platform-barrier';

/** What a stage says when it has passed a barrier. */
interface Passed {
  readonly accountId: string;
  readonly sessionId: string;
  readonly n: number;
}

/** Within this time a stage that lives has heard that a session began, and has passed a barrier that is due. */
export const STAGE_PATIENCE_MS = 10_000;

interface AccountProgress {
  readonly sessionId: string;
  readonly sinceMs: number;
  readonly stages: readonly string[];
  /** The last barrier passed by each stage that has entered the session. */
  readonly passed: Map<string, number>;
  waiting: { readonly n: number; readonly sinceMs: number; readonly settle: (isPassed: boolean) => void } | undefined;
}

/**
 * Waits for the stages behind a barrier of simulated time. One barrier of an account is open at a time. What a stage
 * says counts once it has said that it entered the session: before that it speaks of a session that is gone. A stage
 * that works on each symbol by itself, `prediction/*`, counts as one stage per symbol of the session.
 */
export class StageProgress {
  private readonly accounts = new Map<string, AccountProgress>();

  /** `pattern`: stages whose progress ends a barrier. */
  constructor(
    private readonly pattern: readonly string[],
    private readonly patienceMs = STAGE_PATIENCE_MS,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** A session begins: what was said in the one before counts no more, and nobody waits for it. */
  begin(accountId: string, sessionId: string, symbols: readonly string[]): void {
    this.accounts.get(accountId)?.waiting?.settle(false);
    const stages = forSymbols(this.pattern, symbols);
    const passed = new Map<string, number>();
    this.accounts.set(accountId, { sessionId, sinceMs: this.nowMs(), stages, passed, waiting: undefined });
  }

  /** A stage has entered a session. */
  enter(stage: string, { accountId, sessionId }: { readonly accountId: string; readonly sessionId: string }): void {
    const account = this.accounts.get(accountId);
    if (account?.sessionId === sessionId && !account.passed.has(stage)) account.passed.set(stage, -1);
  }

  /**
   * Whether a stage that asks for it needs the account's session to begin again. One that has not entered it yet will
   * hear of its beginning, unless that is long ago: then it has missed it.
   */
  needsAnother(stage: string, accountId: string): boolean {
    const account = this.accounts.get(accountId);
    if (account === undefined) return false;
    return account.passed.has(stage) || this.nowMs() - account.sinceMs > this.patienceMs;
  }

  /** A stage has passed a barrier of the session that it entered last. */
  report(stage: string, { accountId, sessionId, n }: Passed): void {
    const account = this.accounts.get(accountId);
    if (account?.passed.has(stage) !== true || account.sessionId !== sessionId) return;
    account.passed.set(stage, n);
    if (account.waiting !== undefined && this.isComplete(account, account.waiting.n)) account.waiting.settle(true);
  }

  /** Resolves with true when every stage has passed barrier `n`, with false when the session is over before. */
  waitFor(accountId: string, sessionId: string, n: number): Promise<boolean> | boolean {
    const account = this.accounts.get(accountId);
    if (account?.sessionId !== sessionId) return false;
    if (this.isComplete(account, n)) return true;
    return new Promise((resolve) => {
      const settle = (isPassed: boolean): void => {
        account.waiting = undefined;
        resolve(isPassed);
      };
      account.waiting = { n, sinceMs: Date.now(), settle };
    });
  }

  /** Ends the wait of a session that is over. */
  abandon(accountId: string, sessionId: string): void {
    const account = this.accounts.get(accountId);
    if (account?.sessionId === sessionId) account.waiting?.settle(false);
  }

  /** Stages that have not passed barrier `n`. */
  missing(accountId: string, n: number): readonly string[] {
    const account = this.accounts.get(accountId);
    return account?.stages.filter((stage) => account.passed.get(stage) !== n) ?? [];
  }

  /** Stages that have kept a barrier of some account open for longer than this. */
  late(limitMs: number): readonly string[] {
    const late = new Set<string>();
    for (const [accountId, { waiting }] of this.accounts) {
      if (waiting === undefined || Date.now() - waiting.sinceMs <= limitMs) continue;
      for (const stage of this.missing(accountId, waiting.n)) late.add(stage);
    }
    return [...late];
  }

  private isComplete({ passed, stages }: AccountProgress, n: number): boolean {
    return stages.every((stage) => passed.get(stage) === n);
  }
}
