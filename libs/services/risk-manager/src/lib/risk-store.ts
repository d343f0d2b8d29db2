import { bare, risk, type common, type execution } from '@trading/contracts';
import { TransientDatabaseError, type Database, type Sql } from '@trading/platform-database';
import type { PositionAtRisk, RecentOrder, Reservation, RiskLimits } from '@trading/trading-risk';
import { foldOrderEvents } from './exposure-fold';
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
  type StoredReservation,
} from './risk-rows';

export type { AccountState } from './risk-rows';

/** What became of order events. */
export type Applied =
  | { readonly kind: 'applied' }
  | { readonly kind: 'account-unknown' }
  | { readonly kind: 'gap'; readonly missing: string };

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
}

/** Races with other changes of the account that are lost before its lock is taken. */
const TRIES = 3;

/**
 * The tables of risk-manager. What changes an account's exposure either holds its lock or finds its version unchanged
 * as it writes; both give the account another version.
 */
export class RiskStore {
  constructor(readonly database: Database) {}

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

  /** To be called under the account's lock. */
  async setState(tx: Sql, account: AccountState): Promise<void> {
    await tx.query(
      'UPDATE account SET state = $2, reason = $3, changed_by = $4, changed_us = $5 WHERE account_id = $1',
      [account.accountId, account.state, account.reason, account.changedBy, account.changedUs],
    );
    await this.audit(tx, account.accountId, account.changedBy, { state: account.state, reason: account.reason });
  }

  async audit(tx: Sql, accountId: string, who: string, what: object): Promise<void> {
    await tx.query('INSERT INTO audit (account_id, who, what) VALUES ($1, $2, $3)', [accountId, who, what]);
  }

  async auditEntries(accountId: string, limit: number): Promise<risk.AuditEntry[]> {
    const rows = await this.database.query<{ account_id: string; at_us: number; who: string; what: object }>(
      `SELECT account_id, (extract(epoch FROM at) * 1000000)::bigint AS at_us, who, what FROM audit
       WHERE $1 = '' OR account_id = $1 ORDER BY id DESC LIMIT $2`,
      [accountId, limit > 0 ? limit : 100],
    );
    return rows.map((row) =>
      risk.AuditEntry.fromPartial({
        accountId: row.account_id,
        timeUs: row.at_us,
        changedBy: row.who,
        after: JSON.stringify(row.what),
      }),
    );
  }

  async limits(accountId: string): Promise<{ version: number; limits: RiskLimits } | undefined> {
    const [row] = await this.database.query<{ version: number; data: RiskLimits }>(
      'SELECT version, data FROM limits WHERE account_id = $1',
      [accountId],
    );
    return row === undefined ? undefined : { version: row.version, limits: row.data };
  }

  async saveLimits(tx: Sql, accountId: string, limits: RiskLimits): Promise<void> {
    await tx.query(
      `INSERT INTO limits (account_id, version, data) VALUES ($1, 1, $2)
       ON CONFLICT (account_id) DO UPDATE SET version = limits.version + 1, data = $2`,
      [accountId, limits],
    );
  }

  /** Reads what a check of this order needs; `recentSinceUs`: event time from which approved orders count as recent. */
  async checkFacts(sql: Sql, accountId: string, coid: string, recentSinceUs: number): Promise<CheckFacts | undefined> {
    const [row] = await sql.query<
      AccountRow & {
        version: number;
        response: Buffer | null;
        reservations: StoredReservation[];
        positions: ExposureRow[];
        recent: RecentRow[];
      }
    >(
      `SELECT account_id, state, reason, changed_by, changed_us, version,
         (SELECT response FROM verdict WHERE coid = $2) AS response,
         (SELECT coalesce(json_agg(data ORDER BY coid), '[]') FROM reservation
          WHERE account_id = $1 AND NOT released) AS reservations,
         ${EXPOSURE_JSON} AS positions,
         (SELECT coalesce(json_agg(json_build_object('asOfUs', as_of_us, 'recent', recent)), '[]') FROM verdict
          WHERE account_id = $1 AND approved AND as_of_us >= $3) AS recent
       FROM account WHERE account_id = $1`,
      [accountId, coid, recentSinceUs],
    );
    if (row === undefined) return undefined;
    return {
      account: stateOf(row),
      version: row.version,
      verdict: row.response === null ? undefined : risk.CheckOrderResponse.decode(row.response),
      reservations: row.reservations.map(reservationOf),
      positions: positionsOf(row.positions),
      recentOrders: row.recent.map(recentOf),
    };
  }

