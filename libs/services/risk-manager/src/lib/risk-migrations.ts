import { CreateCheckpoint1700000000000 } from '@trading/platform-database';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Trading state, limits, verdicts, reservations, exposure, and who changed what. */
export class RiskTables1700000000000 implements MigrationInterface {
  readonly name = 'RiskTables1700000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE account (
        account_id  text PRIMARY KEY,
        state       text NOT NULL,
        reason      text NOT NULL,
        changed_by  text NOT NULL,
        changed_us  bigint NOT NULL,
        applied_seq bigint NOT NULL DEFAULT 0
      );
      CREATE TABLE limits (
        account_id text PRIMARY KEY,
        version    bigint NOT NULL,
        data       jsonb NOT NULL
      );
      CREATE TABLE verdict (
        coid       text PRIMARY KEY,
        account_id text NOT NULL,
        as_of_us   bigint NOT NULL,
        approved   boolean NOT NULL,
        recent     jsonb NOT NULL,
        response   bytea NOT NULL
      );
      CREATE INDEX verdict_recent ON verdict (account_id, as_of_us);
      CREATE TABLE reservation (
        coid       text PRIMARY KEY,
        account_id text NOT NULL,
        released   boolean NOT NULL DEFAULT false,
        data       jsonb NOT NULL
      );
      CREATE TABLE exposure (
        account_id    text NOT NULL,
        symbol        text NOT NULL,
        lots          numeric NOT NULL,
        average_price numeric NOT NULL,
        stop_loss     numeric,
        strategy_id   text NOT NULL,
        PRIMARY KEY (account_id, symbol)
      );
      CREATE TABLE breach (
        account_id text NOT NULL,
        breach_id  text NOT NULL,
        PRIMARY KEY (account_id, breach_id)
      );
      CREATE TABLE audit (
        id         bigserial PRIMARY KEY,
        account_id text NOT NULL,
        at         timestamptz NOT NULL DEFAULT now(),
        who        text NOT NULL,
        what       jsonb NOT NULL
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE account, limits, verdict, reservation, exposure, breach, audit');
  }
}

/** Tells whoever has read an account whether it is still as it was. */
export class AccountVersion1700000000001 implements MigrationInterface {
  readonly name = 'AccountVersion1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE account ADD COLUMN version bigint NOT NULL DEFAULT 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE account DROP COLUMN version');
  }
}

/**
 * What survives restarts of a live session: anchors of loss limits, cancels, the last loss, what trading costs, what is
 * still to be announced. Positions of hedging accounts by identifier. The audit says what was before.
 */
export class RiskHistory1700000000002 implements MigrationInterface {
  readonly name = 'RiskHistory1700000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE account
        ADD COLUMN hedging      boolean NOT NULL DEFAULT false,
        ADD COLUMN last_loss_us bigint,
        ADD COLUMN cancels_us   jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN commissions  jsonb NOT NULL DEFAULT '{}';
      ALTER TABLE exposure
        ADD COLUMN position_id text NOT NULL DEFAULT '',
        DROP CONSTRAINT exposure_pkey,
        ADD PRIMARY KEY (account_id, symbol, position_id);
      CREATE TABLE anchors (
        account_id text PRIMARY KEY,
        time_us    bigint NOT NULL,
        state      jsonb NOT NULL
      );
      CREATE TABLE announcement (
        id         bigserial PRIMARY KEY,
        account_id text NOT NULL,
        event      bytea NOT NULL
      );
      CREATE INDEX announcement_account ON announcement (account_id, id);
      ALTER TABLE audit
        ADD COLUMN kind   text NOT NULL DEFAULT 'state',
        ADD COLUMN reason text NOT NULL DEFAULT '',
        ADD COLUMN before jsonb,
        ADD COLUMN after  jsonb;
      UPDATE audit SET kind = CASE WHEN what ? 'limits' THEN 'limits' ELSE 'state' END,
        reason = coalesce(what ->> 'reason', ''), after = coalesce(what -> 'limits', what -> 'state');
      ALTER TABLE audit DROP COLUMN what;
      CREATE INDEX audit_account ON audit (account_id, id);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE anchors, announcement;
      DELETE FROM exposure WHERE position_id <> '';
      ALTER TABLE exposure DROP CONSTRAINT exposure_pkey, DROP COLUMN position_id, ADD PRIMARY KEY (account_id, symbol);
      ALTER TABLE account DROP COLUMN hedging, DROP COLUMN last_loss_us, DROP COLUMN cancels_us, DROP COLUMN commissions;
      ALTER TABLE audit ADD COLUMN what jsonb NOT NULL DEFAULT '{}', DROP COLUMN kind, DROP COLUMN reason,
        DROP COLUMN before, DROP COLUMN after;`);
  }
}

/** Whoever follows an account by now keeps its anchors, and nobody before. */
export class AnchorKeepers1700000000003 implements MigrationInterface {
  readonly name = 'AnchorKeepers1700000000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE anchor_keeper (account_id text PRIMARY KEY, generation bigint NOT NULL)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE anchor_keeper');
  }
}

export const RISK_MANAGER_MIGRATIONS = [
  CreateCheckpoint1700000000000,
  RiskTables1700000000000,
  AccountVersion1700000000001,
  RiskHistory1700000000002,
  AnchorKeepers1700000000003,
];
