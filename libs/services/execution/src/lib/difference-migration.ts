import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Differences between books and broker by their ids, every change of their standing with who made it, and how far back
 * the comparisons of an account have to look.
 */
export class Differences1700000000020 implements MigrationInterface {
  readonly name = 'Differences1700000000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE difference (
        account_id    text NOT NULL,
        difference_id text NOT NULL,
        status        text NOT NULL,
        subject       text NOT NULL,
        data          jsonb NOT NULL,
        PRIMARY KEY (account_id, difference_id)
      );
      CREATE INDEX difference_status ON difference (account_id, status);
      CREATE INDEX difference_subject ON difference (account_id, subject);
      CREATE TABLE difference_audit (
        number        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        account_id    text NOT NULL,
        difference_id text NOT NULL,
        status        text NOT NULL,
        done_by       text NOT NULL,
        reason        text NOT NULL,
        done          timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX difference_audit_of ON difference_audit (account_id, difference_id);
      CREATE TABLE reconciled (
        account_id   text PRIMARY KEY,
        watermark_us bigint NOT NULL
      );
      CREATE INDEX fill_time ON fill (account_id, ((data ->> 'timeUs')::bigint));
      CREATE INDEX orders_updated ON orders (account_id, ((data ->> 'updatedUs')::bigint));`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX fill_time, orders_updated;
      DROP TABLE difference, difference_audit, reconciled`);
  }
}
