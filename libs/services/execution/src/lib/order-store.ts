import { common, execution } from '@trading/contracts';
import type { Database, Sql } from '@trading/platform-database';
import { Decimal } from '@trading/trading-market';
import type { LedgerEntry } from '@trading/trading-portfolio';
import { replayOrder, type OrderState } from '@trading/trading-orders';
import { appendStatement, type Append } from './append-statement';
import type { BookNote, StoredNote } from './book-note';
import { CommandStore } from './order-command';
import { LeaseLost } from './account-lease';
import { kernelEvent, viewOfEnded, type OrderRecord } from './order-record';
import { ledgerEntryOf, type LedgerRow } from './ledger-row';
import type { AccountRow, OrderWrites, StoredEvent } from './order-writes';
import { ProtectionStore } from './protection';

export type { AccountRow, OrderWrites, StoredEvent };

/** The tables of execution. Nobody else writes them. */
export class OrderStore {
  readonly commands: CommandStore;
  readonly protections: ProtectionStore;

  constructor(readonly database: Database) {
    this.commands = new CommandStore(database);
    this.protections = new ProtectionStore(database);
  }

  accounts(): Promise<AccountRow[]> {
    return this.accountRows('');
  }

  async account(accountId: string): Promise<AccountRow | undefined> {
    return (await this.accountRows(accountId))[0];
  }

  /**
   * Stores the account as its terminal reports it, for who has its lease.
   * @throws {LeaseLost}
   */
  async saveAccount(tx: Sql, account: execution.Account, epoch: number): Promise<void> {
    const { accountId } = account;
    const held = 'SELECT FROM account_lease WHERE account_id = $1 AND epoch = $2 FOR SHARE';
    if ((await tx.query(held, [accountId, epoch])).length === 0) throw new LeaseLost(accountId, epoch);
    await tx.query(
      `INSERT INTO account (account_id, epoch, data) VALUES ($1, $2, $3)
       ON CONFLICT (account_id) DO UPDATE SET data = $3`,
      [accountId, epoch, execution.Account.toJSON(account)],
    );
  }

  private async accountRows(accountId: string): Promise<AccountRow[]> {
    const rows = await this.database.query<{
      account_id: string;
      last_seq: number;
      barrier: number;
      epoch: number;
      published_seq: number;
      data: unknown;
    }>(
      `SELECT account_id, last_seq, barrier, epoch, published_seq, data FROM account
       WHERE $1 = '' OR account_id = $1 ORDER BY account_id`,
      [accountId],
    );
    return rows.map((row) => ({
      accountId: row.account_id,
      lastSeq: row.last_seq,
      barrier: row.barrier,
      epoch: row.epoch,
      publishedSeq: row.published_seq,
      data: execution.Account.fromJSON(row.data),
    }));
  }

  /** Where the account's events end, and who may write the next. */
  async end(accountId: string): Promise<{ readonly lastSeq: number; readonly epoch: number }> {
    const row = await this.account(accountId);
    if (row === undefined) throw new Error(`Account ${accountId} has no row.`);
    return row;
  }

  /** Keeps that the bus has accepted the events up to `seq`; false when the lease is another's. */
  async markPublished(sql: Sql, accountId: string, epoch: number, seq: number): Promise<boolean> {
    const rows = await sql.query(
      `UPDATE account SET published_seq = greatest(published_seq, $3) WHERE account_id = $1 AND epoch = $2
       RETURNING account_id`,
      [accountId, epoch, seq],
    );
    return rows.length > 0;
  }

  /** Whether exactly this was stored, not only something of its sequence. */
  async isStored(accountId: string, { events, notes, commands }: OrderWrites): Promise<boolean> {
    const [event, note, command] = [events.at(-1)?.message, notes.at(-1)?.note, commands.at(-1)];
    if (event !== undefined) {
      const rows = await this.database.query(
        `SELECT seq FROM order_event WHERE account_id = $1 AND seq = $2 AND coid = $3 AND cause = $4 AND data = $5`,
        [event.accountId, event.seq, event.coid, event.cause, execution.OrderEvent.toJSON(event)],
      );
      return rows.length > 0;
    }
    if (note !== undefined) return (await this.storedNotes(accountId, [note.cause], [])).causes.has(note.cause);
    if (command === undefined) return false;
    return (await this.commands.find(command.accountId, command.requestId))?.state === command.state;
  }

  /**
   * Commits an account's next events with all that follows from them. False, with nothing written, when its events do
   * not end at `expectedSeq`.
   */
  async append(append: Append): Promise<boolean> {
    const { sql, params } = appendStatement(append);
    return (await this.database.query(sql, params)).length > 0;
  }

  async approval(coid: string): Promise<common.Approval | undefined> {
    const sql = 'SELECT approval FROM orders WHERE coid = $1';
    const [row] = await this.database.query<{ approval: Buffer | null }>(sql, [coid]);
    return row?.approval ? common.Approval.decode(row.approval) : undefined;
  }

