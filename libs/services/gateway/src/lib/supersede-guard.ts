/** Living sessions of an account that newer ones may end within a minute; more are two terminals taking turns. */
const LIMIT = 6;
const WINDOW_MS = 60_000;

/** Keeps two terminals of one login from ending each other's sessions for ever: after some turns, who is there stays. */
export class SupersedeGuard {
  private readonly turns = new Map<string, number[]>();

  /** Whether a living session of the account may be ended now; counts it when it may. */
  allows(accountId: string, nowMs: number): boolean {
    const recent = (this.turns.get(accountId) ?? []).filter((atMs) => nowMs - atMs < WINDOW_MS);
    const isAllowed = recent.length < LIMIT;
    this.turns.set(accountId, isAllowed ? [...recent, nowMs] : recent);
    return isAllowed;
  }
}