  /** Stores a verdict and what it reserves, if the account's version is still this one; else stores nothing. */
  async saveVerdict(
    sql: Sql,
    version: number,
    request: risk.CheckOrderRequest,
    order: common.OrderRequest,
    response: risk.CheckOrderResponse,
    reservation: Reservation | undefined,
  ): Promise<boolean> {
    const recent = {
      symbol: order.symbol,
      side: bare('SIDE', order.side),
      lots: order.volumeLots,
      strategyId: order.strategyId,
    };
    const rows = await sql.query(
      `WITH moved AS (
         UPDATE account SET version = version + 1 WHERE account_id = $1 AND version = $2 RETURNING account_id
       ), given AS (
         INSERT INTO verdict (coid, account_id, as_of_us, approved, recent, response)
         SELECT $3::text, account_id, $4::bigint, $5::boolean, $6::jsonb, $7::bytea FROM moved
       ), reserved AS (
         INSERT INTO reservation (coid, account_id, data)
         SELECT $3::text, account_id, $8::jsonb FROM moved WHERE $8::jsonb IS NOT NULL ON CONFLICT DO NOTHING
       ) SELECT account_id FROM moved`,
      [
        order.accountId,
        version,
        order.coid,
        request.asOfUs,
        response.approved,
        recent,
        Buffer.from(risk.CheckOrderResponse.encode(response).finish()),
        reservation === undefined ? null : storedReservation(reservation),
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

  async positions(sql: Sql, accountId: string): Promise<Map<string, PositionAtRisk>> {
    const [row] = await sql.query<{ positions: ExposureRow[] }>(`SELECT ${EXPOSURE_JSON} AS positions`, [accountId]);
    return positionsOf(row?.positions ?? []);
  }

  /**
   * Books order events once each, by their sequence: fills move exposure, ended orders give their reservation back.
   * Sequences that are missing before an event are returned: exposure is not known any more.
   */
  async applyOrderEvents(accountId: string, events: readonly execution.OrderEvent[]): Promise<Applied> {
    if (events.length === 0) return { kind: 'applied' };
    return this.whileUnchanged<Applied>(accountId, async (sql) => {
      const [row] = await sql.query<{ applied_seq: number; version: number; positions: ExposureRow[] }>(
        `SELECT applied_seq, version, ${EXPOSURE_JSON} AS positions FROM account WHERE account_id = $1`,
        [accountId],
      );
      if (row === undefined) return { kind: 'account-unknown' };
      const booked = foldOrderEvents(row.applied_seq, positionsOf(row.positions), events);
      const { appliedSeq, exposures, ended, left, missing } = booked;
      if (appliedSeq === row.applied_seq) return { kind: 'applied' };
      const stored = await sql.query(
        `WITH moved AS (
           UPDATE account SET applied_seq = $3, version = version + 1 WHERE account_id = $1 AND version = $2
           RETURNING account_id
         ), exposed AS (
           INSERT INTO exposure (account_id, symbol, lots, average_price, stop_loss, strategy_id)
           SELECT moved.account_id, r.* FROM moved, json_to_recordset($4::json)
             AS r(symbol text, lots numeric, average_price numeric, stop_loss numeric, strategy_id text)
           ON CONFLICT (account_id, symbol) DO UPDATE SET lots = excluded.lots, average_price = excluded.average_price,
             stop_loss = excluded.stop_loss, strategy_id = excluded.strategy_id
         ), ended AS (
           DELETE FROM reservation USING moved WHERE coid = ANY($5::text[])
         ), lessened AS (
           UPDATE reservation SET data = jsonb_set(data, '{lots}', to_jsonb(r.lots))
           FROM moved, json_to_recordset($6::json) AS r(coid text, lots text) WHERE reservation.coid = r.coid
         ) SELECT account_id FROM moved`,
        [accountId, row.version, appliedSeq, JSON.stringify(exposures), [...ended], JSON.stringify(left)],
      );
      if (stored.length === 0) return undefined;
      return missing === undefined ? { kind: 'applied' } : { kind: 'gap', missing };
    });
  }

  /** True the first time that this breach is reported. */
  async firstBreach(tx: Sql, accountId: string, breachId: string): Promise<boolean> {
    const rows = await tx.query(
      'INSERT INTO breach (account_id, breach_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING breach_id',
      [accountId, breachId],
    );
    return rows.length > 0;
  }
}
