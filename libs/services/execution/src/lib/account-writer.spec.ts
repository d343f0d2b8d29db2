import { plainInstrument, type execution } from '@trading/contracts';
import {
  createTestDatabase,
  openDatabase,
  TransientDatabaseError,
  type Database,
  type TestDatabase,
} from '@trading/platform-database';
import { InProcessBus } from '@trading/platform-messaging';
import { captureTrace, currentTraceContext, runWithTrace } from '@trading/platform-tracing';
import { Decimal } from '@trading/trading-market';
import { ACCOUNT, INSTRUMENT, orderOf } from '../testing/messages';
import { openAccount } from '../testing/open-account';
import { AccountBooks } from './account-books';
import type { AccountLease } from './account-lease';
import { AccountWriter, SequenceTaken } from './account-writer';
import { EXECUTION_MIGRATIONS } from './execution-migrations';
import { requestOf, type Happening } from './order-record';
import { OrderStore } from './order-store';

describe('the writer of an account', () => {
  let created: TestDatabase;
  let database: Database;
  let published: execution.OrderEvent[];
  let lease: AccountLease;
  beforeAll(async () => {
    created = await createTestDatabase();
    database = await openDatabase({ url: created.url, schema: 'execution', migrations: EXECUTION_MIGRATIONS });
  }, 30_000);
  beforeEach(async () => {
    await database.query(
      'TRUNCATE account, account_lease, order_event, orders, fill, position, ledger, trade, book_note',
    );
    lease = await openAccount(database);
    published = [];
  });
  afterAll(async () => {
    await database.close();
    await created.drop();
  });

  function writerOn(base: Database = database, bus = new InProcessBus()): AccountWriter {
    const books = new AccountBooks(ACCOUNT, 'USD');
    books.learnInstrument(plainInstrument(INSTRUMENT));
    const writer = new AccountWriter(ACCOUNT, books, new OrderStore(base), bus);
    writer.lease = lease;
    writer.listen((event) => published.push(event));
    return writer;
  }

  function opening(coid: string): Happening[] {
    const request = orderOf(coid);
    const base = { coid, cause: `submit:${coid}` };
    return [
      { ...base, request, event: { kind: 'INITIALIZED', timeUs: 1, request: requestOf(request) } },
      { ...base, event: { kind: 'SUBMITTED', timeUs: 1 } },
    ];
  }

  function filling(coid: string, fillId: string): Happening {
    const fill = { fillId, volumeLots: '0.1', price: '1.1', timeUs: 2 };
    return {
      coid,
      cause: `trade:${fillId}`,
      fill: {
        ...fill,
        coid,
        accountId: ACCOUNT,
        symbol: 'EURUSD',
        side: 'SIDE_BUY',
        commission: '-1',
        swap: '0',
        realised: '0',
        positionId: 'p1',
        origin: 'ORIGIN_STRATEGY',
        reason: 'order',
        barrier: 1,
      },
      event: {
        kind: 'FILLED',
        timeUs: 2,
        fill: { ...fill, volumeLots: new Decimal(fill.volumeLots), price: new Decimal(fill.price) },
      },
    };
  }

  it('publishes what is told of a happening in its trace, the rest where it commits, and what is repeated in none', async () => {
    const inTrace = <T>(letter: string, work: () => T): T =>
      runWithTrace({ traceparent: `00-${letter.repeat(32)}-${'1'.repeat(16)}-01` }, work);
    const traces: string[] = [];
    const bus = new InProcessBus();
    bus.publish = async ({ name }) => {
      traces.push(`${name.split('.')[0] ?? ''} ${currentTraceContext()?.traceId[0] ?? 'none'}`);
    };
    const writer = writerOn(database, bus);
    await inTrace('a', () => writer.commit(opening('order-1'), { inStep: true }));
    const filled: Happening = { ...filling('order-1', 'd1'), trace: inTrace('b', captureTrace) };
    await inTrace('c', () => writer.commit([...opening('order-2'), filled], { inStep: true }));
    expect(traces).toEqual(['order a', 'order a', 'order c', 'order c', 'order b', 'position b']);
    traces.length = 0;
    await inTrace('d', () => writer.replay(published.slice(0, 2).map((message) => ({ message }))));
    expect(traces).toEqual(['order none', 'order none']);
  });

  const count = async (table: string): Promise<number> => (await database.query(`SELECT 1 FROM ${table}`)).length;

  it('commits events, orders, fills, positions and cash together, and then publishes', async () => {
    const writer = writerOn();
    await writer.commit([...opening('order-1'), filling('order-1', 'd1')], { inStep: true });
    expect(await Promise.all(['order_event', 'orders', 'fill', 'position', 'ledger'].map(count))).toEqual([
      3, 1, 1, 1, 1,
    ]);
    expect(published.map((event) => event.seq)).toEqual([1, 2, 3]);
    expect(writer.lastSeq).toBe(3);
  });

  it('writes nothing of happenings of which one cannot be', async () => {
    const writer = writerOn();
    const impossible = { coid: 'order-1', cause: 'x', event: { kind: 'SUBMITTED', timeUs: 3 } } as const;
    await expect(writer.commit([...opening('order-1'), impossible], { inStep: true })).rejects.toMatchObject({
      code: 'INVALID_TRANSITION',
    });
    expect([await count('order_event'), await count('orders'), published, writer.lastSeq]).toEqual([0, 0, [], 0]);
    await writer.commit(opening('order-1'), { inStep: true });
    expect(writer.lastSeq).toBe(2);
  });

  it('gives way to another writer of the same account', async () => {
    const [older, newer] = [writerOn(), writerOn()];
    await newer.commit(opening('order-1'), { inStep: false });
    await expect(older.commit(opening('order-2'), { inStep: false })).rejects.toThrow(SequenceTaken);
    expect(await count('orders')).toBe(1);
  });

  it('does one piece of work at a time, also after one that failed', async () => {
    const writer = writerOn();
    const works = ['order-1', 'order-2', 'order-3'].map((coid) =>
      writer.exclusive(() =>
        coid === 'order-2' ? Promise.reject(new Error('no')) : writer.commit(opening(coid), { inStep: false }),
      ),
    );
    expect((await Promise.allSettled(works)).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(published.map((event) => event.seq)).toEqual([1, 2, 3, 4]);
  });

  it.each([
    ['before', 'the transaction is done again'],
    ['after', 'what it committed is recognised as its own'],
  ])('goes on when the connection breaks %s the commit: %s', async (when) => {
    let broken = 0;
    const flaky: Database = {
      ...pick(database),
      query: async <R extends object>(sql: string, params?: readonly unknown[]) => {
        const commits = sql.includes('INSERT INTO order_event') || sql.includes('INSERT INTO book_note');
        if (commits && when === 'before' && broken++ === 0)
          throw new TransientDatabaseError('gone', '57P01', undefined);
        const result = await database.query<R>(sql, params);
        if (commits && when === 'after' && broken++ === 0) throw new TransientDatabaseError('gone', '57P01', undefined);
        return result;
      },
    };
    const writer = writerOn(flaky);
    await writer.commit([...opening('order-1'), filling('order-1', 'd1')], { inStep: true });
    await writer.commit(opening('order-2'), { inStep: true });
    expect(published.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5]);
    expect([await count('order_event'), await count('fill'), broken > 0]).toEqual([5, 1, true]);
    broken = 0;
    const note = { kind: 'cash', cause: 'c1', timeUs: 1, subject: 't1', cash: 'swap', amount: '-1' } as const;
    await writer.commit([{ note }], { inStep: true });
    expect([await count('book_note'), broken > 0]).toEqual([1, true]);
  });

  it('loads an order as it left it', async () => {
    const writer = writerOn();
    await writer.commit([...opening('order-1'), filling('order-1', 'd1')], { inStep: true });
    const loaded = await writerOn().record('order-1');
    expect(loaded?.view).toMatchObject({ state: 'FILLED', fillIds: ['d1'] });
    expect(loaded?.order).toEqual(published.at(-1)?.order);
  });
});

function pick(database: Database): Database {
  return {
    schema: database.schema,
    dataSource: database.dataSource,
    query: (sql, params) => database.query(sql, params),
    transaction: (work, isolation) => database.transaction(work, isolation),
    ping: () => database.ping(),
    close: () => database.close(),
  };
}
