import { bare, risk, type common, type execution } from '@trading/contracts';
import { TransientDatabaseError, type Database, type Sql } from '@trading/platform-database';
import type { PositionAtRisk, RecentOrder, Reservation, RiskLimits } from '@trading/trading-risk';
import { applyOrderEvents, applyStops, type Applied, type ToldStop } from './apply-order-events';
import { HistoryStore } from './history-store';
import {
  EXPOSURE_JSON,
  positionsOf,
  recentOf,
  reservationOf,
  stateOf,
  storedReservation,
  type AccountRow,
  type AccountState,
  type ExposureRow,
  type RecentRow,
  type ReservationChange,
  type StoredReservation,
} from './risk-rows';

export type { AccountState } from './risk-rows';

/** What a check needs of an account, as of one moment. */
export interface CheckFacts {
  readonly account: AccountState;
  /** Any change of what is here gives the account another one. */
  readonly version: number;
  /** The verdict on this order that was given before. */
  readonly verdict: risk.CheckOrderResponse | undefined;
  readonly reservations: readonly Reservation[];
  readonly positions: ReadonlyMap<string, PositionAtRisk>;
  readonly recentOrders: readonly RecentOrder[];
  readonly isHedging: boolean;
  readonly lastLossUs: number | undefined;
  readonly recentCancelsUs: readonly number[];
  /** What a fill of one lot was charged last, account currency, by symbol. */
  readonly commissions: Readonly<Record<string, string>>;
  /** Limits of another version than the caller's. */
  readonly otherLimits: { readonly version: number; readonly limits: Partial<RiskLimits> } | undefined;
}

export interface CheckQuery {
  readonly accountId: string;
  /** What the verdict is stored under. */
  readonly key: string;
  /** Event time from which approved orders count as recent. */
  readonly recentSinceUs: number;
  readonly limitsVersion: number;
}

/** A verdict and what is written with it. */
export interface NewVerdict {
  readonly key: string;
  readonly response: risk.CheckOrderResponse;
  readonly isModification: boolean;
  readonly reservation?: Reservation;
  readonly reservationChange?: ReservationChange;
  /** A stop that a position may get, further off than its own. */
  readonly looserStop?: ToldStop;
}

interface FactsRow extends AccountRow {
  readonly version: number;
  readonly hedging: boolean;
  readonly last_loss_us: number | null;
  readonly cancels_us: number[];
  readonly commissions: Record<string, string>;
  readonly response: Buffer | null;
  readonly reservations: StoredReservation[];
  readonly positions: ExposureRow[];
  readonly recent: RecentRow[];
  readonly other_limits: { version: number; limits: Partial<RiskLimits> } | null;
}

/** Races with other changes of the account that are lost before its lock is taken. */
const TRIES = 3;

/**
 * The tables of risk-manager. What changes an account's exposure either holds its lock or finds its version unchanged
 * as it writes; both give the account another version.
 */
export class RiskStore {
  readonly history: HistoryStore;

  constructor(readonly database: Database) {
    this.history = new HistoryStore(database);
  }

  async accounts(accountId = ''): Promise<AccountState[]> {
    const rows = await this.database.query<AccountRow>(
      `SELECT account_id, state, reason, changed_by, changed_us FROM account WHERE $1 = '' OR account_id = $1 ORDER BY account_id`,
      [accountId],
    );
    return rows.map(stateOf);
  }

  /** Locks the account for the transaction; undefined for an account that nobody has seen. */
  async lock(tx: Sql, accountId: string): Promise<AccountState | undefined> {
    const [row] = await tx.query<AccountRow>(
      `UPDATE account SET version = version + 1 WHERE account_id = $1
       RETURNING account_id, state, reason, changed_by, changed_us`,
      [accountId],
    );
    return row === undefined ? undefined : stateOf(row);
  }

