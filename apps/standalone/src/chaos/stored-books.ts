import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';

/** What is on disk of one account while no process is there: of every service and of the terminal. */
export interface StoredBooks {
  /** Sequences of the order events, and where the account's row says that they end. */
  readonly seqs: readonly number[];
  readonly lastSeq: number;
  readonly orders: readonly StoredOrder[];
  /** In the order in which they were booked. */
  readonly fills: readonly StoredFill[];
  readonly ledger: readonly StoredEntry[];
  /** Ids of decisions with orders, in their order. */
  readonly decisions: readonly string[];
  /** Client order ids of decisions. */
  readonly legs: Readonly<Record<string, string>>;
  /** Client order ids of reservations that are held, and the lots that each still holds. */
  readonly reserved: readonly string[];
  readonly reservedLots: Readonly<Record<string, string>>;
  /** Lots by symbol, or by the position of a hedging account, as risk-manager has them; none at 0. */
  readonly exposed: Readonly<Record<string, string>>;
  /** Client order ids that the terminal has written to its journal, in their order, repeated where it did. */
  readonly journalled: readonly string[];
}

export interface StoredOrder {
  readonly coid: string;
  readonly state: string;
  readonly origin: string;
  readonly volumeLots: string;
  readonly filledLots: string;
  /** The order whose position this one protects; empty: it is none of that kind. */
  readonly parentCoid: string;
  /** The position that it closes, or its symbol. */
  readonly positionKey: string;
  /** The request, as JSON. */
  readonly request: string;
}

export interface StoredFill {
  readonly fillId: string;
  readonly coid: string;
  readonly lots: string;
  /** The whole fill, as JSON. */
  readonly text: string;
}

export interface StoredEntry {
  readonly number: number;
  readonly kind: string;
  readonly amount: string;
}

/** Where the PostgreSQL that a data folder's program started is reached; undefined when none runs. */
export function embeddedUrl(dataDir: string): string | undefined {
  const places = [join(dataDir, 'postgres', 'data', 'postmaster.pid'), join(dataDir, 'postgres', 'postmaster.pid')];
  const file = places.find((each) => existsSync(each));
  if (file === undefined) return undefined;
  const [pid, , , port] = readFileSync(file, 'utf8').split('\n');
  try {
    process.kill(Number(pid), 0);
  } catch {
    return undefined;
  }
  const password = readFileSync(join(dataDir, 'postgres-password'), 'utf8').trim();
  return `postgresql://trading:${password}@127.0.0.1:${port?.trim()}/trading`;
}

