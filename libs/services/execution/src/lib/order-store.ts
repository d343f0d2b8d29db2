import { common, execution, type gateway } from '@trading/contracts';
import type { Database, Sql } from '@trading/platform-database';
import { Decimal } from '@trading/trading-market';
import type { LedgerEntry } from '@trading/trading-portfolio';
import { replayOrder } from '@trading/trading-orders';
import { appendStatement, type Append } from './append-statement';
import { kernelEvent, viewOfEnded, type OrderRecord } from './order-record';

/** What the account table says. */
export interface AccountRow {
  readonly accountId: string;
  readonly lastSeq: number;
  readonly barrier: number;
  readonly epoch: number;
  readonly data: execution.Account;
}

/** An event as stored: `inStep` tells those that a barrier's inputs caused from those that came between barriers. */
export interface StoredEvent {
  readonly inStep: boolean;
  readonly message: execution.OrderEvent;
}

/** Rows of one transaction. */
export interface OrderWrites {
  readonly events: readonly StoredEvent[];
  readonly orders: readonly OrderRecord[];
  readonly fills: readonly execution.Fill[];
  readonly positions: readonly execution.Position[];
  readonly ledger: readonly LedgerEntry[];
  readonly trades: readonly execution.Trade[];
}

/** The tables of execution. Nobody else writes them. */
export class OrderStore {
  constructor(readonly database: Database) {}

  async accounts(): Promise<AccountRow[]> {
    const rows = await this.database.query<{
      account_id: string;
      last_seq: number;
      barrier: number;
      epoch: number;
      data: unknown;
    }>('SELECT account_id, last_seq, barrier, epoch, data FROM account ORDER BY account_id');
    return rows.map((row) => ({
      accountId: row.account_id,
      lastSeq: row.last_seq,
      barrier: row.barrier,
      epoch: row.epoch,
      data: execution.Account.fromJSON(row.data),
    }));
  }

  async account(accountId: string): Promise<AccountRow | undefined> {
    return (await this.accounts()).find((row) => row.accountId === accountId);
  }

  async saveAccount(tx: Sql, account: execution.Account): Promise<void> {
    await tx.query(
      `INSERT INTO account (account_id, data) VALUES ($1, $2) ON CONFLICT (account_id) DO UPDATE SET data = $2`,
      [account.accountId, execution.Account.toJSON(account)],
    );
  }

  /** Where the account's events end. */
  async lastSeq(accountId: string): Promise<number> {
    const sql = 'SELECT last_seq FROM account WHERE account_id = $1';
    const [row] = await this.database.query<{ last_seq: number }>(sql, [accountId]);
    if (row === undefined) throw new Error(`Account ${accountId} has no row.`);
    return row.last_seq;
  }

  /** Whether exactly this event is stored, not only one of its sequence. */
  async isStored(event: execution.OrderEvent | undefined): Promise<boolean> {
    if (event === undefined) return false;
    const rows = await this.database.query(
      `SELECT seq FROM order_event WHERE account_id = $1 AND seq = $2 AND coid = $3 AND cause = $4 AND data = $5`,
      [event.accountId, event.seq, event.coid, event.cause, execution.OrderEvent.toJSON(event)],
    );
    return rows.length > 0;
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
    const [row] = await this.database.query<{ approval: Buffer | null }>(
      'SELECT approval FROM orders WHERE coid = $1',
      [coid],
    );
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

  /** Orders whose outcome the broker has not told, oldest first. */
  async unresolved(accountId: string): Promise<string[]> {
    const rows = await this.database.query<{ coid: string }>(
      `SELECT coid FROM orders WHERE account_id = $1 AND state IN ('SUBMITTED', 'UNKNOWN') ORDER BY last_seq`,
      [accountId],
    );
    return rows.map((row) => row.coid);
  }

  /** Orders that the broker may hold. */
  async working(accountId: string): Promise<string[]> {
    const rows = await this.database.query<{ coid: string }>(
      `SELECT coid FROM orders WHERE account_id = $1
         AND state IN ('SUBMITTED', 'ACCEPTED', 'PARTIALLY_FILLED', 'UNKNOWN') ORDER BY last_seq`,
      [accountId],
    );
    return rows.map((row) => row.coid);
  }

  /** Those of these causes whose events are stored. */
  async storedCauses(accountId: string, causes: readonly string[]): Promise<ReadonlySet<string>> {
    if (causes.length === 0) return new Set();
    const rows = await this.database.query<{ cause: string }>(
      'SELECT DISTINCT cause FROM order_event WHERE account_id = $1 AND cause = ANY($2)',
      [accountId, [...new Set(causes)]],
    );
    return new Set(rows.map((row) => row.cause));
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

  async eventsAfter(accountId: string, seq: number): Promise<execution.OrderEvent[]> {
    const rows = await this.database.query<{ data: unknown }>(
      'SELECT data FROM order_event WHERE account_id = $1 AND seq > $2 ORDER BY seq',
      [accountId, seq],
    );
    return rows.map((row) => execution.OrderEvent.fromJSON(row.data));
  }

  async fills(accountId: string, coid: string): Promise<execution.Fill[]> {
    const rows = await this.database.query<{ data: unknown }>(
      `SELECT data FROM fill WHERE ($1 = '' OR account_id = $1) AND ($2 = '' OR coid = $2) ORDER BY account_id, seq`,
      [accountId, coid],
    );
    return rows.map((row) => execution.Fill.fromJSON(row.data));
  }

  async trades(accountId: string): Promise<execution.Trade[]> {
    const rows = await this.database.query<{ data: unknown }>(
      'SELECT data FROM trade WHERE account_id = $1 ORDER BY number',
      [accountId],
    );
    return rows.map((row) => execution.Trade.fromJSON(row.data));
  }

  /** Cash in the order in which it was booked, after the entry `after`. */
  async ledger(accountId: string, after: number): Promise<execution.LedgerEntry[]> {
    const rows = await this.database.query<{
      number: number;
      kind: string;
      amount: string;
      time_us: number;
      fill_id: string | null;
      coid: string | null;
    }>(
      'SELECT number, kind, amount, time_us, fill_id, coid FROM ledger WHERE account_id = $1 AND number > $2 ORDER BY number',
      [accountId, after],
    );
    return rows.map(({ number, kind, amount, time_us: timeUs, fill_id: fillId, coid }) => ({
      number,
      kind,
      amount: new Decimal(amount).toFixed(),
      timeUs,
      fillId: fillId ?? '',
      coid: coid ?? '',
    }));
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

/** The account row of a connected terminal. */
export function accountOf(
  session: gateway.TerminalSession,
  snapshot: gateway.AccountSnapshot,
  runId: string,
): execution.Account {
  return execution.Account.fromPartial({
    accountId: session.accountId,
    login: session.login,
    server: session.server,
    platform: session.platform,
    currency: snapshot.currency,
    leverage: snapshot.leverage,
    marginMode: snapshot.marginMode,
    tradeMode: session.tradeMode,
    epoch: session.epoch,
    externalOrders: 'halt',
    timeZone: 'UTC',
    runId,
  });
}
