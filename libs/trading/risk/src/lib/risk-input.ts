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
  /** Of limit and stop orders; of a stop-limit order where it triggers. */
  readonly price?: Decimal;
  /** Of a stop-limit order: the price of the limit order that it becomes. */
  readonly stopLimitPrice?: Decimal;
  readonly stopLoss?: Decimal;
  readonly takeProfit?: Decimal;
  /** May only bring the position nearer to zero. */
  readonly reduceOnly: boolean;
  readonly origin: Origin;
  /** Empty for an operator. */
  readonly strategyId: string;
  /** Hedging accounts: the position that a reduction closes. */
  readonly positionId?: string;
  /** Hedging accounts: the opposite position that it is closed with. */
  readonly closeByPositionId?: string;
  /** Of an order that ends by itself at a time, UTC microseconds. */
  readonly expiresUs?: number;
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
  /** Of a hedging account, where positions are keyed by their identifier. */
  readonly symbol?: string;
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
  /** What it loses at worst when it fills and its stop is hit, costs included, account currency. */
  readonly lossAtStop?: Decimal;
  readonly strategyId: string;
  /** Hedging accounts: the position that it closes. */
  readonly positionId?: string;
  readonly closeByPositionId?: string;
}

/** What trading one lot costs beside the spread, account currency. */
export interface TradingCosts {
  /** Of one fill, at least 0. */
  readonly commissionPerLot: Decimal;
  /** At the next rollover, negative when paid. */
  readonly swapLongPerLot: Decimal;
  readonly swapShortPerLot: Decimal;
}

export interface RecentOrder {
  readonly symbol: string;
  readonly side: Side;
  readonly lots: Decimal;
  readonly atUs: number;
  readonly strategyId: string;
  /** A modification counts for the rate alone. */
  readonly isModification?: boolean;
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
  /** By symbol; of a hedging account by position identifier. */
  readonly positions: ReadonlyMap<string, PositionAtRisk>;
  readonly marginMode?: 'NETTING' | 'HEDGING';
  readonly reservations: readonly Reservation[];
  readonly recentOrders: readonly RecentOrder[];
  readonly rates: RateSource;
  /** {@link LossLimitTracker.status} of the account's loss limits. */
  readonly anchors: readonly LossLimitStatus[];
  /** Orders that are working or unresolved, this one not counted. */
  readonly openOrders: number;
  /** The order takes the place of the working one with its client order id. */
  readonly isModification?: boolean;
  /** When a closing fill of the account lost last. */
  readonly lastLossUs?: number;
  /** Cancels within the last minute. */
  readonly recentCancelsUs?: readonly number[];
  /** Absent: trading costs nothing beside the spread. */
  costsOf?(symbol: string): TradingCosts | undefined;
  /** Other instruments and quotes than the order's: exposure and margin of what else is held. */
  instrumentOf?(symbol: string): Instrument | undefined;
  quoteOf?(symbol: string): Quote | undefined;
}
