import type { Decimal } from '@trading/trading-market';

/**
 * Cash that no deal explains. Deposits, withdrawals and credit come from outside trading and move the anchors of loss
 * limits; `swap` is a night's interest that a broker books at once, `correction` whatever else it puts right.
 */
export type CashKind = 'deposit' | 'withdrawal' | 'credit' | 'swap' | 'correction';

export type LedgerKind = CashKind | 'commission' | 'realised';

/** One movement of cash in the account's currency. The balance of an account is the sum of its entries. */
export interface LedgerEntry {
  /** 1, 2, 3… within the account. */
  readonly number: number;
  readonly kind: LedgerKind;
  /** Negative when the account pays. */
  readonly amount: Decimal;
  readonly timeUs: number;
  /** Of entries that a fill caused. */
  readonly fillId?: string;
  readonly coid?: string;
  readonly symbol?: string;
}
