import type { Decimal } from '@trading/trading-market';

/** Cash that comes from outside trading. It moves the anchors of loss limits. */
export type CashKind = 'deposit' | 'withdrawal' | 'credit';

export type LedgerKind = CashKind | 'commission' | 'swap' | 'realised';

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