  /** The order that its stored events make; of one that ended so long ago that they are gone, what was kept of it. */
  async load(coid: string): Promise<OrderRecord | undefined> {
    const [row] = await this.database.query<{ data: unknown }>('SELECT data FROM orders WHERE coid = $1', [coid]);
    if (row === undefined) return undefined;
    const events = await this.database.query<{ data: unknown }>(
      'SELECT data FROM order_event WHERE coid = $1 ORDER BY seq',
      [coid],
    );
    const order = execution.Order.fromJSON(row.data);
    const kept = events.map((event) => kernelEvent(execution.OrderEvent.fromJSON(event.data)));
    // Partitions are dropped one by one: the last events may be there without the first.
    const view = kept[0]?.kind === 'INITIALIZED' ? replayOrder(kept) : undefined;
    if (view !== undefined) return { view, order };
    const fills = await this.fills(order.request?.accountId ?? '', coid);
    return { view: viewOfEnded(order, fills), order };
  }

  async listOrders(request: execution.ListOrdersRequest): Promise<execution.Order[]> {
    const states = request.states.map((state) => state.replace('ORDER_STATE_', ''));
    const rows = await this.database.query<{ data: unknown }>(
      `SELECT data FROM orders WHERE ($1 = '' OR account_id = $1) AND (cardinality($2::text[]) = 0 OR state = ANY($2))
         AND last_seq > $3 ORDER BY account_id, last_seq LIMIT $4`,
      [request.accountId, states, request.afterSeq, request.limit > 0 ? request.limit : 1_000_000],
    );
    return rows.map((row) => execution.Order.fromJSON(row.data));
  }

  /** The order of the group that was filled first, also in part. */
  async firstFilled(accountId: string, ocoGroup: string): Promise<string | undefined> {
    const sql = `SELECT o.coid FROM orders o JOIN fill f ON f.account_id = o.account_id AND f.coid = o.coid
      WHERE o.account_id = $1 AND o.data->'request'->>'ocoGroup' = $2 ORDER BY f.seq LIMIT 1`;
    return (await this.database.query<{ coid: string }>(sql, [accountId, ocoGroup]))[0]?.coid;
  }

  /** Orders whose outcome the broker has not told, oldest first. */
  unresolved(accountId: string): Promise<string[]> {
    return this.inStates(accountId, ['SUBMITTED', 'UNKNOWN']);
  }

  /** Orders that the broker may hold, oldest first; also those sent that changed with the event `sinceSeq` or later. */
  working(accountId: string, sinceSeq?: number): Promise<string[]> {
    return this.inStates(accountId, ['SUBMITTED', 'ACCEPTED', 'PARTIALLY_FILLED', 'UNKNOWN'], sinceSeq);
  }

  private async inStates(account: string, states: readonly OrderState[], seq = 2 ** 53): Promise<string[]> {
    const sql = `SELECT coid FROM orders WHERE account_id = $1
      AND (state = ANY($2) OR (last_seq >= $3 AND state <> 'DENIED')) ORDER BY last_seq`;
    return (await this.database.query<{ coid: string }>(sql, [account, states, seq])).map(({ coid }) => coid);
  }

  /** Those of these causes whose events are stored, and those of these deals that are booked. */
  async storedTrades(
    accountId: string,
    causes: readonly string[],
    dealTickets: readonly string[],
  ): Promise<{ readonly causes: ReadonlySet<string>; readonly deals: ReadonlySet<string> }> {
    if (causes.length === 0) return { causes: new Set(), deals: new Set() };
    const rows = await this.database.query<{ kind: string; name: string }>(
      `SELECT DISTINCT 'cause' AS kind, cause AS name FROM order_event WHERE account_id = $1 AND cause = ANY($2)
       UNION ALL SELECT 'deal', fill_id FROM fill WHERE account_id = $1 AND fill_id = ANY($3)`,
      [accountId, [...new Set(causes)], [...new Set(dealTickets)]],
    );
    const of = (kind: string) => new Set(rows.filter((row) => row.kind === kind).map(({ name }) => name));
    return { causes: of('cause'), deals: of('deal') };
  }

  /** Those of these causes whose notes are stored, and those of these deal tickets whose cash is. */
  async storedNotes(
    accountId: string,
    causes: readonly string[],
    tickets: readonly string[],
  ): Promise<{ readonly causes: ReadonlySet<string>; readonly tickets: ReadonlySet<string> }> {
    const rows = await this.database.query<{ cause: string; kind: string; subject: string }>(
      `SELECT cause, kind, subject FROM book_note WHERE account_id = $1
         AND (cause = ANY($2) OR (kind = 'cash' AND subject <> '' AND subject = ANY($3)))`,
      [accountId, [...new Set(causes)], [...new Set(tickets)]],
    );
    return {
      causes: new Set(rows.map(({ cause }) => cause)),
      tickets: new Set(rows.filter(({ kind }) => kind === 'cash').map(({ subject }) => subject)),
    };
  }

