import type { Database } from '@trading/platform-database';

export interface FlattenOrder {
  readonly accountId: string;
  readonly requestId: string;
  readonly reason: string;
}

/** Flattenings that are not carried out yet; they wait for their terminals, also through restarts. */
export class FlattenRequests {
  constructor(private readonly database: Database) {}

  async add({ accountId, requestId, reason }: FlattenOrder, nowUs: number): Promise<void> {
    await this.database.query(
      `INSERT INTO flatten_request (account_id, request_id, reason, requested_us) VALUES ($1, $2, $3, $4)
       ON CONFLICT DO NOTHING`,
      [accountId, requestId, reason, nowUs],
    );
  }

  async pending(accountId: string): Promise<readonly FlattenOrder[]> {
    const rows = await this.database.query<{ request_id: string; reason: string }>(
      'SELECT request_id, reason FROM flatten_request WHERE account_id = $1 ORDER BY requested_us, request_id',
      [accountId],
    );
    return rows.map((row) => ({ accountId, requestId: row.request_id, reason: row.reason }));
  }

  async remove({ accountId, requestId }: FlattenOrder): Promise<void> {
    const sql = 'DELETE FROM flatten_request WHERE account_id = $1 AND request_id = $2';
    await this.database.query(sql, [accountId, requestId]);
  }

  /** The account may trade again: what it waited for is not to happen any more. */
  async clear(accountId: string): Promise<void> {
    await this.database.query('DELETE FROM flatten_request WHERE account_id = $1', [accountId]);
  }
}
