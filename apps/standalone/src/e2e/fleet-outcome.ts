import { MEASUREMENTS, type execution, type gateway } from '@trading/contracts';
import { PostgresTimeSeries, type Tags } from '@trading/platform-timeseries';
import { Client } from 'pg';
import type { SixClients } from '../six-processes/six-clients';
import { countSettled } from '../six-processes/stored-counts';
import type { Traded } from './fleet-environment';
import { waitFor } from './wait';

/** Where an account's session is; undefined while none is connected. */
export async function sessionOf(six: SixClients, accountId: string): Promise<gateway.TerminalSession | undefined> {
  const { sessions } = await six.clients.gateway.listSessions({});
  return sessions.find((session) => session.accountId === accountId && session.connected);
}

/** Where an account's session is, once one is connected: a session that begins again is away for a moment. */
export function connectedSession(six: SixClients, accountId: string): Promise<gateway.TerminalSession> {
  return waitFor(`a session of ${accountId}`, () => sessionOf(six, accountId));
}

/** Waits until simulated time of an account has come to barrier `n`. */
export async function untilBarrier(six: SixClients, accountId: string, n: number, withinMs: number): Promise<void> {
  await waitFor(
    `barrier ${n} of ${accountId}`,
    async () => ((await sessionOf(six, accountId))?.barrier ?? -1) >= n,
    withinMs,
  );
}

/** Waits for the end of an account's data. */
export async function untilEnd(six: SixClients, accountId: string, withinMs: number): Promise<gateway.TerminalSession> {
  return waitFor(
    `the end of the data of ${accountId}`,
    async () => {
      const session = await sessionOf(six, accountId);
      return session?.ended === true ? session : undefined;
    },
    withinMs,
  );
}

/** What an account has traded, without the clock on the wall. */
export interface AccountOutcome {
  readonly orders: readonly object[];
  readonly fills: readonly execution.Fill[];
  readonly trades: readonly execution.Trade[];
  readonly equity: readonly execution.EquityPoint[];
  readonly ticks: number;
  readonly booksAgree: boolean;
}

export async function outcomeOf(six: SixClients, accountId: string): Promise<AccountOutcome> {
  const { execution, gateway } = six.clients;
  const [orders, fills, trades, equity, accounts, snapshot, session] = await Promise.all([
    execution.listOrders({ accountId, states: [], limit: 0, afterSeq: 0 }),
    execution.listFills({ accountId, coid: '' }),
    execution.listTrades({ accountId }),
    execution.getEquity({ accountId }),
    execution.listAccounts({}),
    gateway.getSnapshot({ accountId }),
    connectedSession(six, accountId),
  ]);
  const ours = accounts.accounts.find((account) => account.accountId === accountId)?.equity;
  return {
    orders: orders.orders.map(lasting),
    fills: fills.fills,
    trades: trades.trades,
    equity: equity.points,
    ticks: session.ticks,
    booksAgree: ours !== undefined && Number(ours) === Number(snapshot.account?.equity),
  };
}

/** An order without what the clock on the wall decides, and how often it was tried. */
function lasting({
  hops: _hops,
  attempt: _attempt,
  epoch: _epoch,
  lastSeq: _seq,
  updatedUs: _us,
  ...order
}: execution.Order) {
  return order;
}

/** How much the services have stored of what they computed, each row once. */
export interface StoredRows {
  /** Ids of decisions, of those with orders and of those without. */
  readonly decisions: readonly string[];
  /** By account and symbol. */
  readonly bars: Readonly<Record<string, number>>;
  readonly ticks: Readonly<Record<string, number>>;
}

/** What is stored when nothing is being stored any more. */
export async function storedRows(databaseUrl: string, traded: Traded): Promise<StoredRows> {
  const { accounts, symbols, timeframe } = traded;
  const client = new Client({ connectionString: databaseUrl });
  const series = await PostgresTimeSeries.open({ url: databaseUrl, catalogue: MEASUREMENTS });
  try {
    await client.connect();
    const places = accounts.flatMap((account) => symbols.map((symbol) => ({ account, symbol })));
    const counted = async (name: string, more: Tags): Promise<Record<string, number>> =>
      Object.fromEntries(
        await Promise.all(
          places.map(async (place) => {
            const count = await countSettled(series, name, { ...place, ...more });
            return [`${place.account} ${place.symbol}`, count] as const;
          }),
        ),
      );
    const [bars, ticks] = await Promise.all([counted('bar', { timeframe }), counted('tick', {})]);
    const { rows } = await client.query<{ id: string }>(
      'SELECT decision_id AS id FROM decision.decision UNION ALL SELECT decision_id FROM decision.quiet_decision ORDER BY 1',
    );
    return { decisions: rows.map(({ id }) => id), bars, ticks };
  } finally {
    await series.close();
    await client.end();
  }
}
