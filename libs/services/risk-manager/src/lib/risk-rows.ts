import { Decimal } from '@trading/trading-market';
import type { PositionAtRisk, RecentOrder, Reservation, TradingState } from '@trading/trading-risk';

export interface AccountState {
  readonly accountId: string;
  readonly state: TradingState;
  readonly reason: string;
  readonly changedBy: string;
  readonly changedUs: number;
}

export interface AccountRow {
  readonly account_id: string;
  readonly state: TradingState;
  readonly reason: string;
  readonly changed_by: string;
  readonly changed_us: number;
}

export function stateOf(row: AccountRow): AccountState {
  return {
    accountId: row.account_id,
    state: row.state,
    reason: row.reason,
    changedBy: row.changed_by,
    changedUs: row.changed_us,
  };
}

/** A reservation as stored: its decimals are text. */
export type StoredReservation = Omit<Reservation, 'lots' | 'price' | 'lossAtStop'> & {
  lots: string;
  price: string;
  lossAtStop?: string;
};

export function reservationOf({ lots, price, lossAtStop, ...rest }: StoredReservation): Reservation {
  return {
    ...rest,
    lots: new Decimal(lots),
    price: new Decimal(price),
    ...(lossAtStop === undefined ? {} : { lossAtStop: new Decimal(lossAtStop) }),
  };
}

export function storedReservation({ lots, price, lossAtStop, ...rest }: Reservation): StoredReservation {
  return {
    ...rest,
    lots: lots.toFixed(),
    price: price.toFixed(),
    ...(lossAtStop === undefined ? {} : { lossAtStop: lossAtStop.toFixed() }),
  };
}

export interface ExposureRow {
  readonly symbol: string;
  readonly lots: string;
  readonly average_price: string;
  readonly stop_loss: string | null;
  readonly strategy_id: string;
}

export function positionsOf(rows: readonly ExposureRow[]): Map<string, PositionAtRisk> {
  return new Map(
    rows.map((row) => [
      row.symbol,
      {
        lots: new Decimal(row.lots),
        averagePrice: new Decimal(row.average_price),
        strategyId: row.strategy_id,
        ...(row.stop_loss === null ? {} : { stopLoss: new Decimal(row.stop_loss) }),
      },
    ]),
  );
}

/** What the guard against repeated orders needs of one that was approved. */
export interface RecentRow {
  readonly asOfUs: number;
  readonly recent: { symbol: string; side: 'BUY' | 'SELL'; lots: string; strategyId: string };
}

export const recentOf = ({ asOfUs, recent }: RecentRow): RecentOrder => ({
  ...recent,
  lots: new Decimal(recent.lots),
  atUs: asOfUs,
});

/** Selects an account's exposure as JSON whose decimals are text; `$1` is the account. */
export const EXPOSURE_JSON = `(SELECT coalesce(json_agg(json_build_object('symbol', symbol, 'lots', lots::text,
  'average_price', average_price::text, 'stop_loss', stop_loss::text, 'strategy_id', strategy_id)), '[]')
  FROM exposure WHERE account_id = $1 AND lots <> 0)`;
