import type { execution } from '@trading/contracts';
import { Decimal } from '@trading/trading-market';

/** A row of `ledger`. */
export interface LedgerRow {
  readonly number: number;
  readonly kind: string;
  readonly amount: string;
  readonly time_us: number;
  readonly fill_id: string | null;
  readonly coid: string | null;
}

export function ledgerEntryOf(row: LedgerRow): execution.LedgerEntry {
  const { number, kind, time_us: timeUs, fill_id: fillId, coid } = row;
  return { number, kind, amount: new Decimal(row.amount).toFixed(), timeUs, fillId: fillId ?? '', coid: coid ?? '' };
}
