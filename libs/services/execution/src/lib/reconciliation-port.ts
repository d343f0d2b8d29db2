import type { execution } from '@trading/contracts';
import type { AccountWriter } from './account-writer';

/** What made a comparison with the broker due. */
export type ReconcileCause = 'session' | 'timer' | 'unknown' | 'operator';

/** An account as whoever compares it sees it: its only writer, and the session that it is in. */
export interface ComparedAccount {
  readonly writer: AccountWriter;
  /** Simulated time waits for the account: its terminal repeats everything in its place, so nothing is compared. */
  readonly isLockstep: boolean;
  /** The session is one of simulated time, also after the end of its data: the comparison only tells. */
  readonly isSimulated: boolean;
  /** As its terminal announced it. */
  readonly account: execution.Account | undefined;
  /** Event time of the account; without simulated time, that of its last message. */
  readonly timeUs: number;
  /**
   * The last reliable event of the terminal that is booked, or after which the session began; undefined: the session has
   * not said, or is one of simulated time.
   */
  readonly heard: { readonly journalId: string; readonly seq: number } | undefined;
}

/**
 * Compares an account's books with its broker. Called outside the writer's `exclusive`; one call of an account at a
 * time. A failure means that nothing was settled and that it is tried again later.
 */
export interface ReconciliationPort {
  reconcile(account: ComparedAccount, cause: ReconcileCause): Promise<execution.Reconciliation>;
  listDifferences(request: execution.ListDifferencesRequest): Promise<execution.ListDifferencesResponse>;
  /** @param by the operator, for the audit */
  resolveDifference(
    account: ComparedAccount,
    request: execution.ResolveDifferenceRequest,
    by: string,
  ): Promise<execution.Difference>;
}
