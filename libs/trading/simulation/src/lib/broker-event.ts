import type { Decimal } from '@trading/trading-market';
import type { Side } from '@trading/trading-orders';
import type { Retcode } from './retcode';

export type DealReason = 'order' | 'sl' | 'tp';

/** The broker holds the order; it fills or is refused at a later tick. */
export interface OrderAccepted {
  readonly kind: 'accepted';
  readonly coid: string;
  readonly orderTicket: string;
  readonly timeUs: number;
}

/** An order that will never fill. */
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
  /** Empty for deals of the broker's own (`sl`, `tp`). */
  readonly coid: string;
  readonly symbol: string;
  readonly side: Side;
  readonly volumeLots: Decimal;
  readonly price: Decimal;
  readonly commission: Decimal;
  readonly swap: Decimal;
  /** Realised by what the deal closed, before costs. */
  readonly profit: Decimal;
  readonly reason: DealReason;
  /** What the position holds after it, signed. */
  readonly positionLots: Decimal;
  readonly magic: string;
  readonly tag: string;
  readonly bid: number;
  readonly ask: number;
  readonly timeUs: number;
}

export type BrokerEvent = OrderAccepted | OrderRejected | Deal;
