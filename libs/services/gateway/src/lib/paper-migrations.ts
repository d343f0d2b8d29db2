import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Accounts whose orders go to our own broker, and what that broker was told. */
export class PaperAccounts1700000000020 implements MigrationInterface {
  readonly name = 'PaperAccounts1700000000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE paper_account (
        account_id  text PRIMARY KEY,
        journal_id  text NOT NULL,
        terms       jsonb NOT NULL,
        zone        text NOT NULL,
        instruments jsonb NOT NULL
      );
      CREATE TABLE paper_record (
        account_id text NOT NULL REFERENCES paper_account,
        n          bigint NOT NULL,
        body       jsonb NOT NULL,
        seq        bigint NOT NULL,
        epoch      bigint NOT NULL,
        PRIMARY KEY (account_id, n)
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE paper_record, paper_account');
  }
}
