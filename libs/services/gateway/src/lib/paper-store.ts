import { randomUUID } from 'node:crypto';
import type { Database } from '@trading/platform-database';
import type { Instrument } from '@trading/trading-market';
import { paperRecordSchema, type PaperRecord } from './paper-record';
import { paperTermsSchema, type PaperTerms } from './paper-terms';

/** Where an account's records stand. */
export interface PaperPlace {
  readonly journalId: string;
  /** The number of the last record. */
  readonly n: number;
  /** The sequence of the last frame that came of it, and the highest fencing epoch. */
  readonly seq: number;
  readonly epoch: number;
}

/** An account that was opened on other terms than those it is registered with. */
export class PaperTermsChanged extends Error {
  readonly code = 'PAPER_TERMS_CHANGED';
  constructor(
    readonly accountId: string,
    readonly fields: readonly string[],
  ) {
    super(
      `Account ${accountId} was opened with another ${fields.join(', ')}; trade on other terms under another account id.`,
    );
  }
}

/** Somebody else has written the account's records: what this one holds of them is old. */
export class PaperRecordsMoved extends Error {
  readonly code = 'PAPER_RECORDS_MOVED';
  constructor(readonly accountId: string) {
    super(`The records of account ${accountId} were continued by another session.`);
  }
}

const PAGE = 1_000;

/** The records of accounts on paper, in the gateway's database. */
export class PaperStore {
  constructor(private readonly database: Database) {}

  /** Finds an account, or opens it on these terms. Throws {@link PaperTermsChanged}. */
  async place(accountId: string, terms: PaperTerms, zone: string): Promise<PaperPlace> {
    await this.database.query(
      `INSERT INTO paper_account (account_id, journal_id, terms, zone, instruments) VALUES ($1, $2, $3, $4, '[]')
       ON CONFLICT (account_id) DO NOTHING`,
      [accountId, `paper-${randomUUID()}`, JSON.stringify(terms), zone],
    );
    const [row] = await this.database.query<{
      journal_id: string;
      terms: unknown;
      n: number;
      seq: number;
      epoch: number;
    }>(
      `SELECT a.journal_id, a.terms, coalesce(r.n, 0) AS n, coalesce(r.seq, 0) AS seq, coalesce(r.epoch, 0) AS epoch
       FROM paper_account a LEFT JOIN LATERAL (
         SELECT n, seq, epoch FROM paper_record WHERE account_id = a.account_id ORDER BY n DESC LIMIT 1
       ) r ON true WHERE a.account_id = $1`,
      [accountId],
    );
    if (row === undefined) throw new Error(`The account ${accountId} could not be opened.`);
    const opened = paperTermsSchema.parse(row.terms);
    const changed = Object.keys(terms).filter(
      (key) => terms[key as keyof PaperTerms] !== opened[key as keyof PaperTerms],
    );
    if (changed.length > 0) throw new PaperTermsChanged(accountId, changed);
    return { journalId: row.journal_id, n: row.n, seq: row.seq, epoch: row.epoch };
  }

  /**
   * What the account trades: instruments as they were when it first saw them, and those that are new. Its zone is that
   * of its opening.
   */
  async open(accountId: string, offered: readonly Instrument[]): Promise<{ zone: string; instruments: Instrument[] }> {
    return this.database.transaction(async (tx) => {
      const [row] = await tx.query<{ zone: string; instruments: Instrument[] }>(
        'SELECT zone, instruments FROM paper_account WHERE account_id = $1 FOR UPDATE',
        [accountId],
      );
      const { zone = 'UTC', instruments = [] } = row ?? {};
      const isKnown = (one: Instrument): boolean =>
        instruments.some(({ symbol, brokerSymbol }) => symbol === one.symbol || brokerSymbol === one.brokerSymbol);
      const added = offered.filter((one) => !isKnown(one));
      const all = [...instruments, ...added];
      if (added.length > 0) {
        const sql = 'UPDATE paper_account SET instruments = $2 WHERE account_id = $1';
        await tx.query(sql, [accountId, JSON.stringify(all)]);
      }
      return { zone, instruments: all };
    });
  }

  /** The records up to a number, in their order. */
  async *records(accountId: string, last: number): AsyncGenerator<PaperRecord> {
    for (let n = 0; n < last;) {
      const rows = await this.database.query<{ n: number; body: unknown }>(
        'SELECT n, body FROM paper_record WHERE account_id = $1 AND n > $2 AND n <= $3 ORDER BY n LIMIT $4',
        [accountId, n, last, PAGE],
      );
      if (rows.length === 0) return;
      for (const { body } of rows) yield paperRecordSchema.parse(body);
      n = rows.at(-1)?.n ?? last;
    }
  }

  /** Keeps a record. Throws {@link PaperRecordsMoved} when another has its number. */
  async append(
    accountId: string,
    record: PaperRecord,
    { n, seq, epoch }: Omit<PaperPlace, 'journalId'>,
  ): Promise<void> {
    const kept = await this.database.query(
      `INSERT INTO paper_record (account_id, n, body, seq, epoch) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (account_id, n) DO NOTHING RETURNING n`,
      [accountId, n, JSON.stringify(record), seq, epoch],
    );
    if (kept.length === 0) throw new PaperRecordsMoved(accountId);
  }
}
