import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { Database, Sql } from './database';

const KEPT = 3;

/** Makes the table of the {@link CheckpointStore}; a service that keeps checkpoints lists it with its migrations. */
export class CreateCheckpoint1700000000000 implements MigrationInterface {
  readonly name = 'CreateCheckpoint1700000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE checkpoint (
      account_id text NOT NULL,
      barrier bigint NOT NULL,
      state jsonb NOT NULL,
      created timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (account_id, barrier)
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE checkpoint');
  }
}

/** What a service knew of an account at a barrier. */
export interface Checkpoint<S> {
  readonly barrier: number;
  readonly state: S;
}

/** A service is to go on from a barrier at which it has kept no state: its tables are older or newer than the rest. */
export class CheckpointMissing extends Error {
  readonly code = 'CHECKPOINT_MISSING';
  constructor(
    readonly accountId: string,
    readonly barrier: number,
  ) {
    super(`There is no checkpoint of account ${accountId} at barrier ${barrier}, from which it is to go on.`);
  }
}

/**
 * States that a service can begin from again. The three of an account that were saved or begun from last are kept, so
 * that services that were interrupted at different ones find one that all of them have, also after one interruption
 * upon another: what was saved beyond the barrier that all begin from does not push that one out.
 */
export class CheckpointStore {
  constructor(private readonly database: Database) {}

  /** Keeps a state, which must survive JSON, as part of the transaction that made it true. */
  async save(tx: Sql, accountId: string, barrier: number, state: unknown): Promise<void> {
    await tx.query(
      `INSERT INTO checkpoint (account_id, barrier, state) VALUES ($1, $2, $3::jsonb)
       ON CONFLICT (account_id, barrier) DO UPDATE SET state = excluded.state, created = now()`,
      [accountId, barrier, JSON.stringify(state)],
    );
    await tx.query(
      `DELETE FROM checkpoint WHERE account_id = $1 AND created <
         (SELECT created FROM checkpoint WHERE account_id = $1 ORDER BY created DESC OFFSET ${KEPT - 1} LIMIT 1)`,
      [accountId],
    );
  }

  /** The state at exactly this barrier, to begin from. */
  async load<S>(accountId: string, barrier: number): Promise<S | undefined> {
    const sql = 'UPDATE checkpoint SET created = now() WHERE account_id = $1 AND barrier = $2 RETURNING state';
    const [row] = await this.database.query<{ state: S }>(sql, [accountId, barrier]);
    return row?.state;
  }

  /** The state to go on from; undefined at barrier 0, the beginning. Throws {@link CheckpointMissing}. */
  async resume<S>(accountId: string, barrier: number): Promise<S | undefined> {
    const state = await this.load<S>(accountId, barrier);
    if (state === undefined && barrier > 0) throw new CheckpointMissing(accountId, barrier);
    return state;
  }

  async latest<S>(accountId: string): Promise<Checkpoint<S> | undefined> {
    const sql = 'SELECT barrier, state FROM checkpoint WHERE account_id = $1 ORDER BY barrier DESC LIMIT 1';
    const [row] = await this.database.query<Checkpoint<S>>(sql, [accountId]);
    return row;
  }

  /** The accounts (or whatever else states are kept of) that have a checkpoint. */
  async accounts(): Promise<string[]> {
    const sql = 'SELECT DISTINCT account_id FROM checkpoint ORDER BY account_id';
    return (await this.database.query<{ account_id: string }>(sql)).map((row) => row.account_id);
  }

  /** The barriers at which a state is kept, latest first. */
  async barriers(accountId: string): Promise<number[]> {
    const sql = 'SELECT barrier FROM checkpoint WHERE account_id = $1 ORDER BY barrier DESC';
    return (await this.database.query<{ barrier: number }>(sql, [accountId])).map((row) => row.barrier);
  }
}
