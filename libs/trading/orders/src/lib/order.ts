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
  readonly price?: string;
  readonly stopLoss?: string;
  readonly takeProfit?: string;
  readonly timeInForce: TimeInForce;
  readonly origin: Origin;
  readonly reduceOnly: boolean;
  readonly positionId?: string;
}

/** One deal at the broker. */
export interface OrderFill {
  /** The broker's deal ticket: booked once, whatever happens. */
  readonly fillId: string;
  readonly volumeLots: Decimal;
  readonly price: Decimal;
  readonly timeUs: number;
}
