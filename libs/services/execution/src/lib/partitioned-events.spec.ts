import { plainInstrument } from '@trading/contracts';
import {
  CheckpointStore,
  createTestDatabase,
  openDatabase,
  type Database,
  type TestDatabase,
} from '@trading/platform-database';
import { InProcessBus } from '@trading/platform-messaging';
import { ACCOUNT, INSTRUMENT, orderOf } from '../testing/messages';
import { openAccount } from '../testing/open-account';
import type { AccountLease } from './account-lease';
import { AccountBooks } from './account-books';
import { AccountWriter } from './account-writer';
import { EXECUTION_MIGRATIONS } from './execution-migrations';
import { requestOf } from './order-record';
import { OrderStore } from './order-store';

/** An order of two events as the first build stored it. */
const STORED_BEFORE = `
  INSERT INTO account (account_id, last_seq, data) VALUES ('a', 2, '{}');
  INSERT INTO order_event VALUES
    ('a', 1, 'order-1', 'K', 'c1', 0, false, 1398902400000000, '{}'),
    ('a', 2, 'order-1', 'K', 'c1', 0, false, 1398902400000000, '{}');`;

describe('order events in partitions', () => {
  let created: TestDatabase;
  let database: Database;
  let writer: AccountWriter;
  let store: OrderStore;
  let lease: AccountLease;
  beforeEach(async () => {
    created = await createTestDatabase();
    database = await openDatabase({ url: created.url, schema: 'execution', migrations: EXECUTION_MIGRATIONS });
    store = new OrderStore(database);
    lease = await openAccount(database);
    writer = newWriter();
  });
  afterEach(async () => {
    await database.close();
    await created.drop();
  });

  function newWriter(): AccountWriter {
    const books = new AccountBooks(ACCOUNT, 'USD');
    books.learnInstrument(plainInstrument(INSTRUMENT));
    const made = new AccountWriter(ACCOUNT, books, store, new InProcessBus());
    made.lease = lease;
    return made;
  }

  async function order(coid: string, end: 'DENIED' | 'SUBMITTED'): Promise<void> {
    const request = orderOf(coid);
    const base = { coid, cause: `submit:${coid}` };
    const last =
      end === 'DENIED'
        ? ({ kind: end, timeUs: 2, code: 'NO', message: 'no' } as const)
        : ({ kind: end, timeUs: 2 } as const);
    await writer.commit(
      [
        { ...base, request, event: { kind: 'INITIALIZED', timeUs: 1, request: requestOf(request) } },
        { ...base, event: last },
      ],
      { inStep: false },
    );
  }

  /** The account has gone on: what is stored has reached the bus, and checkpoints hold it. */
  const goOn = async (): Promise<void> => {
    await database.transaction((tx) => new CheckpointStore(database).save(tx, ACCOUNT, 7, {}));
    await database.query('UPDATE account SET published_seq = last_seq');
  };
  const careIn = async (interval: string): Promise<string[]> => {
    const rows = await database.query<{ change: string }>(
      `SELECT change FROM maintain_partitions_at(now() + $1::interval) WHERE change <> 'made'`,
      [interval],
    );
    return [...new Set(rows.map(({ change }) => change))];
  };
  const events = async () => (await store.eventsAfter(ACCOUNT, 0)).length;

  it('lie by the time at which they were stored, whatever time they tell of', async () => {
    await order('order-1', 'DENIED');
    const rows = await database.query<{ at: string }>(
      'SELECT DISTINCT tableoid::regclass::text AS at FROM order_event',
    );
    const [{ part }] = (await database.query(
      `SELECT 'order_event_y' || to_char(date_trunc('quarter', now()), 'YYYY"m"MM') AS part`,
    )) as [{ part: string }];
    expect(rows).toEqual([{ at: part }]);
  });

  it('are kept for 400 days, then go', async () => {
    await order('order-1', 'DENIED');
    await goOn();
    await careIn('400 days');
    expect(await events()).toBe(2);
    expect(await careIn('500 days')).toContain('dropped');
    expect(await events()).toBe(0);
  });

  it.each([
    ['an order has not ended', async () => order('order-2', 'SUBMITTED').then(goOn)],
    ['they have not reached the bus', async () => goOn().then(() => order('order-2', 'DENIED'))],
    [
      'no checkpoint holds them',
      async () => {
        await database.query('UPDATE account SET published_seq = last_seq');
      },
    ],
  ])('stay for longer while %s', async (_, prepare) => {
    await order('order-1', 'DENIED');
    await prepare();
    expect(await careIn('900 days')).toContain('kept');
    expect(await events()).toBeGreaterThanOrEqual(2);
  });

  it('are not needed to answer again an order that has ended', async () => {
    await order('order-1', 'DENIED');
    const before = await newWriter().record('order-1');
    await goOn();
    await careIn('900 days');
    const after = await newWriter().record('order-1');
    expect(after?.order).toEqual(before?.order);
    expect(after?.view).toMatchObject({ state: 'DENIED', code: 'NO', request: { coid: 'order-1' } });
  });

  it('take over what a database of the first build holds', async () => {
    const older = await createTestDatabase();
    const first = EXECUTION_MIGRATIONS.slice(0, 2);
    const before = await openDatabase({ url: older.url, schema: 'execution', migrations: first });
    await before.query(STORED_BEFORE);
    await before.close();
    const after = await openDatabase({ url: older.url, schema: 'execution', migrations: EXECUTION_MIGRATIONS });
    expect(await after.query('SELECT seq, time_us FROM order_event ORDER BY seq')).toEqual([
      { seq: 1, time_us: 1_398_902_400_000_000 },
      { seq: 2, time_us: 1_398_902_400_000_000 },
    ]);
    await after.close();
    await older.drop();
  });
});
