import { CreateCheckpoint1700000000000 } from '@trading/platform-database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Orders are their events; the other tables are what the events add up to, written in the same transaction.
 * The event table is the outbox too: what lies behind an account's `published_seq` has reached the bus.
 */
export class ExecutionTables1700000000000 implements MigrationInterface {
  readonly name = 'ExecutionTables1700000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE account (
        account_id    text PRIMARY KEY,
        last_seq      bigint NOT NULL DEFAULT 0,
        published_seq bigint NOT NULL DEFAULT 0,
        barrier       bigint NOT NULL DEFAULT 0,
        epoch         bigint NOT NULL DEFAULT 1,
        data          jsonb NOT NULL
      );
      CREATE TABLE order_event (
        account_id text NOT NULL,
        seq        bigint NOT NULL,
        coid       text NOT NULL,
        kind       text NOT NULL,
        cause      text NOT NULL,
        barrier    bigint NOT NULL,
        in_step    boolean NOT NULL,
        time_us    bigint NOT NULL,
        data       jsonb NOT NULL,
        PRIMARY KEY (account_id, seq)
      );
      CREATE INDEX order_event_coid ON order_event (coid);
      CREATE INDEX order_event_cause ON order_event (account_id, cause);
      CREATE INDEX order_event_barrier ON order_event (account_id, barrier);
      CREATE TABLE orders (
        coid       text PRIMARY KEY,
        account_id text NOT NULL,
        symbol     text NOT NULL,
        state      text NOT NULL,
        origin     text NOT NULL,
        last_seq   bigint NOT NULL,
        data       jsonb NOT NULL,
        approval   bytea
      );
      CREATE INDEX orders_account ON orders (account_id, last_seq);
      CREATE TABLE fill (
        account_id text NOT NULL,
        fill_id    text NOT NULL,
        coid       text NOT NULL,
        seq        bigint NOT NULL,
        data       jsonb NOT NULL,
        PRIMARY KEY (account_id, fill_id)
      );
      CREATE TABLE position (
        account_id text NOT NULL,
        symbol     text NOT NULL,
        seq        bigint NOT NULL,
        data       jsonb NOT NULL,
        PRIMARY KEY (account_id, symbol)
      );
      CREATE TABLE ledger (
        account_id text NOT NULL,
        number     bigint NOT NULL,
        kind       text NOT NULL,
        amount     numeric NOT NULL,
        time_us    bigint NOT NULL,
        fill_id    text,
        coid       text,
        PRIMARY KEY (account_id, number)
      );
      CREATE TABLE trade (
        account_id text NOT NULL,
        number     bigint NOT NULL,
        data       jsonb NOT NULL,
        PRIMARY KEY (account_id, number)
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE account, order_event, orders, fill, position, ledger, trade');
  }
}

export const EXECUTION_MIGRATIONS = [CreateCheckpoint1700000000000, ExecutionTables1700000000000];
