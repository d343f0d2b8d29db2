import { crashPoint } from '@trading/platform-crash-points';
import type { Database } from '@trading/platform-database';
import type { EventPosition } from './resume-plan';

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
    crashPoint('gateway.session.entered');
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

  /** How far the bus has the account's reliable events. */
  async events(accountId: string): Promise<EventPosition | undefined> {
    const sql = 'SELECT journal_id, seq, syncing FROM event_position WHERE account_id = $1';
    const [row] = await this.database.query<{ journal_id: string; seq: number; syncing: boolean }>(sql, [accountId]);
    return row && { journalId: row.journal_id, seq: row.seq, syncing: row.syncing };
  }

  /** A session begins: its events follow this position. */
  async beginEvents(accountId: string, { journalId, seq, syncing }: EventPosition): Promise<void> {
    await this.database.query(
      `INSERT INTO event_position (account_id, journal_id, seq, syncing) VALUES ($1, $2, $3, $4)
       ON CONFLICT (account_id) DO UPDATE SET journal_id = $2, seq = $3, syncing = $4`,
      [accountId, journalId, seq, syncing],
    );
  }

  /** Moves the position forward, if the session is still the account's. */
  async saveEvents(
    { accountId, sessionId, journalId }: Pick<SessionRecord, 'accountId' | 'sessionId' | 'journalId'>,
    seq: number,
  ): Promise<void> {
    await this.database.query(
      `UPDATE event_position SET seq = greatest(seq, $4) WHERE account_id = $1 AND journal_id = $3
         AND EXISTS (SELECT 1 FROM session WHERE account_id = $1 AND session_id = $2)`,
      [accountId, sessionId, journalId, seq],
    );
  }

  async setSyncing(accountId: string, journalId: string, syncing: boolean): Promise<void> {
    const sql = 'UPDATE event_position SET syncing = $3 WHERE account_id = $1 AND journal_id = $2';
    await this.database.query(sql, [accountId, journalId, syncing]);
  }

  async fences(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.database.query<{ account_id: string; epoch: number }>(
      'SELECT account_id, epoch FROM fence',
    );
    return new Map(rows.map((row) => [row.account_id, row.epoch]));
  }

  /** Raises the fence and returns the highest one. */
  async raiseFence(accountId: string, epoch: number): Promise<number> {
    const [row] = await this.database.query<{ epoch: number }>(
      `INSERT INTO fence (account_id, epoch) VALUES ($1, $2)
       ON CONFLICT (account_id) DO UPDATE SET epoch = greatest(fence.epoch, $2) RETURNING epoch`,
      [accountId, epoch],
    );
    return row?.epoch ?? epoch;
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
