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
  /** The lots that `lossAtStop` is of: what has filled since is lost no more by the order. */
  ofLots?: string;
  /** What a modification that was let through makes of it, while nobody knows whether it happened. */
  changed?: ReservationChange;
};

export interface ReservationChange {
  readonly price: string;
  readonly lossAtStop: string;
  readonly ofLots: string;
}

/** Of a reservation that may have been changed, the worse of both. */
export function reservationOf({ lots, price, lossAtStop, ofLots, changed, ...rest }: StoredReservation): Reservation {
  const left = new Decimal(lots);
  const lossOf = (loss: string, of = lots): Decimal => new Decimal(loss).mul(left).div(of);
  const losses = [
    ...(lossAtStop === undefined ? [] : [lossOf(lossAtStop, ofLots)]),
    ...(changed === undefined ? [] : [lossOf(changed.lossAtStop, changed.ofLots)]),
  ];
  return {
    ...rest,
    lots: left,
    price: Decimal.max(price, changed?.price ?? price),
    ...(losses.length === 0 ? {} : { lossAtStop: Decimal.max(...losses) }),
  };
}

export function storedReservation({ lots, price, lossAtStop, ...rest }: Reservation): StoredReservation {
  return {
    ...rest,
    lots: lots.toFixed(),
    price: price.toFixed(),
    ...(lossAtStop === undefined ? {} : { lossAtStop: lossAtStop.toFixed(), ofLots: lots.toFixed() }),
  };
}

export interface ExposureRow {
  readonly symbol: string;
  /** Empty on a netting account. */
  readonly position_id: string;
  readonly lots: string;
  readonly average_price: string;
  readonly stop_loss: string | null;
  readonly strategy_id: string;
}

/** By symbol, or by position identifier where the row has one. */
export function positionsOf(rows: readonly ExposureRow[]): Map<string, PositionAtRisk> {
  return new Map(
    rows.map((row) => [
      row.position_id === '' ? row.symbol : row.position_id,
      {
        lots: new Decimal(row.lots),
        averagePrice: new Decimal(row.average_price),
        strategyId: row.strategy_id,
        ...(row.position_id === '' ? {} : { symbol: row.symbol }),
        ...(row.stop_loss === null ? {} : { stopLoss: new Decimal(row.stop_loss) }),
      },
    ]),
  );
}

/** What the guards against repeated and too many orders need of one that was approved. */
export interface RecentRow {
  readonly asOfUs: number;
  readonly recent: {
    symbol: string;
    side: 'BUY' | 'SELL';
    lots: string;
    strategyId: string;
    isModification?: boolean;
  };
}

export const recentOf = ({ asOfUs, recent }: RecentRow): RecentOrder => ({
  ...recent,
  lots: new Decimal(recent.lots),
  atUs: asOfUs,
});

/** Selects an account's exposure as JSON whose decimals are text; `$1` is the account. */
export const EXPOSURE_JSON = `(SELECT coalesce(json_agg(json_build_object('symbol', symbol, 'position_id', position_id,
  'lots', lots::text, 'average_price', average_price::text, 'stop_loss', stop_loss::text,
  'strategy_id', strategy_id)), '[]')
  FROM exposure WHERE account_id = $1 AND lots <> 0)`;
