import { CreateCheckpoint1700000000000, CreatePartitioning1700000000001 } from '@trading/platform-database';
import { Differences1700000000020 } from './difference-migration';
import { FlattenUntilFlat1700000000023, FlattenWanted1700000000021 } from './flatten-migration';
import { OrdersOfGroups1700000000022 } from './group-migration';
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

/**
 * Order events by the time at which they were stored, three months to a partition: those of simulated time happened
 * long ago and are stored now. A sequence is unique within a partition by its index, and over all of them because every
 * event is stored together with the move of its account's `last_seq`.
 *
 * Kept beyond their time are events of orders that have not ended, those that have not reached the bus, and those that
 * the account's oldest checkpoint does not hold: books are rebuilt from there.
 */
export class PartitionedEvents1700000000002 implements MigrationInterface {
  readonly name = 'PartitionedEvents1700000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE order_event RENAME TO order_event_before;
      ALTER INDEX order_event_pkey RENAME TO order_event_before_pkey;
      DROP INDEX order_event_coid, order_event_cause, order_event_barrier;
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
        stored     timestamptz NOT NULL DEFAULT now()
      ) PARTITION BY RANGE (stored);
      CREATE INDEX order_event_coid ON order_event (coid);
      CREATE INDEX order_event_cause ON order_event (account_id, cause);
      CREATE INDEX order_event_barrier ON order_event (account_id, barrier);
      CREATE TABLE order_event_rest PARTITION OF order_event DEFAULT;
      CREATE UNIQUE INDEX ON order_event_rest (account_id, seq);
      INSERT INTO partitioned (name, months, ahead, keep_days, unique_columns, needed) VALUES (
        'order_event', 3, 1, 400, 'account_id, seq',
        $$NOT EXISTS (
          SELECT FROM account a JOIN orders o ON o.coid = e.coid
          WHERE a.account_id = e.account_id AND e.seq <= a.published_seq
            AND o.state IN ('DENIED', 'REJECTED', 'FILLED', 'CANCELED', 'EXPIRED')
            AND e.barrier < (SELECT min(c.barrier) FROM checkpoint c WHERE c.account_id = e.account_id))$$
      );
      SELECT maintain_partitions_at(now());
      INSERT INTO order_event (account_id, seq, coid, kind, cause, barrier, in_step, time_us, data)
        SELECT account_id, seq, coid, kind, cause, barrier, in_step, time_us, data FROM order_event_before;
      DROP TABLE order_event_before;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE order_event_before AS
        SELECT account_id, seq, coid, kind, cause, barrier, in_step, time_us, data FROM order_event;
      DROP TABLE order_event;
      ALTER TABLE order_event_before RENAME TO order_event;
      ALTER TABLE order_event ADD PRIMARY KEY (account_id, seq);
      CREATE INDEX order_event_coid ON order_event (coid);
      CREATE INDEX order_event_cause ON order_event (account_id, cause);
      CREATE INDEX order_event_barrier ON order_event (account_id, barrier);
      DELETE FROM partitioned WHERE name = 'order_event'`);
  }
}

/** Who writes an account. `epoch` is repeated in the account's row, which every write of the account updates. */
export class AccountLease1700000000003 implements MigrationInterface {
  readonly name = 'AccountLease1700000000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE account_lease (
        account_id text PRIMARY KEY,
        owner      text NOT NULL,
        address    text NOT NULL,
        epoch      bigint NOT NULL,
        renewed_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE account_lease');
  }
}

/**
 * The whole life of orders. `order_command`: modifications and cancels, each carried out once per request id.
 * `book_note`: what changed the books without an order event (cash, stops), after the order event `after_seq`.
 * `protection`: entries whose broker takes stops only afterwards, until their position has them or is closed.
 */
export class OrderLife1700000000004 implements MigrationInterface {
  readonly name = 'OrderLife1700000000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE order_command (
        account_id text NOT NULL,
        request_id text NOT NULL,
        verb       text NOT NULL,
        coid       text NOT NULL,
        state      text NOT NULL,
        barrier    bigint NOT NULL,
        in_step    boolean NOT NULL,
        data       jsonb NOT NULL,
        approval   bytea,
        PRIMARY KEY (account_id, request_id)
      );
      CREATE INDEX order_command_pending ON order_command (account_id) WHERE state = 'PENDING';
      CREATE TABLE book_note (
        account_id text NOT NULL,
        cause      text NOT NULL,
        kind       text NOT NULL,
        subject    text NOT NULL,
        after_seq  bigint NOT NULL,
        ordinal    int NOT NULL,
        barrier    bigint NOT NULL,
        in_step    boolean NOT NULL,
        data       jsonb NOT NULL,
        PRIMARY KEY (account_id, cause)
      );
      CREATE UNIQUE INDEX book_note_cash ON book_note (account_id, subject) WHERE kind = 'cash' AND subject <> '';
      CREATE UNIQUE INDEX book_note_ordinal ON book_note (account_id, ordinal);
      CREATE TABLE protection (
        account_id  text NOT NULL,
        coid        text NOT NULL,
        state       text NOT NULL,
        deadline_us bigint NOT NULL,
        close       bytea,
        PRIMARY KEY (account_id, coid)
      );
      ALTER TABLE position ADD COLUMN position_id text;
      UPDATE position SET position_id = symbol;
      ALTER TABLE position ALTER COLUMN position_id SET NOT NULL;
      ALTER TABLE position DROP CONSTRAINT position_pkey;
      ALTER TABLE position ADD PRIMARY KEY (account_id, position_id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM position WHERE position_id <> symbol;
      ALTER TABLE position DROP CONSTRAINT position_pkey;
      ALTER TABLE position ADD PRIMARY KEY (account_id, symbol);
      ALTER TABLE position DROP COLUMN position_id;
      DROP TABLE order_command, book_note, protection`);
  }
}

export const EXECUTION_MIGRATIONS = [
  CreateCheckpoint1700000000000,
  ExecutionTables1700000000000,
  CreatePartitioning1700000000001,
  PartitionedEvents1700000000002,
  AccountLease1700000000003,
  OrderLife1700000000004,
  Differences1700000000020,
  FlattenWanted1700000000021,
  OrdersOfGroups1700000000022,
  FlattenUntilFlat1700000000023,
];
