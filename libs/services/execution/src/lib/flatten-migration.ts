import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Live accounts that risk-manager wants flat, until that was begun: the wish may come while nobody can carry it out. */
export class FlattenWanted1700000000021 implements MigrationInterface {
  readonly name = 'FlattenWanted1700000000021';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE flatten_wanted (
        account_id text NOT NULL,
        request_id text NOT NULL,
        reason     text NOT NULL,
        wanted     timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (account_id, request_id)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE flatten_wanted');
  }
}
