import type { Database } from '@trading/platform-database';

export interface SessionRecord {
  readonly accountId: string;
  readonly sessionId: string;
  readonly gatewayId: string;
  readonly login: string;
  readonly server: string;
  readonly journalId: string;
  readonly epoch: number;
  readonly connectedUs: number;
}

/** Another session has taken the account over: what this one says of it counts no more. */
export class SessionReplaced extends Error {
  readonly code = 'SESSION_REPLACED';
  constructor(readonly sessionId: string) {
    super(`The session ${sessionId} is not the account's session any more.`);
  }
}

/** A barrier that every stage has made durable. */
export interface DurableBarrier {
  readonly n: number;
  readonly timeUs: number;
  readonly ended: boolean;
  /** Ticks of the account's data up to here, and those of them with bid above ask. */
  readonly ticks: number;
  readonly crossed: number;
}

/** What the gateway keeps: which terminal serves an account, halt flags, and how far simulated time is safe. */
export class SessionDirectory {
  constructor(private readonly database: Database) {}

  async enter(record: SessionRecord): Promise<void> {
    await this.database.query(
      `INSERT INTO session (account_id, session_id, gateway_id, login, server, journal_id, epoch, connected_us)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (account_id) DO UPDATE SET session_id = $2, gateway_id = $3, login = $4, server = $5, journal_id = $6,
         epoch = greatest(session.epoch, $7), connected_us = $8`,
      [
        record.accountId,
        record.sessionId,
        record.gatewayId,
        record.login,
        record.server,
        record.journalId,
        record.epoch,
        record.connectedUs,
      ],
    );
  }

  /** The journal of the terminal that served the account last. */
  async journalOf(accountId: string): Promise<string | undefined> {
    const sql = 'SELECT journal_id FROM session WHERE account_id = $1';
    const [row] = await this.database.query<{ journal_id: string }>(sql, [accountId]);
    return row?.journal_id;
  }

  async barrier(accountId: string): Promise<DurableBarrier | undefined> {
    const [row] = await this.database.query<{
      n: number;
      time_us: number;
      ended: boolean;
      ticks: number;
      crossed: number;
    }>('SELECT n, time_us, ended, ticks, crossed FROM barrier WHERE account_id = $1', [accountId]);
    return row === undefined
      ? undefined
      : { n: row.n, timeUs: row.time_us, ended: row.ended, ticks: row.ticks, crossed: row.crossed };
  }

  /** Keeps the barrier of the account's session. Throws {@link SessionReplaced} for any other session. */
  async saveBarrier(accountId: string, sessionId: string, barrier: DurableBarrier): Promise<void> {
    const saved = await this.database.query(
      `INSERT INTO barrier (account_id, n, time_us, ended, ticks, crossed)
       SELECT account_id, $3::bigint, $4::bigint, $5::boolean, $6::bigint, $7::bigint
       FROM session WHERE account_id = $1 AND session_id = $2
       ON CONFLICT (account_id) DO UPDATE SET n = $3, time_us = $4, ended = $5, ticks = $6, crossed = $7
       RETURNING n`,
      [accountId, sessionId, barrier.n, barrier.timeUs, barrier.ended, barrier.ticks, barrier.crossed],
    );
    if (saved.length === 0) throw new SessionReplaced(sessionId);
  }

  async haltFlags(): Promise<ReadonlyMap<string, string>> {
    const rows = await this.database.query<{ account_id: string; reason: string }>(
      'SELECT account_id, reason FROM halt_flag',
    );
    return new Map(rows.map((row) => [row.account_id, row.reason]));
  }

  async setHalt(accountId: string, reason: string, nowUs: number): Promise<void> {
    await this.database.query(
      `INSERT INTO halt_flag (account_id, reason, set_us) VALUES ($1, $2, $3)
       ON CONFLICT (account_id) DO UPDATE SET reason = $2, set_us = $3`,
      [accountId, reason, nowUs],
    );
  }

  async clearHalt(accountId: string): Promise<void> {
    await this.database.query('DELETE FROM halt_flag WHERE account_id = $1', [accountId]);
  }
}
