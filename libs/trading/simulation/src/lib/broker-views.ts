import type { Decimal } from '@trading/trading-market';
import type { Side } from '@trading/trading-orders';
import type { Actor, BrokerEvent } from './broker-event';
import type { BrokerOrder } from './broker-order';
import type { Retcode } from './retcode';

/** The account marked to the last quotes, in its currency. */
export interface AccountView {
  readonly currency: string;
  readonly leverage: number;
  /** Without the credit. */
  readonly balance: Decimal;
  readonly credit: Decimal;
  /** Balance, credit, what is unrealised, and the swaps that open positions have gathered. */
  readonly equity: Decimal;
  readonly margin: Decimal;
  readonly freeMargin: Decimal;
  /** The equity is below `marginCallLevelPct` of the margin. */
  readonly isMarginCall: boolean;
}

export interface BrokerPositionView {
  readonly positionId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly volumeLots: Decimal;
  /** Volume-weighted price of the entries. */
  readonly openPrice: Decimal;
  readonly stopLoss?: Decimal;
  readonly takeProfit?: Decimal;
  /** Unrealised, account currency. */
  readonly profit: Decimal;
  /** Gathered so far, account currency. */
  readonly swap: Decimal;
  readonly magic: string;
  readonly tag: string;
  readonly openedUs: number;
}

/** An order that the broker holds: a market order that waits for its quote, or a pending one. */
export interface WorkingOrderView {
  readonly orderTicket: string;
  /** As it is now; a stop-limit order that went off is a limit order. */
  readonly order: BrokerOrder;
  readonly filledLots: Decimal;
  /** When it expires, UTC microseconds; 0: never. */
  readonly expiresUs: number;
  readonly submittedUs: number;
}

/** An order that the broker held and does not hold any more. */
export interface EndedOrderView {
  readonly orderTicket: string;
  readonly order: BrokerOrder;
  readonly filledLots: Decimal;
  readonly state: 'FILLED' | 'CANCELED' | 'EXPIRED' | 'REJECTED';
  /** Who ended it. */
  readonly reason: Actor;
  /** Of an order that the broker ended. */
  readonly retcode?: Retcode;
  readonly message: string;
  readonly submittedUs: number;
  readonly endedUs: number;
}

interface Refused {
  readonly kind: 'rejected';
  readonly retcode: Retcode;
  readonly message: string;
}

/** What came of a modify, a cancel or new stops: what it caused, or why nothing has changed. */
export type ChangeOutcome =
  { readonly kind: 'done'; readonly retcode: Retcode; readonly events: readonly BrokerEvent[] } | Refused;

export type StopsOutcome = { readonly kind: 'set' } | Refused;
