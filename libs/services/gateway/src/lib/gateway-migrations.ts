import type { MigrationInterface, QueryRunner } from 'typeorm';
import { PaperAccounts1700000000020 } from './paper-migrations';

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

/** Fences, positions of reliable events, and flattenings that wait for their terminals. */
export class GatewayFences1700000000001 implements MigrationInterface {
  readonly name = 'GatewayFences1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE fence (
        account_id text PRIMARY KEY,
        epoch      bigint NOT NULL
      );
      CREATE TABLE event_position (
        account_id text PRIMARY KEY,
        journal_id text NOT NULL,
        seq        bigint NOT NULL,
        syncing    boolean NOT NULL
      );
      CREATE TABLE flatten_request (
        account_id   text NOT NULL,
        request_id   text NOT NULL,
        reason       text NOT NULL,
        requested_us bigint NOT NULL,
        PRIMARY KEY (account_id, request_id)
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE fence, event_position, flatten_request');
  }
}

export const GATEWAY_MIGRATIONS = [GatewayTables1700000000000, GatewayFences1700000000001, PaperAccounts1700000000020];