/** Reads everything of an account; undefined when there is nothing yet. Waits for statements that a dead process left. */
export async function readStored(
  url: string,
  accountId: string,
  journal: string,
  { whileRunning = false } = {},
): Promise<StoredBooks | undefined> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    // It was killed as well; the next start recovers it.
    if (isRefused(error)) return undefined;
    throw error;
  }
  try {
    if (!whileRunning) await untilQuiet(client);
    if (!(await hasTables(client))) return undefined;
    // Read first: what the terminal has was in the books before.
    const journalled = journalledIn(journal);
    const rows = async <T extends object>(sql: string): Promise<T[]> => (await client.query<T>(sql, [accountId])).rows;
    // One snapshot: the tables are of the same moment.
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const [account] = await rows<{ last_seq: string }>('SELECT last_seq FROM execution.account WHERE account_id = $1');
    const events = await rows<{ seq: string }>(
      'SELECT seq FROM execution.order_event WHERE account_id = $1 ORDER BY seq',
    );
    const orders = await rows<{ coid: string; state: string; origin: string; data: OrderData }>(
      'SELECT coid, state, origin, data FROM execution.orders WHERE account_id = $1 ORDER BY coid',
    );
    const fills = await rows<{ fill_id: string; coid: string; data: { volumeLots: string } }>(
      'SELECT fill_id, coid, data FROM execution.fill WHERE account_id = $1 ORDER BY seq, fill_id',
    );
    const ledger = await rows<{ number: string; kind: string; amount: string }>(
      'SELECT number, kind, amount::text AS amount FROM execution.ledger WHERE account_id = $1 ORDER BY number',
    );
    const decisions = await rows<{ decision_id: string }>(
      'SELECT decision_id FROM decision.decision WHERE account_id = $1 ORDER BY barrier, trigger_seq',
    );
    const legs = await rows<{ coid: string; decision_id: string }>(
      'SELECT l.coid, l.decision_id FROM decision.leg l JOIN decision.decision d USING (decision_id) WHERE d.account_id = $1',
    );
    const reserved = await rows<{ coid: string; lots: string }>(
      `SELECT coid, data ->> 'lots' AS lots FROM risk_manager.reservation WHERE account_id = $1 AND NOT released ORDER BY coid`,
    );
    const exposed = await rows<{ symbol: string; position_id: string; lots: string }>(
      'SELECT symbol, position_id, lots::text AS lots FROM risk_manager.exposure WHERE account_id = $1 AND lots <> 0',
    );
    return {
      seqs: events.map(({ seq }) => Number(seq)),
      lastSeq: Number(account?.last_seq ?? 0),
      orders: orders.map(({ coid, state, origin, data }) => ({
        coid,
        state,
        origin,
        volumeLots: data.request?.volumeLots ?? '0',
        filledLots: data.filledLots ?? '0',
        parentCoid: data.request?.parentCoid ?? '',
        positionKey: data.request?.positionId || (data.request?.symbol ?? ''),
        request: sorted(data.request),
      })),
      fills: fills.map(({ fill_id: fillId, coid, data }) => ({
        fillId,
        coid,
        lots: data.volumeLots,
        text: sorted(data),
      })),
      ledger: ledger.map(({ number, kind, amount }) => ({ number: Number(number), kind, amount })),
      decisions: decisions.map(({ decision_id: id }) => id),
      legs: Object.fromEntries(legs.map(({ coid, decision_id: id }) => [coid, id])),
      reserved: reserved.map(({ coid }) => coid),
      reservedLots: Object.fromEntries(reserved.map(({ coid, lots }) => [coid, lots])),
      exposed: Object.fromEntries(exposed.map(({ symbol, position_id: id, lots }) => [id === '' ? symbol : id, lots])),
      journalled,
    };
  } finally {
    await client.end();
  }
}

/** By its shape: an error of the network is of another realm where tests run. */
const isRefused = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ECONNREFUSED';

type OrderRequestData = Readonly<Partial<Record<'volumeLots' | 'parentCoid' | 'positionId' | 'symbol', string>>>;

interface OrderData {
  readonly request?: OrderRequestData;
  readonly filledLots?: string;
}

/** Client order ids of the orders in a terminal's journal; a torn last line was never acknowledged. */
export function journalledIn(file: string): string[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.flatMap((line) => {
    const record = JSON.parse(line) as { readonly kind?: string; readonly order?: { readonly coid?: string } };
    return record.kind === 'submit' && record.order?.coid !== undefined ? [record.order.coid] : [];
  });
}

/** What a process had sent before it died is carried out still. */
async function untilQuiet(client: Client): Promise<void> {
  const sql = `SELECT count(*)::int AS busy FROM pg_stat_activity
    WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'`;
  for (let turn = 0; turn < 200; turn += 1) {
    const { rows } = await client.query<{ busy: number }>(sql);
    if (rows[0]?.busy === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('A dead process still has connections to PostgreSQL.');
}

async function hasTables(client: Client): Promise<boolean> {
  const names = ['execution.order_event', 'execution.fill', 'decision.leg', 'risk_manager.reservation'];
  const { rows } = await client.query<{ all: boolean }>(
    'SELECT bool_and(to_regclass(name) IS NOT NULL) AS all FROM unnest($1::text[]) AS name',
    [names],
  );
  return rows[0]?.all === true;
}

/** JSON with the fields of every object in order. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
