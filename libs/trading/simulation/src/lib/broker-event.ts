import type { Decimal } from '@trading/trading-market';
import type { Side } from '@trading/trading-orders';
import type { CashKind } from '@trading/trading-portfolio';
import type { BrokerOrder } from './broker-order';
import type { Retcode } from './retcode';

export type DealReason = 'order' | 'sl' | 'tp' | 'stop_out' | 'manual';

/** Who did something: a command over the protocol, the broker by itself, or a human in the terminal. */
export type Actor = 'command' | 'broker' | 'manual';

/** The broker holds the order; it fills, is refused or is placed at a later event. */
export interface OrderAccepted {
  readonly kind: 'accepted';
  readonly coid: string;
  readonly orderTicket: string;
  readonly timeUs: number;
}

/** An order that will never fill, refused before it filled or rested. */
export interface OrderRejected {
  readonly kind: 'rejected';
  readonly coid: string;
  readonly symbol: string;
  /** Empty when it was refused before the broker held it. */
  readonly orderTicket: string;
  readonly volumeLots: string;
  readonly retcode: Retcode;
  readonly message: string;
  /** The quote at that time; absent before the first. */
  readonly bid?: number;
  readonly ask?: number;
  readonly timeUs: number;
}

/** A fill. Money is in the account's currency, negative when paid. */
export interface Deal {
  readonly kind: 'deal';
  readonly dealTicket: string;
  readonly orderTicket: string;
  /** Ticket of the order that opened the position; a reversal keeps it, as MetaTrader's POSITION_IDENTIFIER does. */
  readonly positionId: string;
  /** Empty for deals of the broker's own (`sl`, `tp`, `stop_out`) and of a human. */
  readonly coid: string;
  readonly symbol: string;
  readonly side: Side;
  readonly volumeLots: Decimal;
  readonly price: Decimal;
  readonly commission: Decimal;
  /** What the position had gathered for the lots that the deal closed. */
  readonly swap: Decimal;
  /** Realised by what the deal closed, before costs. */
  readonly profit: Decimal;
  readonly reason: DealReason;
  /** What the position holds after it, signed. */
  readonly positionLots: Decimal;
  /**
   * The opposite position that it was closed with. Such an order has two deals, one on each position, both at the price
   * at which the named opposite one was opened, so that the first takes all the profit.
   */
  readonly by?: string;
  readonly magic: string;
  readonly tag: string;
  readonly bid: number;
  readonly ask: number;
  readonly timeUs: number;
}

export type OrderMove = 'PLACED' | 'MODIFIED' | 'TRIGGERED' | 'FILLED' | 'CANCELED' | 'EXPIRED' | 'REJECTED';

/**
 * Something happened to an order that rests: a pending one from `PLACED` on, or what a partial fill left of a market
 * order. Market orders that fill in one deal, or are refused before any, have no such event.
 */
export interface OrderChanged {
  readonly kind: 'order';
  readonly state: OrderMove;
  readonly reason: Actor;
  readonly orderTicket: string;
  /** Empty: of a human. */
  readonly coid: string;
  /** As it is after the event; a stop-limit order that went off is a limit order. */
  readonly order: BrokerOrder;
  readonly filledLots: Decimal;
  /** Of an order that the broker ended. */
  readonly retcode?: Retcode;
  readonly message: string;
  readonly timeUs: number;
}

/** The stops of a position were set. Those that come with an order's fill are not told. */
export interface StopsChanged {
  readonly kind: 'stops';
  readonly positionId: string;
  readonly symbol: string;
  readonly stopLoss?: Decimal;
  readonly takeProfit?: Decimal;
  readonly reason: Actor;
  readonly timeUs: number;
}

/** Money moved without a deal; its ticket is of the same count as those of deals. */
export interface CashMoved {
  readonly kind: 'cash';
  readonly dealTicket: string;
  readonly cash: CashKind;
  /** Account currency, negative when paid. */
  readonly amount: Decimal;
  readonly comment: string;
  readonly timeUs: number;
}

export type BrokerEvent = OrderAccepted | OrderRejected | Deal | OrderChanged | StopsChanged | CashMoved;
