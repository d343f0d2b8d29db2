import { CreateCheckpoint1700000000000, CreatePartitioning1700000000001 } from '@trading/platform-database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Decisions with their trace, and which strategies an operator switched off. */
export class DecisionTables1700000000000 implements MigrationInterface {
  readonly name = 'DecisionTables1700000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE decision (
        decision_id text PRIMARY KEY,
        account_id  text NOT NULL,
        strategy_id text NOT NULL,
        barrier     bigint NOT NULL,
        trigger_seq bigint NOT NULL,
        event_us    bigint NOT NULL,
        ordered     boolean NOT NULL,
        words       text NOT NULL,
        trace       bytea NOT NULL
      );
      CREATE INDEX decision_order ON decision (account_id, ordered, barrier);
      CREATE TABLE leg (
        coid        text PRIMARY KEY,
        decision_id text NOT NULL
      );
      CREATE TABLE disabled_strategy (
        strategy_id text PRIMARY KEY
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE decision, leg, disabled_strategy');
  }
}

/**
 * Decisions without orders, which are nearly all, in a table of their own that is partitioned by the time at which they
 * were stored. Those that order stay where an id is unique for ever: an order is decided once.
 */
export class QuietDecisions1700000000002 implements MigrationInterface {
  readonly name = 'QuietDecisions1700000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE quiet_decision (
        decision_id text NOT NULL,
        account_id  text NOT NULL,
        strategy_id text NOT NULL,
        barrier     bigint NOT NULL,
        trigger_seq bigint NOT NULL,
        event_us    bigint NOT NULL,
        words       text NOT NULL,
        trace       bytea NOT NULL,
        stored      timestamptz NOT NULL DEFAULT now()
      ) PARTITION BY RANGE (stored);
      CREATE TABLE quiet_decision_rest PARTITION OF quiet_decision DEFAULT;
      CREATE UNIQUE INDEX ON quiet_decision_rest (decision_id);
      INSERT INTO partitioned (name, months, ahead, keep_days, unique_columns)
        VALUES ('quiet_decision', 3, 1, 400, 'decision_id');
      SELECT maintain_partitions_at(now());
      WITH quiet AS (DELETE FROM decision WHERE NOT ordered RETURNING *)
        INSERT INTO quiet_decision (decision_id, account_id, strategy_id, barrier, trigger_seq, event_us, words, trace)
        SELECT decision_id, account_id, strategy_id, barrier, trigger_seq, event_us, words, trace FROM quiet;
      DROP INDEX decision_order;
      ALTER TABLE decision DROP COLUMN ordered;
      CREATE INDEX decision_barrier ON decision (account_id, barrier);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE decision ADD COLUMN ordered boolean NOT NULL DEFAULT true;
      ALTER TABLE decision ALTER COLUMN ordered DROP DEFAULT;
      INSERT INTO decision (decision_id, account_id, strategy_id, barrier, trigger_seq, event_us, words, trace, ordered)
        SELECT decision_id, account_id, strategy_id, barrier, trigger_seq, event_us, words, trace, false
        FROM quiet_decision ON CONFLICT DO NOTHING;
      DROP TABLE quiet_decision;
      DROP INDEX decision_barrier;
      CREATE INDEX decision_order ON decision (account_id, ordered, barrier);
      DELETE FROM partitioned WHERE name = 'quiet_decision'`);
  }
}

export const DECISION_MIGRATIONS = [
  CreateCheckpoint1700000000000,
  DecisionTables1700000000000,
  CreatePartitioning1700000000001,
  QuietDecisions1700000000002,
];
