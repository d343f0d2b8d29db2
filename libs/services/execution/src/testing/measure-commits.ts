import { common, plainInstrument } from '@trading/contracts';
import { openDatabase } from '@trading/platform-database';
import { InProcessBus } from '@trading/platform-messaging';
import { Decimal } from '@trading/trading-market';
import { AccountBooks } from '../lib/account-books';
import { AccountWriter } from '../lib/account-writer';
import { EXECUTION_MIGRATIONS } from '../lib/execution-migrations';
import { requestOf, type Happening } from '../lib/order-record';
import { OrderStore } from '../lib/order-store';
import { INSTRUMENT, orderOf } from './messages';
import { openAccount } from './open-account';

/** What the commits of orders cost, µs each, and how many there were in a second. */
export interface MeasuredCommits {
  /** An order that was let through: two events, the order, its approval. */
  readonly openingUs: readonly number[];
  /** Its fill: event, order, fill, position, cash. */
  readonly fillUs: readonly number[];
  /** Of both kinds, all accounts together. */
  readonly commitsPerSecond: number;
}

/**
 * Stores so many orders and their fills of each of so many accounts, those of an account one after another, in a
 * database of its own. A tenth more are stored before to warm up.
 */
export async function measureCommits(url: string, accounts: number, orders: number): Promise<MeasuredCommits> {
  const database = await openDatabase({
    url,
    schema: 'execution',
    migrations: EXECUTION_MIGRATIONS,
    poolSize: accounts,
  });
  const bus = new InProcessBus();
  try {
    const store = new OrderStore(database);
    const writers: AccountWriter[] = [];
    for (let n = 0; n < accounts; n += 1) {
      const accountId = `bench-${accounts}-${n}`;
      const books = new AccountBooks(accountId, 'USD');
      books.learnInstrument(plainInstrument(INSTRUMENT));
      const writer = new AccountWriter(accountId, books, store, bus);
      writer.lease = await openAccount(database, accountId);
      writers.push(writer);
    }
    const approval = common.Approval.fromPartial({ keyId: 'bench' });
    const warmUp = Math.ceil(orders / 10);
    const [openingUs, fillUs]: [number[], number[]] = [[], []];
    const work = async (writer: AccountWriter, from: number, to: number): Promise<void> => {
      for (let n = from; n < to; n += 1) {
        const order = { accountId: writer.accountId, coid: `${writer.accountId}-${n}` };
        const opening = await timeOf(() => writer.commit(openingOf(order), { inStep: false, approval }));
        const fill = await timeOf(() => writer.commit([fillingOf(order)], { inStep: true }));
        if (n < warmUp) continue;
        openingUs.push(opening);
        fillUs.push(fill);
      }
    };
    await Promise.all(writers.map((writer) => work(writer, 0, warmUp)));
    const from = performance.now();
    await Promise.all(writers.map((writer) => work(writer, warmUp, warmUp + orders)));
    const seconds = (performance.now() - from) / 1_000;
    return { openingUs, fillUs, commitsPerSecond: Math.round((openingUs.length + fillUs.length) / seconds) };
  } finally {
    await bus.close();
    await database.close();
  }
}

interface Named {
  readonly accountId: string;
  readonly coid: string;
}

function openingOf({ accountId, coid }: Named): Happening[] {
  const request = orderOf(coid, { accountId });
  const base = { coid, cause: `submit:${coid}` };
  return [
    { ...base, request, event: { kind: 'INITIALIZED', timeUs: 1, request: requestOf(request) } },
    { ...base, event: { kind: 'SUBMITTED', timeUs: 1 } },
  ];
}

function fillingOf({ accountId, coid }: Named): Happening {
  const fillId = `deal-of-${coid}`;
  const fill = { fillId, volumeLots: '0.1', price: '1.1', timeUs: 2 };
  return {
    coid,
    cause: `trade:${fillId}`,
    fill: {
      ...{ ...fill, coid, accountId, symbol: 'EURUSD', side: 'SIDE_BUY', commission: '-1', swap: '0', realised: '0' },
      ...{ positionId: 'p1', origin: 'ORIGIN_STRATEGY', reason: 'order', barrier: 1 },
    },
    event: {
      kind: 'FILLED',
      timeUs: 2,
      fill: { ...fill, volumeLots: new Decimal(fill.volumeLots), price: new Decimal(fill.price) },
    },
  };
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return Math.round((performance.now() - from) * 1_000);
}