  /** Notes after the first `count`, in the order in which they were booked. */
  async notesAfter(accountId: string, count: number): Promise<StoredNote[]> {
    const rows = await this.database.query<{
      after_seq: number;
      ordinal: number;
      barrier: number;
      in_step: boolean;
      data: BookNote;
    }>(
      `SELECT after_seq, ordinal, barrier, in_step, data FROM book_note WHERE account_id = $1 AND ordinal > $2
       ORDER BY ordinal`,
      [accountId, count],
    );
    return rows.map((row) => ({
      note: row.data,
      afterSeq: row.after_seq,
      ordinal: row.ordinal,
      barrier: row.barrier,
      inStep: row.in_step,
    }));
  }

  async noteCount(accountId: string): Promise<number> {
    const sql = 'SELECT coalesce(max(ordinal), 0)::int AS count FROM book_note WHERE account_id = $1';
    return (await this.database.query<{ count: number }>(sql, [accountId]))[0]?.count ?? 0;
  }

  /** Events that came after barrier `n` and the step that belongs to it. */
  async eventsBeyond(accountId: string, n: number): Promise<StoredEvent[]> {
    const rows = await this.database.query<{ in_step: boolean; data: unknown }>(
      `SELECT in_step, data FROM order_event
       WHERE account_id = $1 AND (barrier > $2 OR (barrier = $2 AND NOT in_step)) ORDER BY seq`,
      [accountId, n],
    );
    return rows.map((row) => ({ inStep: row.in_step, message: execution.OrderEvent.fromJSON(row.data) }));
  }

  /** Events after a sequence that belong to barrier `n`'s step or to what came before it. */
  eventsBetween(accountId: string, seq: number, n: number): Promise<execution.OrderEvent[]> {
    return this.events('seq > $2 AND (barrier < $3 OR (barrier = $3 AND in_step))', [accountId, seq, n]);
  }

  /** Those of one order that are still kept. */
  eventsOf(accountId: string, coid: string): Promise<execution.OrderEvent[]> {
    return this.events('coid = $2', [accountId, coid]);
  }

  eventsAfter(accountId: string, seq: number): Promise<execution.OrderEvent[]> {
    return this.events('seq > $2', [accountId, seq]);
  }

  private async events(where: string, params: readonly unknown[]): Promise<execution.OrderEvent[]> {
    const sql = `SELECT data FROM order_event WHERE account_id = $1 AND ${where} ORDER BY seq`;
    const rows = await this.database.query<{ data: unknown }>(sql, params);
    return rows.map((row) => execution.OrderEvent.fromJSON(row.data));
  }

  async fills(accountId: string, coid: string): Promise<execution.Fill[]> {
    const sql = `SELECT data FROM fill WHERE ($1 = '' OR account_id = $1) AND ($2 = '' OR coid = $2)
      ORDER BY account_id, seq`;
    const rows = await this.database.query<{ data: unknown }>(sql, [accountId, coid]);
    return rows.map((row) => execution.Fill.fromJSON(row.data));
  }

  async trades(accountId: string): Promise<execution.Trade[]> {
    const sql = 'SELECT data FROM trade WHERE account_id = $1 ORDER BY number';
    return (await this.database.query<{ data: unknown }>(sql, [accountId])).map(({ data }) =>
      execution.Trade.fromJSON(data),
    );
  }

  /** Cash in the order in which it was booked, after the entry `after`. */
  async ledger(accountId: string, after: number): Promise<execution.LedgerEntry[]> {
    const sql = `SELECT number, kind, amount, time_us, fill_id, coid FROM ledger
      WHERE account_id = $1 AND number > $2 ORDER BY number`;
    return (await this.database.query<LedgerRow>(sql, [accountId, after])).map(ledgerEntryOf);
  }

  /** The sum of an account's ledger, as the database adds it up. */
  async ledgerSum(accountId: string): Promise<Decimal> {
    const [row] = await this.database.query<{ sum: string }>(
      `SELECT coalesce(sum(amount), 0)::text AS sum FROM ledger WHERE account_id = $1`,
      [accountId],
    );
    return new Decimal(row?.sum ?? 0);
  }

  async writeLedger(tx: Sql, accountId: string, entry: LedgerEntry): Promise<void> {
    await tx.query(
      `INSERT INTO ledger (account_id, number, kind, amount, time_us, fill_id, coid) VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (account_id, number) DO NOTHING`,
      [
        accountId,
        entry.number,
        entry.kind,
        entry.amount.toFixed(),
        entry.timeUs,
        entry.fillId ?? null,
        entry.coid ?? null,
      ],
    );
  }
}
