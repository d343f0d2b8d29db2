export interface ExecutionConfig {
  /** Names the run that new accounts belong to. */
  readonly runId: string;
  /** Where other execution processes reach this one; absent: it is the only one. */
  readonly advertisedAddress?: string | undefined;
  /** How long an account's lease lasts without being renewed, ms; absent: 10 s. */
  readonly leaseMs?: number;
  /** How long a position may be without its stops where the broker takes them only after the entry, ms; absent: 5 s. */
  readonly protectWithinMs?: number;
  /** Accounts in which humans may trade beside us; in others that halts the account. */
  readonly adoptedAccounts?: readonly string[];
}

export const EXECUTION_CONFIG = Symbol('EXECUTION_CONFIG');

/** Token of the maker of clients of other execution processes; absent in a process that is the only one. */
export const EXECUTION_PEERS = Symbol('EXECUTION_PEERS');
