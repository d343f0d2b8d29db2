import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Session directory, halt flags and the barrier that every stage has made durable. */
export class GatewayTables1700000000000 implements MigrationInterface {
  readonly name = 'GatewayTables1700000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE session (
        account_id   text PRIMARY KEY,
        session_id   text NOT NULL,
        gateway_id   text NOT NULL,
        login        text NOT NULL,
        server       text NOT NULL,
        journal_id   text NOT NULL,
        epoch        bigint NOT NULL,
        connected_us bigint NOT NULL
      );
      CREATE TABLE halt_flag (
        account_id text PRIMARY KEY,
        reason     text NOT NULL,
        set_us     bigint NOT NULL
      );
      CREATE TABLE barrier (
        account_id text PRIMARY KEY,
        n          bigint NOT NULL,
        time_us    bigint NOT NULL,
        ended      boolean NOT NULL,
        ticks      bigint NOT NULL,
        crossed    bigint NOT NULL
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE session, halt_flag, barrier');
  }
}

export const GATEWAY_MIGRATIONS = [GatewayTables1700000000000];
