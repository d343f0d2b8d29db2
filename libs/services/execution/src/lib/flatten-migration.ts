import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Accounts that are to be flat: the wish may come while nobody can carry it out. */
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

/** They are kept until they are flat, with what was tried, and afterwards with how that ended. */
export class FlattenUntilFlat1700000000023 implements MigrationInterface {
  readonly name = 'FlattenUntilFlat1700000000023';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE flatten_wanted
        ADD COLUMN attempts   int NOT NULL DEFAULT 0,
        ADD COLUMN next_us    bigint NOT NULL DEFAULT 0,
        ADD COLUMN begun_us   bigint NOT NULL DEFAULT 0,
        ADD COLUMN was_halted boolean,
        ADD COLUMN ended      text;
      CREATE INDEX flatten_wanted_open ON flatten_wanted (account_id) WHERE ended IS NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX flatten_wanted_open;
      DELETE FROM flatten_wanted WHERE ended IS NOT NULL;
      ALTER TABLE flatten_wanted
        DROP COLUMN attempts, DROP COLUMN next_us, DROP COLUMN begun_us, DROP COLUMN was_halted, DROP COLUMN ended`);
  }
}