  /**
   * Runs work that reads an account and writes only if nobody has changed it meanwhile, else answers undefined and is
   * run again: two round trips where a transaction under the lock has five. After lost races it gets the lock.
   */
  async whileUnchanged<R extends object>(accountId: string, work: (sql: Sql) => Promise<R | undefined>): Promise<R> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const done = await work(this.database);
      if (done !== undefined) return done;
    }
    return this.database.transaction(async (tx) => {
      await this.lock(tx, accountId);
      const done = await work(tx);
      if (done !== undefined) return done;
      throw new TransientDatabaseError(`Account ${accountId} changed under its lock.`, undefined, undefined);
    });
  }

  /** Makes an account known; its state stays as it is when it was known. */
  async create(account: AccountState): Promise<boolean> {
    const rows = await this.database.query(
      `INSERT INTO account (account_id, state, reason, changed_by, changed_us) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING RETURNING account_id`,
      [account.accountId, account.state, account.reason, account.changedBy, account.changedUs],
    );
    return rows.length > 0;
  }

  /** Positions of a hedging account are kept apart from now on. */
  async setHedging(accountId: string): Promise<void> {
    await this.database.query(
      'UPDATE account SET hedging = true, version = version + 1 WHERE account_id = $1 AND NOT hedging',
      [accountId],
    );
  }

  /** To be called under the account's lock, with the state before. */
  async setState(tx: Sql, account: AccountState, before: AccountState): Promise<void> {
    await tx.query(
      'UPDATE account SET state = $2, reason = $3, changed_by = $4, changed_us = $5 WHERE account_id = $1',
      [account.accountId, account.state, account.reason, account.changedBy, account.changedUs],
    );
    const { changedBy: who, reason, state: after } = account;
    await this.history.audit(tx, account.accountId, { kind: 'state', who, reason, before: before.state, after });
  }

  async checkFacts(sql: Sql, query: CheckQuery): Promise<CheckFacts | undefined> {
    const [row] = await sql.query<FactsRow>(
      `SELECT account_id, state, reason, changed_by, changed_us, version, hedging, last_loss_us, cancels_us, commissions,
         (SELECT response FROM verdict WHERE coid = $2) AS response,
         (SELECT coalesce(json_agg(data ORDER BY coid), '[]') FROM reservation
          WHERE account_id = $1 AND NOT released) AS reservations,
         ${EXPOSURE_JSON} AS positions,
         (SELECT coalesce(json_agg(json_build_object('asOfUs', as_of_us, 'recent', recent)), '[]') FROM verdict
          WHERE account_id = $1 AND approved AND as_of_us >= $3) AS recent,
         (SELECT json_build_object('version', version, 'limits', data) FROM limits
          WHERE account_id = $1 AND version <> $4) AS other_limits
       FROM account WHERE account_id = $1`,
      [query.accountId, query.key, query.recentSinceUs, query.limitsVersion],
    );
    if (row === undefined) return undefined;
    return {
      account: stateOf(row),
      version: row.version,
      verdict: row.response === null ? undefined : risk.CheckOrderResponse.decode(row.response),
      reservations: row.reservations.map(reservationOf),
      positions: positionsOf(row.positions),
      recentOrders: row.recent.map(recentOf),
      isHedging: row.hedging,
      lastLossUs: row.last_loss_us ?? undefined,
      recentCancelsUs: row.cancels_us,
      commissions: row.commissions,
      otherLimits: row.other_limits ?? undefined,
    };
  }

  /** Stores a verdict and what it reserves, if the account's version is still this one; else stores nothing. */
  async saveVerdict(
    sql: Sql,
    version: number,
    asOfUs: number,
    order: common.OrderRequest,
    verdict: NewVerdict,
  ): Promise<boolean> {
    const { response, reservation, reservationChange, looserStop } = verdict;
    const recent: RecentRow['recent'] = {
      symbol: order.symbol,
      side: bare('SIDE', order.side),
      lots: order.volumeLots,
      strategyId: order.strategyId,
      ...(verdict.isModification ? { isModification: true } : {}),
    };
    const parameters = [
      order.accountId,
      version,
      verdict.key,
      asOfUs,
      response.approved,
      recent,
      Buffer.from(risk.CheckOrderResponse.encode(response).finish()),
    ];
    const given = `WITH moved AS (
         UPDATE account SET version = version + 1 WHERE account_id = $1 AND version = $2 RETURNING account_id
       ), given AS (
         INSERT INTO verdict (coid, account_id, as_of_us, approved, recent, response)
         SELECT $3::text, account_id, $4::bigint, $5::boolean, $6::jsonb, $7::bytea FROM moved
       )`;
    if (!verdict.isModification) {
      const rows = await sql.query(
        `${given}, reserved AS (
           INSERT INTO reservation (coid, account_id, data)
           SELECT $3::text, account_id, $8::jsonb FROM moved WHERE $8::jsonb IS NOT NULL ON CONFLICT DO NOTHING
         ) SELECT account_id FROM moved`,
        [...parameters, reservation === undefined ? null : storedReservation(reservation)],
      );
      return rows.length > 0;
    }
    const rows = await sql.query(
      `${given}, changed AS (
         UPDATE reservation SET data = jsonb_set(data, '{changed}', $8::jsonb) FROM moved
         WHERE $8::jsonb IS NOT NULL AND reservation.coid = $9::text
       ), loosened AS (
         UPDATE exposure SET stop_loss = nullif($10::text, '')::numeric FROM moved
         WHERE exposure.account_id = moved.account_id AND exposure.symbol = $11::text
           AND exposure.position_id IN ('', $12::text)
       ) SELECT account_id FROM moved`,
      [
        ...parameters,
        reservationChange ?? null,
        order.coid,
        looserStop?.stopLoss ?? null,
        looserStop?.symbol ?? null,
        looserStop?.positionId ?? null,
      ],
    );
    return rows.length > 0;
  }

  /** Takes a released reservation up again, under the account's lock. True while the order has one: until it ends. */
  async reserveAgain(tx: Sql, coid: string): Promise<boolean> {
    const rows = await tx.query('UPDATE reservation SET released = false WHERE coid = $1 RETURNING coid', [coid]);
    return rows.length > 0;
  }

  async reservations(sql: Sql, accountId: string): Promise<Reservation[]> {
    const rows = await sql.query<{ data: StoredReservation }>(
      'SELECT data FROM reservation WHERE account_id = $1 AND NOT released ORDER BY coid',
      [accountId],
    );
    return rows.map(({ data }) => reservationOf(data));
  }

  /**
   * Releases every reservation of the account except those of these orders. They are remembered: an order that was
   * never submitted may still be, under the verdict that it has.
   */
  async releaseOthers(accountId: string, coids: readonly string[]): Promise<string[]> {
    return this.database.transaction(async (tx) => {
      await this.lock(tx, accountId);
      const rows = await tx.query<{ coid: string }>(
        `UPDATE reservation SET released = true
         WHERE account_id = $1 AND NOT released AND NOT coid = ANY($2) RETURNING coid`,
        [accountId, [...coids]],
      );
      return rows.map((row) => row.coid).sort();
    });
  }

  /** By symbol, or by position identifier of a hedging account. */
  async positions(sql: Sql, accountId: string): Promise<Map<string, PositionAtRisk>> {
    const [row] = await sql.query<{ positions: ExposureRow[] }>(`SELECT ${EXPOSURE_JSON} AS positions`, [accountId]);
    return positionsOf(row?.positions ?? []);
  }

  /** The last order event that was booked. */
  async appliedSeq(accountId: string): Promise<number> {
    const [row] = await this.database.query<{ applied_seq: number }>(
      'SELECT applied_seq FROM account WHERE account_id = $1',
      [accountId],
    );
    return row?.applied_seq ?? 0;
  }

  /** Books order events once each; see {@link applyOrderEvents}. */
  async applyOrderEvents(accountId: string, events: readonly execution.OrderEvent[]): Promise<Applied> {
    if (events.length === 0) return { kind: 'applied' };
    return this.whileUnchanged<Applied>(accountId, (sql) => applyOrderEvents(sql, accountId, events));
  }

  async applyStops(accountId: string, stops: readonly ToldStop[]): Promise<void> {
    if (stops.length > 0) await applyStops(this.database, accountId, stops);
  }
}
