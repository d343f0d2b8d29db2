import type { Decimal, Instrument, Quote } from '@trading/trading-market';
import type { OrderType, Origin, Side } from '@trading/trading-orders';
import type { RateSource } from '@trading/trading-portfolio';
import type { RiskLimits } from './limits';
import type { LossLimitStatus } from './loss-limits';

export type TradingState = 'HALTED' | 'REDUCING' | 'ACTIVE';
export type TradeMode = 'DEMO' | 'CONTEST' | 'REAL';

export interface OrderToCheck {
  readonly coid: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly volumeLots: Decimal;
  /** Of limit and stop orders. */
  readonly price?: Decimal;
  readonly stopLoss?: Decimal;
  readonly takeProfit?: Decimal;
  /** May only bring the position nearer to zero. */
  readonly reduceOnly: boolean;
  readonly origin: Origin;
  /** Empty for an operator. */
  readonly strategyId: string;
  readonly positionId?: string;
}

/** Money in the account's currency. */
export interface AccountView {
  readonly currency: string;
  readonly balance: Decimal;
  readonly equity: Decimal;
  readonly margin: Decimal;
  readonly freeMargin: Decimal;
  readonly leverage: number;
  readonly asOfUs: number;
  readonly tradeMode: TradeMode;
  readonly enabled: boolean;
  /** Both the process and the account are marked for real money. */
  readonly liveAllowed: boolean;
}

export interface PositionAtRisk {
  /** Signed: short is negative. */
  readonly lots: Decimal;
  readonly averagePrice: Decimal;
  readonly stopLoss?: Decimal;
  /** Empty when an operator opened it. */
  readonly strategyId: string;
}

/** Exposure held by an approved order that is not resolved yet. */
export interface Reservation {
  readonly coid: string;
  readonly symbol: string;
  readonly side: Side;
  /** What may still fill. */
  readonly lots: Decimal;
  readonly reduceOnly: boolean;
  /** The approved worst price. */
  readonly price: Decimal;
  /** Loss at its stop, account currency; absent when the order has none. */
  readonly lossAtStop?: Decimal;
  readonly strategyId: string;
}

export interface RecentOrder {
  readonly symbol: string;
  readonly side: Side;
  readonly lots: Decimal;
  readonly atUs: number;
  readonly strategyId: string;
}

/** Everything that a verdict depends on. What the caller does not know is `undefined`, and denies. */
export interface RiskInput {
  readonly order: OrderToCheck;
  readonly nowUs: number;
  readonly tradingState: TradingState | undefined;
  readonly account: AccountView | undefined;
  readonly instrument: Instrument | undefined;
  /** Minute of the broker's week (Sunday 00:00 = 0) now. Where the instrument has sessions, its absence denies. */
  readonly brokerWeekMinute?: number;
  /** How old `account` may be; absent: `ACCOUNT_MAX_AGE_MS`. */
  readonly maxAccountAgeMs?: number;
  readonly quote: Quote | undefined;
  readonly limits: RiskLimits | undefined;
  readonly positions: ReadonlyMap<string, PositionAtRisk>;
  readonly reservations: readonly Reservation[];
  readonly recentOrders: readonly RecentOrder[];
  readonly rates: RateSource;
  /** {@link LossLimitTracker.status} of the account's loss limits. */
  readonly anchors: readonly LossLimitStatus[];
  /** Orders that are working or unresolved, this one not counted. */
  readonly openOrders: number;
  /** Other instruments and quotes than the order's: exposure and margin of what else is held. */
  instrumentOf?(symbol: string): Instrument | undefined;
  quoteOf?(symbol: string): Quote | undefined;
}
