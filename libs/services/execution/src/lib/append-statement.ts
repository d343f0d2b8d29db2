import { common, execution } from '@trading/contracts';
import type { LedgerEntry } from '@trading/trading-portfolio';
import { commandRow } from './order-command';
import type { OrderWrites } from './order-store';
import { protectionRow } from './protection';

/** Where an account's events end, and how far they go now. */
export interface Append {
  readonly accountId: string;
  readonly expectedSeq: number;
  readonly lastSeq: number;
  readonly barrier: number;
  /** Of the writer's lease: another one's account is not written. */
  readonly epoch: number;
  /** The last event that the bus has accepted, as far as that is known. */
  readonly publishedSeq: number;
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
  positions: `INSERT INTO position (account_id, position_id, symbol, seq, data)
    SELECT moved.account_id, r.* FROM moved, json_to_recordset($rows::json)
      AS r(position_id text, symbol text, seq bigint, data jsonb)
    ON CONFLICT (account_id, position_id) DO UPDATE SET seq = excluded.seq, data = excluded.data`,
  ledger: `INSERT INTO ledger (account_id, number, kind, amount, time_us, fill_id, coid)
    SELECT moved.account_id, r.* FROM moved, json_to_recordset($rows::json)
      AS r(number bigint, kind text, amount numeric, time_us bigint, fill_id text, coid text)
    ON CONFLICT (account_id, number) DO NOTHING`,
  trades: `INSERT INTO trade (account_id, number, data)
    SELECT moved.account_id, r.* FROM moved, json_to_recordset($rows::json) AS r(number bigint, data jsonb)`,
  notes: `INSERT INTO book_note (account_id, cause, kind, subject, after_seq, ordinal, barrier, in_step, data)
    SELECT moved.account_id, r.* FROM moved, json_to_recordset($rows::json)
      AS r(cause text, kind text, subject text, after_seq bigint, ordinal int, barrier bigint, in_step boolean, data jsonb)`,
  commands: `INSERT INTO order_command (account_id, request_id, verb, coid, state, barrier, in_step, data, approval)
    SELECT moved.account_id, r.request_id, r.verb, r.coid, r.state, r.barrier, r.in_step, r.data,
      decode(r.approval, 'base64') FROM moved, json_to_recordset($rows::json)
      AS r(request_id text, verb text, coid text, state text, barrier bigint, in_step boolean, data jsonb, approval text)
    ON CONFLICT (account_id, request_id) DO UPDATE SET state = excluded.state, data = excluded.data`,
  protections: `INSERT INTO protection (account_id, coid, state, deadline_us, close)
    SELECT moved.account_id, r.coid, r.state, r.deadline_us, decode(r.close, 'base64')
    FROM moved, json_to_recordset($rows::json) AS r(coid text, state text, deadline_us bigint, close text)
    ON CONFLICT (account_id, coid) DO UPDATE SET state = excluded.state, deadline_us = excluded.deadline_us,
      close = coalesce(excluded.close, protection.close)`,
} as const;

type Part = keyof typeof PARTS;
const ORDER: readonly Part[] = [
  'events',
  'orders',
  'fills',
  'positions',
  'ledger',
  'trades',
  'notes',
  'commands',
  'protections',
];

/**
 * One statement, and so one round trip and one transaction, that stores all that follows from an account's next events,
 * provided that the account's events end where they are expected to and that nobody has taken its lease over: otherwise
 * it stores nothing and returns no row. The update of the account's row is the lock: another writer waits for it and
 * then finds another end, and whoever takes the lease over waits for it too.
 */
export function appendStatement(append: Append): { readonly sql: string; readonly params: readonly unknown[] } {
  const rows = rowsOf(append);
  const parts = ORDER.filter((part) => rows[part].length > 0);
  const inserts = parts.map((part, i) => `, of_${part} AS (${PARTS[part].replace('$rows', `$${i + 7}`)})`);
  return {
    sql: `WITH moved AS (
        UPDATE account SET last_seq = $3, barrier = greatest(barrier, $4), published_seq = greatest(published_seq, $6)
        WHERE account_id = $1 AND last_seq = $2 AND epoch = $5 RETURNING account_id
      )${inserts.join('')} SELECT account_id FROM moved`,
    params: [
      append.accountId,
      append.expectedSeq,
      append.lastSeq,
      append.barrier,
      append.epoch,
      append.publishedSeq,
      ...parts.map((part) => JSON.stringify(rows[part])),
    ],
  };
}

function rowsOf({ writes, approval }: Append): Readonly<Record<Part, readonly object[]>> {
  // A row can be replaced once in a statement; the last state of a position is the one that counts.
  const positions = new Map(writes.positions.map((position) => [position.positionId, position]));
  const commands = new Map(writes.commands.map((command) => [command.requestId, command]));
  const protections = new Map(writes.protections.map((protection) => [protection.coid, protection]));
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
      position_id: position.positionId,
      symbol: position.symbol,
      seq: position.seq,
      data: execution.Position.toJSON(position),
    })),
    ledger: writes.ledger.map(ledgerRow),
    trades: writes.trades.map((trade) => ({ number: trade.number, data: execution.Trade.toJSON(trade) })),
    notes: writes.notes.map(({ note, afterSeq, ordinal, barrier, inStep }) => ({
      cause: note.cause,
      kind: note.kind,
      subject: note.subject,
      after_seq: afterSeq,
      ordinal,
      barrier,
      in_step: inStep,
      data: note,
    })),
    commands: [...commands.values()].map(commandRow),
    protections: [...protections.values()].map(protectionRow),
  };
}

const base64Of = (approval: common.Approval): string =>
  Buffer.from(common.Approval.encode(approval).finish()).toString('base64');

function ledgerRow(entry: LedgerEntry): object {
  const { number, kind, amount, timeUs, fillId = null, coid = null } = entry;
  return { number, kind, amount: amount.toFixed(), time_us: timeUs, fill_id: fillId, coid };
}
