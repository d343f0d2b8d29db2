import { decision } from '@trading/contracts';
import type { Database, Sql } from '@trading/platform-database';

const bytesOf = (d: decision.Decision): Buffer => Buffer.from(decision.Decision.encode(d).finish());

const COLUMNS = 'decision_id, account_id, strategy_id, barrier, trigger_seq, event_us, words, trace';
const ROWS =
  'unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::bytea[])';

const columnsOf = (decisions: readonly decision.Decision[]): unknown[][] => [
  decisions.map((d) => d.decisionId),
  decisions.map((d) => d.accountId),
  decisions.map((d) => d.strategyId),
  decisions.map((d) => d.barrier),
  decisions.map((d) => d.triggerSeq),
  decisions.map((d) => d.eventUs),
  decisions.map((d) => d.words),
  decisions.map(bytesOf),
];

/** The tables of decision: `decision` holds those that order, `quiet_decision` all others. */
export class DecisionStore {
  constructor(readonly database: Database) {}

  /**
   * Commits a decision that orders, before its order is submitted, and answers what is stored under its id: another one
   * that was stored before, also one without orders, stays as it is. One statement: its round trip is on the way of every order.
   */
  async commit(d: decision.Decision): Promise<decision.Decision> {
    const stored = await this.database.query(
      `WITH decided AS (
         INSERT INTO decision (${COLUMNS}) SELECT r.* FROM ${ROWS} AS r(${COLUMNS})
         WHERE NOT EXISTS (SELECT FROM quiet_decision q WHERE q.decision_id = r.decision_id)
         ON CONFLICT DO NOTHING RETURNING decision_id
       ), legs AS (
         INSERT INTO leg (coid, decision_id) SELECT coid, decision_id FROM decided, unnest($9::text[]) AS coid
       ) SELECT decision_id FROM decided`,
      [...columnsOf([d]), d.legs.map((leg) => leg.coid)],
    );
    return stored.length > 0 ? d : ((await this.find(d.decisionId)) ?? d);
  }

  /** Stores decisions without orders; those that are stored stay as they are. */
  async insert(tx: Sql, decisions: readonly decision.Decision[]): Promise<void> {
    if (decisions.length === 0) return;
    await tx.query(
      `INSERT INTO quiet_decision (${COLUMNS}) SELECT * FROM ${ROWS} ON CONFLICT DO NOTHING`,
      columnsOf(decisions),
    );
  }

  /** Replaces the traces of decisions whose orders have been answered. */
  async complete(tx: Sql, decisions: readonly decision.Decision[]): Promise<void> {
    if (decisions.length === 0) return;
    // A row can be replaced once in a statement.
    const last = [...new Map(decisions.map((d) => [d.decisionId, d])).values()];
    await tx.query(
      `UPDATE decision SET trace = r.trace, words = r.words
       FROM unnest($1::text[], $2::bytea[], $3::text[]) AS r(decision_id, trace, words)
       WHERE decision.decision_id = r.decision_id`,
      [last.map((d) => d.decisionId), last.map(bytesOf), last.map((d) => d.words)],
    );
  }

  async find(decisionId: string): Promise<decision.Decision | undefined> {
    const [row] = await this.database.query<{ trace: Buffer }>(
      `SELECT trace FROM decision WHERE decision_id = $1
       UNION ALL SELECT trace FROM quiet_decision WHERE decision_id = $1 LIMIT 1`,
      [decisionId],
    );
    return row === undefined ? undefined : decision.Decision.decode(row.trace);
  }

  async findByOrder(coid: string): Promise<decision.Decision | undefined> {
    const [row] = await this.database.query<{ decision_id: string }>('SELECT decision_id FROM leg WHERE coid = $1', [
      coid,
    ]);
    return row === undefined ? undefined : this.find(row.decision_id);
  }

  /** The last decision that ordered. */
  async lastOrdered(accountId: string): Promise<decision.Decision | undefined> {
    const [row] = await this.database.query<{ trace: Buffer }>(
      `SELECT trace FROM decision WHERE $1 = '' OR account_id = $1 ORDER BY event_us DESC, barrier DESC LIMIT 1`,
      [accountId],
    );
    return row === undefined ? undefined : decision.Decision.decode(row.trace);
  }

  /** Decisions that ordered after a barrier, by id: played again, they are sent again as they are. */
  async orderedBeyond(accountId: string, barrier: number): Promise<Map<string, decision.Decision>> {
    const rows = await this.database.query<{ trace: Buffer }>(
      'SELECT trace FROM decision WHERE account_id = $1 AND barrier > $2',
      [accountId, barrier],
    );
    return new Map(rows.map((row) => decision.Decision.decode(row.trace)).map((d) => [d.decisionId, d]));
  }

  async disabled(): Promise<Set<string>> {
    const rows = await this.database.query<{ strategy_id: string }>('SELECT strategy_id FROM disabled_strategy');
    return new Set(rows.map((row) => row.strategy_id));
  }

  async setDisabled(strategyId: string, disabled: boolean): Promise<void> {
    await this.database.query(
      disabled
        ? 'INSERT INTO disabled_strategy (strategy_id) VALUES ($1) ON CONFLICT DO NOTHING'
        : 'DELETE FROM disabled_strategy WHERE strategy_id = $1',
      [strategyId],
    );
  }
}
