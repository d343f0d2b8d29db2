import { common, execution } from '@trading/contracts';
import type { LedgerEntry } from '@trading/trading-portfolio';
import type { OrderWrites } from './order-store';

/** Where an account's events end, and how far they go now. */
export interface Append {
  readonly accountId: string;
  readonly expectedSeq: number;
  readonly lastSeq: number;
  readonly barrier: number;
  readonly writes: OrderWrites;
  /** Stored with the first order. */
  readonly approval?: common.Approval | undefined;
}

/** How the rows of one table come out of a JSON parameter; `$rows` stands for it. */
const PARTS = {
  events: `INSERT INTO order_event (account_id, seq, coid, kind, cause, barrier, in_step, time_us, data)
    SELECT moved.account_id, r.* FROM moved, json_to_recordset($rows::json)
      AS r(seq bigint, coid text, kind text, cause text, barrier bigint, in_step boolean, time_us bigint, data jsonb)`,
  orders: `INSERT INTO orders (account_id, coid, symbol, state, origin, last_seq, data, approval)
    SELECT moved.account_id, r.coid, r.symbol, r.state, r.origin, r.last_seq, r.data, decode(r.approval, 'base64')
    FROM moved, json_to_recordset($rows::json)
      AS r(coid text, symbol text, state text, origin text, last_seq bigint, data jsonb, approval text)
    ON CONFLICT (coid) DO UPDATE SET state = excluded.state, last_seq = excluded.last_seq, data = excluded.data,
      approval = coalesce(excluded.approval, orders.approval)`,
  fills: `INSERT INTO fill (account_id, fill_id, coid, seq, data)
    SELECT moved.account_id, r.* FROM moved, json_to_recordset($rows::json)
      AS r(fill_id text, coid text, seq bigint, data jsonb)`,
  positions: `INSERT INTO position (account_id, symbol, seq, data)
    SELECT moved.account_id, r.* FROM moved, json_to_recordset($rows::json) AS r(symbol text, seq bigint, data jsonb)
    ON CONFLICT (account_id, symbol) DO UPDATE SET seq = excluded.seq, data = excluded.data`,
  ledger: `INSERT INTO ledger (account_id, number, kind, amount, time_us, fill_id, coid)
    SELECT moved.account_id, r.* FROM moved, json_to_recordset($rows::json)
      AS r(number bigint, kind text, amount numeric, time_us bigint, fill_id text, coid text)
    ON CONFLICT (account_id, number) DO NOTHING`,
  trades: `INSERT INTO trade (account_id, number, data)
    SELECT moved.account_id, r.* FROM moved, json_to_recordset($rows::json) AS r(number bigint, data jsonb)`,
} as const;

type Part = keyof typeof PARTS;
const ORDER: readonly Part[] = ['events', 'orders', 'fills', 'positions', 'ledger', 'trades'];

/**
 * One statement, and so one round trip and one transaction, that stores all that follows from an account's next events,
 * provided that the account's events end where they are expected to: otherwise it stores nothing and returns no row.
 * The update of the account's row is the lock: another writer waits for it and then finds another end.
 */
export function appendStatement(append: Append): { readonly sql: string; readonly params: readonly unknown[] } {
  const rows = rowsOf(append);
  const parts = ORDER.filter((part) => rows[part].length > 0);
  const inserts = parts.map((part, i) => `, of_${part} AS (${PARTS[part].replace('$rows', `$${i + 5}`)})`);
  return {
    sql: `WITH moved AS (
        UPDATE account SET last_seq = $3, barrier = greatest(barrier, $4)
        WHERE account_id = $1 AND last_seq = $2 RETURNING account_id
      )${inserts.join('')} SELECT account_id FROM moved`,
    params: [
      append.accountId,
      append.expectedSeq,
      append.lastSeq,
      append.barrier,
      ...parts.map((part) => JSON.stringify(rows[part])),
    ],
  };
}

function rowsOf({ writes, approval }: Append): Readonly<Record<Part, readonly object[]>> {
  // A row can be replaced once in a statement; the last state of a symbol is the one that counts.
  const positions = new Map(writes.positions.map((position) => [position.symbol, position]));
  return {
    events: writes.events.map(({ inStep, message }) => ({
      seq: message.seq,
      coid: message.coid,
      kind: message.kind,
      cause: message.cause,
      barrier: message.barrier,
      in_step: inStep,
      time_us: message.timeUs,
      data: execution.OrderEvent.toJSON(message),
    })),
    orders: writes.orders.map(({ view, order }, i) => ({
      coid: view.request.coid,
      symbol: view.request.symbol,
      state: view.state,
      origin: view.request.origin,
      last_seq: order.lastSeq,
      data: execution.Order.toJSON(order),
      approval: i > 0 || approval === undefined ? null : base64Of(approval),
    })),
    fills: writes.events.flatMap(({ message: { fill, seq } }) =>
      fill === undefined ? [] : [{ fill_id: fill.fillId, coid: fill.coid, seq, data: execution.Fill.toJSON(fill) }],
    ),
    positions: [...positions.values()].map((position) => ({
      symbol: position.symbol,
      seq: position.seq,
      data: execution.Position.toJSON(position),
    })),
    ledger: writes.ledger.map(ledgerRow),
    trades: writes.trades.map((trade) => ({ number: trade.number, data: execution.Trade.toJSON(trade) })),
  };
}

const base64Of = (approval: common.Approval): string =>
  Buffer.from(common.Approval.encode(approval).finish()).toString('base64');

function ledgerRow(entry: LedgerEntry): object {
  const { number, kind, amount, timeUs, fillId = null, coid = null } = entry;
  return { number, kind, amount: amount.toFixed(), time_us: timeUs, fill_id: fillId, coid };
}
