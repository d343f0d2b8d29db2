import type { Decimal } from '@trading/trading-market';

export type Side = 'BUY' | 'SELL';
export type OrderType = 'MARKET' | 'LIMIT' | 'STOP' | 'STOP_LIMIT';
export type TimeInForce = 'GTC' | 'DAY' | 'GTD' | 'IOC' | 'FOK';
export type Origin = 'STRATEGY' | 'OPERATOR' | 'BROKER' | 'EXTERNAL';

export type OrderState =
  | 'INITIALIZED'
  | 'DENIED'
  | 'SUBMITTED'
  | 'ACCEPTED'
  | 'PARTIALLY_FILLED'
  | 'FILLED'
  | 'CANCELED'
  | 'EXPIRED'
  | 'REJECTED'
  | 'UNKNOWN';

/** What is wanted of a broker. Prices and volumes are decimal strings. */
export interface OrderRequest {
  /** Client order id. */
  readonly coid: string;
  readonly accountId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly volumeLots: string;
  /** Of a pending order: the limit, or the level at which a stop or stop-limit order goes off. */
  readonly price?: string;
  /** Of a stop-limit order: the limit that it becomes at `price`. */
  readonly stopLimitPrice?: string;
  readonly stopLoss?: string;
  readonly takeProfit?: string;
  readonly timeInForce: TimeInForce;
  /** Of GTD, UTC microseconds. */
  readonly expiresUs?: number;
  readonly origin: Origin;
  readonly reduceOnly: boolean;
  /** The position that a close names. */
  readonly positionId?: string;
  /** The opposite position that `positionId` is closed with. */
  readonly closeByPositionId?: string;
  /** Orders of one group cancel each other. */
  readonly ocoGroup?: string;
  readonly trailingStop?: TrailingStop;
  /** The order whose position this one protects. */
  readonly parentCoid?: string;
}

/** A stop that follows the price; distances in price, decimal strings. */
export interface TrailingStop {
  /** Between the price and the stop. */
  readonly distance: string;
  /** The stop moves by at least so much; absent: by any tick. */
  readonly step?: string;
  /** Profit from which on the stop follows; absent: from the start. */
  readonly activation?: string;
}

/** One deal at the broker. */
export interface OrderFill {
  /** The broker's deal ticket: booked once, whatever happens. */
  readonly fillId: string;
  readonly volumeLots: Decimal;
  readonly price: Decimal;
  readonly timeUs: number;
}
