import { execution } from '@trading/contracts';
import type { Sql } from '@trading/platform-database';
import { LeaseLost } from './account-lease';
import type { AccountWriter } from './account-writer';

/** Who changed the standing of a difference, and why. */
export interface DifferenceChange {
  readonly by: string;
  readonly reason: string;
}

/** The tables of differences and of comparisons. */
export class DifferenceStore {
  constructor(private readonly database: Sql) {}

  /** Those of an account (empty: of all), the open ones or all, oldest first. */
  async list(accountId: string, all: boolean): Promise<execution.Difference[]> {
    const rows = await this.database.query<{ data: unknown }>(
      `SELECT data FROM difference WHERE ($1 = '' OR account_id = $1) AND ($2 OR status = 'OPEN')
       ORDER BY account_id, (data ->> 'foundUs')::bigint, difference_id`,
      [accountId, all],
    );
    return rows.map(({ data }) => execution.Difference.fromJSON(data));
  }

  async find(accountId: string, differenceId: string): Promise<execution.Difference | undefined> {
    const [row] = await this.database.query<{ data: unknown }>(
      'SELECT data FROM difference WHERE account_id = $1 AND difference_id = $2',
      [accountId, differenceId],
    );
    return row === undefined ? undefined : execution.Difference.fromJSON(row.data);
  }

  /** @throws {LeaseLost} when the account has another writer; it gets none until the transaction is over */
  async requireWriter(tx: Sql, { accountId, epoch }: Pick<AccountWriter, 'accountId' | 'epoch'>): Promise<void> {
    const sql = 'SELECT FROM account WHERE account_id = $1 AND epoch = $2 FOR SHARE';
    if ((await tx.query(sql, [accountId, epoch])).length === 0) throw new LeaseLost(accountId, epoch);
  }

  /** Stores it as it is now; `change` goes to the audit. */
  async save(tx: Sql, difference: execution.Difference, change: DifferenceChange): Promise<void> {
    const { accountId, differenceId, subject } = difference;
    const status = difference.status.replace('DIFFERENCE_STATUS_', '');
    await tx.query(
      `INSERT INTO difference (account_id, difference_id, status, subject, data) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (account_id, difference_id) DO UPDATE SET status = $3, data = $5`,
      [accountId, differenceId, status, subject, execution.Difference.toJSON(difference)],
    );
    await tx.query(
      'INSERT INTO difference_audit (account_id, difference_id, status, done_by, reason) VALUES ($1, $2, $3, $4, $5)',
      [accountId, differenceId, status, change.by, change.reason],
    );
  }

  /** How often an operator has adopted it. */
  async adoptions(accountId: string, differenceId: string): Promise<number> {
    const [row] = await this.database.query<{ n: number }>(
      `SELECT count(*)::bigint AS n FROM difference_audit
       WHERE account_id = $1 AND difference_id = $2 AND status = 'ADOPTED'`,
      [accountId, differenceId],
    );
    return row?.n ?? 0;
  }

  /** Since when the oldest order is looked for whose outcome nobody knows. */
  async oldestUnresolvedUs(accountId: string): Promise<number | undefined> {
    const [row] = await this.database.query<{ oldest: number | null }>(
      `SELECT min((data ->> 'createdUs')::bigint) AS oldest FROM orders
       WHERE account_id = $1 AND state IN ('SUBMITTED', 'UNKNOWN')`,
      [accountId],
    );
    return row?.oldest ?? undefined;
  }

  /** Up to when the account was found equal to its broker; 0: never. */
  async watermarkUs(accountId: string): Promise<number> {
    const [row] = await this.database.query<{ watermark_us: number }>(
      'SELECT watermark_us FROM reconciled WHERE account_id = $1',
      [accountId],
    );
    return row?.watermark_us ?? 0;
  }

  async moveWatermark(tx: Sql, accountId: string, watermarkUs: number): Promise<void> {
    await tx.query(
      `INSERT INTO reconciled (account_id, watermark_us) VALUES ($1, $2)
       ON CONFLICT (account_id) DO UPDATE SET watermark_us = greatest(reconciled.watermark_us, $2)`,
      [accountId, watermarkUs],
    );
  }
}
