import { risk } from '@trading/contracts';
import type { Database, Sql } from '@trading/platform-database';
import type { LossLimitTrackerState, RiskLimits } from '@trading/trading-risk';

/** What an account's loss limits are anchored at, safe for JSON. */
export interface AnchorsState {
  readonly tracker: LossLimitTrackerState;
  /** Event time from which on the broker's cash movements are new: the first money reported holds those before it. */
  readonly sinceUs: number;
  /** Cash movements that the anchors hold, by deal ticket; the newest. */
  readonly cash: readonly string[];
}

/** A change that an operator or a service made. */
export interface Audited {
  readonly kind: 'state' | 'limits';
  readonly who: string;
  readonly reason: string;
  readonly before: unknown;
  readonly after: unknown;
}

interface AuditRow {
  readonly account_id: string;
  readonly at_us: number;
  readonly who: string;
  readonly kind: string;
  readonly reason: string;
  readonly before: unknown;
  readonly after: unknown;
}

const AUDIT_PAGE = 100;
const AUDIT_MOST = 1_000;

/** What risk-manager remembers beside exposure: limits and who changed them, anchors, breaches, announcements. */
export class HistoryStore {
  constructor(private readonly database: Database) {}

  async limits(accountId: string, sql: Sql = this.database): Promise<StoredLimits | undefined> {
    const [row] = await sql.query<{ version: number; data: RiskLimits }>(
      'SELECT version, data FROM limits WHERE account_id = $1',
      [accountId],
    );
    return row === undefined ? undefined : { version: row.version, limits: row.data };
  }

  /** Stores limits if those stored are still of `version`, 0: none; else answers undefined. */
  async saveLimits(tx: Sql, accountId: string, version: number, limits: RiskLimits): Promise<number | undefined> {
    const [row] = await tx.query<{ version: number }>(
      version === 0
        ? `INSERT INTO limits (account_id, version, data) VALUES ($1, $3 + 1, $2) ON CONFLICT DO NOTHING RETURNING version`
        : `UPDATE limits SET version = version + 1, data = $2 WHERE account_id = $1 AND version = $3 RETURNING version`,
      [accountId, limits, version],
    );
    return row?.version;
  }

  async audit(tx: Sql, accountId: string, { kind, who, reason, before, after }: Audited): Promise<void> {
    const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));
    await tx.query(
      'INSERT INTO audit (account_id, who, kind, reason, before, after) VALUES ($1, $2, $3, $4, $5::jsonb, $6::jsonb)',
      [accountId, who, kind, reason, json(before), json(after)],
    );
  }

  /** Newest first; `limit` 0: a hundred. */
  async audits(accountId: string, limit: number): Promise<risk.AuditEntry[]> {
    const rows = await this.database.query<AuditRow>(
      `SELECT account_id, (extract(epoch FROM at) * 1000000)::bigint AS at_us, who, kind, reason, before, after
       FROM audit WHERE $1 = '' OR account_id = $1 ORDER BY id DESC LIMIT $2`,
      [accountId, Math.min(AUDIT_MOST, limit > 0 ? limit : AUDIT_PAGE)],
    );
    return rows.map((row) => ({
      accountId: row.account_id,
      timeUs: row.at_us,
      what: row.kind,
      changedBy: row.who,
      reason: row.reason,
      before: textOf(row.before),
      after: textOf(row.after),
    }));
  }

  async anchors(accountId: string): Promise<{ readonly timeUs: number; readonly state: AnchorsState } | undefined> {
    const [row] = await this.database.query<{ time_us: number; state: AnchorsState }>(
      'SELECT time_us, state FROM anchors WHERE account_id = $1',
      [accountId],
    );
    return row === undefined ? undefined : { timeUs: row.time_us, state: row.state };
  }

  /** Makes the caller the only one who may keep the account's anchors: whoever did before keeps none any more. */
  async takeAnchors(accountId: string): Promise<number> {
    const [row] = await this.database.query<{ generation: number }>(
      `INSERT INTO anchor_keeper (account_id, generation) VALUES ($1, 1)
       ON CONFLICT (account_id) DO UPDATE SET generation = anchor_keeper.generation + 1 RETURNING generation`,
      [accountId],
    );
    return row?.generation ?? 0;
  }

  /** Keeps anchors as of a wall-clock time; false when another has taken them since `generation`. */
  async saveAnchors(
    sql: Sql | undefined,
    { accountId, generation }: { readonly accountId: string; readonly generation: number },
    timeUs: number,
    state: AnchorsState,
  ): Promise<boolean> {
    const rows = await (sql ?? this.database).query(
      `INSERT INTO anchors (account_id, time_us, state)
       SELECT account_id, $3, $4::jsonb FROM anchor_keeper WHERE account_id = $1 AND generation = $2 FOR SHARE
       ON CONFLICT (account_id) DO UPDATE SET time_us = excluded.time_us, state = excluded.state RETURNING account_id`,
      [accountId, generation, timeUs, JSON.stringify(state)],
    );
    return rows.length > 0;
  }

  /** True the first time that this breach is reported. */
  async firstBreach(tx: Sql, accountId: string, breachId: string): Promise<boolean> {
    const rows = await tx.query(
      'INSERT INTO breach (account_id, breach_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING breach_id',
      [accountId, breachId],
    );
    return rows.length > 0;
  }

  /** Announces with the transaction: what it says is published after it, if need be by the next process. */
  async announce(tx: Sql, event: risk.RiskEvent): Promise<void> {
    await tx.query('INSERT INTO announcement (account_id, event) VALUES ($1, $2)', [
      event.accountId,
      Buffer.from(risk.RiskEvent.encode(event).finish()),
    ]);
  }

  async announcements(accountId: string): Promise<{ readonly id: number; readonly event: risk.RiskEvent }[]> {
    const rows = await this.database.query<{ id: number; event: Buffer }>(
      'SELECT id, event FROM announcement WHERE account_id = $1 ORDER BY id',
      [accountId],
    );
    return rows.map(({ id, event }) => ({ id, event: risk.RiskEvent.decode(event) }));
  }

  async forgetAnnouncement(id: number): Promise<void> {
    await this.database.query('DELETE FROM announcement WHERE id = $1', [id]);
  }
}

export interface StoredLimits {
  readonly version: number;
  /** As stored: one that a release did not know yet is absent. */
  readonly limits: Partial<RiskLimits>;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
