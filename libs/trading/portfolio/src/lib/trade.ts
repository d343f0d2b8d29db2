import type { Decimal } from '@trading/trading-market';
import type { Side } from '@trading/trading-orders';

/**
 * A round trip: the part of a position that one fill closed. Money is in the account's currency. Over any history the
 * `net` of all trades plus the entry costs of what is still open is the change of the balance by trading.
 */
export interface Trade {
  /** 1, 2, 3… within the account. */
  readonly number: number;
  readonly symbol: string;
  /** Of the entry: `BUY` is a long trade. */
  readonly side: Side;
  readonly volumeLots: Decimal;
  /** Volume-weighted average of the entries. */
  readonly entryPrice: Decimal;
  readonly exitPrice: Decimal;
  readonly entryUs: number;
  readonly exitUs: number;
  /** Before costs. */
  readonly gross: Decimal;
  /** Commission and swap: this part's share of the entries' and of the exit's. Negative when paid. */
  readonly costs: Decimal;
  readonly net: Decimal;
  readonly exitReason: string;
  /** Client order id of the fill that opened the position. */
  readonly entryCoid: string;
  readonly exitCoid: string;
}
