import type { Database } from '@trading/platform-database';
import type { CloseRequest } from './position-closing';

/** Why an account is not flattened any more. */
export type FlattenEnd = 'FLAT' | 'RESUMED' | 'GIVEN_UP';

/** An account that is to be flat, and how far that is. */
export interface WantedFlatten extends CloseRequest {
  /** How often closes and cancels were sent. */
  readonly attempts: number;
  /** Event time before which nothing is sent again. */
  readonly nextUs: number;
  /** Event time of the first attempt; 0: none yet. */
  readonly begunUs: number;
  /** Whether the account was halted then; undefined: nobody could tell. */
  readonly wasHalted: boolean | undefined;
  /** Undefined while it goes on. */
  readonly ended: FlattenEnd | undefined;
}

interface Row {
  readonly account_id: string;
  readonly request_id: string;
  readonly reason: string;
  readonly attempts: number;
  readonly next_us: number;
  readonly begun_us: number;
  readonly was_halted: boolean | null;
  readonly ended: FlattenEnd | null;
}

/** Keeps what is to be flat until it is, and that it was. */
export class FlattenStore {
  constructor(private readonly database: Database) {}

  /** A request that is known stays as it is. */
  async add({ accountId, requestId, reason }: CloseRequest): Promise<void> {
    await this.database.query(
      'INSERT INTO flatten_wanted (account_id, request_id, reason) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [accountId, requestId, reason],
    );
  }

  async find(accountId: string, requestId: string): Promise<WantedFlatten | undefined> {
    const sql = 'SELECT * FROM flatten_wanted WHERE account_id = $1 AND request_id = $2';
    return (await this.database.query<Row>(sql, [accountId, requestId])).map(wantedOf)[0];
  }

  /** The one that was wanted last of those that go on: to be flat for one is to be flat for all. */
  async latest(accountId: string): Promise<WantedFlatten | undefined> {
    const sql = `SELECT * FROM flatten_wanted WHERE account_id = $1 AND ended IS NULL
      ORDER BY wanted DESC, request_id LIMIT 1`;
    return (await this.database.query<Row>(sql, [accountId])).map(wantedOf)[0];
  }

  async save({ accountId, requestId, attempts, nextUs, begunUs, wasHalted }: WantedFlatten): Promise<void> {
    await this.database.query(
      `UPDATE flatten_wanted SET attempts = $3, next_us = $4, begun_us = $5, was_halted = $6
       WHERE account_id = $1 AND request_id = $2`,
      [accountId, requestId, attempts, nextUs, begunUs, wasHalted ?? null],
    );
  }

  /** Ends all of an account that go on. */
  async end(accountId: string, ended: FlattenEnd): Promise<void> {
    const sql = 'UPDATE flatten_wanted SET ended = $2 WHERE account_id = $1 AND ended IS NULL';
    await this.database.query(sql, [accountId, ended]);
  }
}

function wantedOf(row: Row): WantedFlatten {
  return {
    accountId: row.account_id,
    requestId: row.request_id,
    reason: row.reason,
    attempts: row.attempts,
    nextUs: row.next_us,
    begunUs: row.begun_us,
    wasHalted: row.was_halted ?? undefined,
    ended: row.ended ?? undefined,
  };
}
