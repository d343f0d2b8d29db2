import { decision } from '@trading/contracts';
import type { Database, Sql } from '@trading/platform-database';

const bytesOf = (d: decision.Decision): Buffer => Buffer.from(decision.Decision.encode(d).finish());

/** The tables of decision. */
export class DecisionStore {
  constructor(readonly database: Database) {}

  /**
   * Commits a decision that orders, before its order is submitted, and answers what is stored under its id: another one
   * that was stored before stays as it is.
   */
  async commit(d: decision.Decision): Promise<decision.Decision> {
    const isNew = await this.database.transaction(async (tx) => {
      if ((await this.insert(tx, [d])) === 0) return false;
      for (const leg of d.legs) {
        await tx.query('INSERT INTO leg (coid, decision_id) VALUES ($1, $2)', [leg.coid, d.decisionId]);
      }
      return true;
    });
    return isNew ? d : ((await this.find(d.decisionId)) ?? d);
  }

  /** Stores decisions in one statement and answers how many; those that are stored stay as they are. */
  async insert(tx: Sql, decisions: readonly decision.Decision[]): Promise<number> {
    if (decisions.length === 0) return 0;
    const stored = await tx.query(
      `INSERT INTO decision (decision_id, account_id, strategy_id, barrier, trigger_seq, event_us, ordered, words, trace)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::boolean[], $8::text[], $9::bytea[])
       ON CONFLICT DO NOTHING RETURNING decision_id`,
      [
        decisions.map((d) => d.decisionId),
        decisions.map((d) => d.accountId),
        decisions.map((d) => d.strategyId),
        decisions.map((d) => d.barrier),
        decisions.map((d) => d.triggerSeq),
        decisions.map((d) => d.eventUs),
        decisions.map((d) => d.legs.length > 0),
        decisions.map((d) => d.words),
        decisions.map(bytesOf),
      ],
    );
    return stored.length;
  }

  /** Replaces the traces of decisions whose orders have been answered. */
  async complete(tx: Sql, decisions: readonly decision.Decision[]): Promise<void> {
    for (const d of decisions) {
      await tx.query('UPDATE decision SET trace = $2, words = $3 WHERE decision_id = $1', [
        d.decisionId,
        bytesOf(d),
        d.words,
      ]);
    }
  }

  async find(decisionId: string): Promise<decision.Decision | undefined> {
    const [row] = await this.database.query<{ trace: Buffer }>('SELECT trace FROM decision WHERE decision_id = $1', [
      decisionId,
    ]);
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
      `SELECT trace FROM decision WHERE ordered AND ($1 = '' OR account_id = $1) ORDER BY event_us DESC, barrier DESC LIMIT 1`,
      [accountId],
    );
    return row === undefined ? undefined : decision.Decision.decode(row.trace);
  }

  /** Decisions that ordered after a barrier, by id: played again, they are sent again as they are. */
  async orderedBeyond(accountId: string, barrier: number): Promise<Map<string, decision.Decision>> {
    const rows = await this.database.query<{ trace: Buffer }>(
      'SELECT trace FROM decision WHERE account_id = $1 AND ordered AND barrier > $2',
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
