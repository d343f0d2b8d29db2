import { CreateCheckpoint1700000000000 } from '@trading/platform-database';
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

export const DECISION_MIGRATIONS = [CreateCheckpoint1700000000000, DecisionTables1700000000000];
