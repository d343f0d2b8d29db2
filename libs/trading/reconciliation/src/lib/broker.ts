import type { Origin, OrderType, Side } from '@trading/trading-orders';

/** An order as the broker lists it. Volumes and prices are decimal strings; `''` is none. */
export interface BrokerOrder {
  readonly ticket: string;
  /** As the terminal's journal knows it; empty: it does not. */
  readonly coid: string;
  readonly comment: string;
  readonly magic: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly volumeLots: string;
  readonly filledLots: string;
  readonly price: string;
  readonly stopLimitPrice: string;
  readonly stopLoss: string;
  readonly takeProfit: string;
  /** When it was placed, or of an ended one when it ended. */
  readonly timeUs: number;
}

export interface EndedOrder extends BrokerOrder {
  readonly state: 'FILLED' | 'CANCELED' | 'EXPIRED' | 'REJECTED';
  readonly reason: string;
}

export interface BrokerDeal {
  readonly dealTicket: string;
  readonly orderTicket: string;
  readonly positionId: string;
  readonly coid: string;
  readonly comment: string;
  readonly magic: string;
  readonly symbol: string;
  readonly side: Side;
  readonly volumeLots: string;
  readonly price: string;
  readonly commission: string;
  readonly swap: string;
  readonly profit: string;
  readonly fee: string;
  readonly timeUs: number;
  readonly origin: Origin;
  readonly reason: string;
}

export interface BrokerPosition {
  readonly positionId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly volumeLots: string;
  readonly openPrice: string;
  readonly stopLoss: string;
  readonly takeProfit: string;
  readonly magic: string;
  readonly comment: string;
}

export interface BrokerCash {
  readonly dealTicket: string;
  readonly kind: string;
  readonly amount: string;
  readonly timeUs: number;
}

/** The broker's side: a snapshot, and the history since a time. The order of the lists says nothing. */
export interface BrokerView {
  readonly timeUs: number;
  /** The terminal is connected to its broker: what is not listed is not there. */
  readonly connected: boolean;
  readonly orders: readonly BrokerOrder[];
  readonly positions: readonly BrokerPosition[];
  readonly deals: readonly BrokerDeal[];
  readonly ended: readonly EndedOrder[];
  readonly cash: readonly BrokerCash[];
  readonly balance: string;
  readonly credit: string;
  /** From when on the history was asked for. */
  readonly fromUs: number;
  /** Before this the terminal shows no history. */
  readonly coversFromUs: number;
}
