import type { FillingMode } from '@trading/trading-market';
import type { OrderType, Side } from '@trading/trading-orders';

/** An order as it reaches the broker. Prices and volumes are decimal strings. */
export interface BrokerOrder {
  /** Client order id; comes back in every event of the order. */
  readonly coid: string;
  readonly symbol: string;
  readonly side: Side;
  /** Anything but `MARKET` is refused. */
  readonly type: OrderType;
  readonly volumeLots: string;
  /** The highest price of a buy, the lowest of a sell, slippage included; absent: any. */
  readonly worstPrice?: string;
  /** Stops of the position after the fill; absent ones are cleared (a netting order restates them). */
  readonly stopLoss?: string;
  readonly takeProfit?: string;
  /** Any one that the instrument knows is enough; empty: the broker's choice. */
  readonly fillings: readonly FillingMode[];
  /** Refused after this time, UTC microseconds, as `expiry` of the configuration says; absent: never. */
  readonly notAfterUs?: number;
  /** Refused when it would open, enlarge or flip a position. */
  readonly reduceOnly: boolean;
  /** The position that it must meet; absent: whatever is open. */
  readonly positionId?: string;
  readonly magic: string;
  readonly tag: string;
}

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
