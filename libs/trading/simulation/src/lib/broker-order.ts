import type { FillingMode } from '@trading/trading-market';
import type { OrderType, Side, TimeInForce } from '@trading/trading-orders';

/** An order as it reaches the broker. Prices and volumes are decimal strings. */
export interface BrokerOrder {
  /** Client order id; comes back in every event of the order. Empty: of a human in the terminal. */
  readonly coid: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly volumeLots: string;
  /** Of pending orders: the limit, or the level at which a stop or stop-limit order goes off. */
  readonly price?: string;
  /** Of stop-limit orders: the limit that it becomes at `price`. */
  readonly stopLimitPrice?: string;
  /** The highest price of a buy at the market, the lowest of a sell, slippage included; absent: any. */
  readonly worstPrice?: string;
  /**
   * Stops of the position after the fill; absent ones are cleared (a netting order restates them). On a hedging account
   * those of the position that it opens; a close leaves them.
   */
  readonly stopLoss?: string;
  readonly takeProfit?: string;
  /**
   * Of market orders: the first one that the instrument knows is used, empty: the broker's choice. Pending orders always
   * leave the rest working (RETURN).
   */
  readonly fillings: readonly FillingMode[];
  /** Absent: GTC. IOC and FOK are of market orders and go before `fillings`; DAY ends at the broker's next rollover. */
  readonly timeInForce?: TimeInForce;
  /** Of GTD, UTC microseconds. */
  readonly expiresUs?: number;
  /**
   * Refused after this time, UTC microseconds, as `expiry` of the configuration says; absent: never. Of pending orders
   * it bounds the arrival.
   */
  readonly notAfterUs?: number;
  /** Refused when it would open, enlarge or flip a position; of a pending order, when it goes off. */
  readonly reduceOnly: boolean;
  /** The position that it must meet; absent: whatever is open (netting), or a new one (hedging). */
  readonly positionId?: string;
  /** Hedging: the opposite position that `positionId` is closed with; the volume must be that of the smaller one. */
  readonly closeByPositionId?: string;
  readonly magic: string;
  readonly tag: string;
}

/** What a human enters in the terminal. */
export type ManualOrder = Omit<BrokerOrder, 'coid' | 'fillings' | 'reduceOnly' | 'magic' | 'tag'> &
  Partial<Pick<BrokerOrder, 'magic' | 'tag'>>;

/** Closes a position, or a part of it, at the market. */
export interface CloseRequest {
  readonly coid: string;
  readonly positionId: string;
  /** Absent: all of it. */
  readonly volumeLots?: string;
  readonly worstPrice?: string;
  readonly notAfterUs?: number;
  readonly magic: string;
  readonly tag: string;
}

/** Names a working order: by the broker's ticket, or by ours. */
export type OrderName =
  { readonly orderTicket: string; readonly coid?: string } | { readonly orderTicket?: string; readonly coid: string };

/** Stops of a position or of an order: absent stays as it is, empty is taken away. */
export interface StopChange {
  readonly stopLoss?: string;
  readonly takeProfit?: string;
}

/** Changes of a pending order; what is absent stays as it is. */
export type OrderChange = OrderName &
  StopChange & {
    readonly price?: string;
    readonly stopLimitPrice?: string;
    /** UTC microseconds; 0: never. */
    readonly expiresUs?: number;
  };
