import type { execution } from '@trading/contracts';
import type { LedgerEntry } from '@trading/trading-portfolio';
import type { StoredNote } from './book-note';
import type { OrderCommand } from './order-command';
import type { OrderRecord } from './order-record';
import type { Protection } from './protection';

/** What the account table says. */
export interface AccountRow {
  readonly accountId: string;
  readonly lastSeq: number;
  readonly barrier: number;
  readonly epoch: number;
  /** The last event that is known to have reached the bus. */
  readonly publishedSeq: number;
  readonly data: execution.Account;
}

/** An event as stored: `inStep` tells those that a barrier's inputs caused from those that came between barriers. */
export interface StoredEvent {
  readonly inStep: boolean;
  readonly message: execution.OrderEvent;
}

/** Rows of one transaction. */
export interface OrderWrites {
  readonly events: readonly StoredEvent[];
  readonly orders: readonly OrderRecord[];
  readonly fills: readonly execution.Fill[];
  readonly positions: readonly execution.Position[];
  readonly ledger: readonly LedgerEntry[];
  readonly trades: readonly execution.Trade[];
  readonly notes: readonly StoredNote[];
  readonly commands: readonly OrderCommand[];
  readonly protections: readonly Protection[];
}
