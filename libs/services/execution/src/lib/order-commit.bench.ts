import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { common, plainInstrument } from '@trading/contracts';
import { openDatabase, removeEmbeddedPostgres, startEmbeddedPostgres } from '@trading/platform-database';
import { InProcessBus } from '@trading/platform-messaging';
import { Decimal } from '@trading/trading-market';
import { ACCOUNT, INSTRUMENT, orderOf } from '../testing/messages';
import { openAccount } from '../testing/open-account';
import { AccountBooks } from './account-books';
import { AccountWriter } from './account-writer';
import { EXECUTION_MIGRATIONS } from './execution-migrations';
import { requestOf, type Happening } from './order-record';
import { OrderStore } from './order-store';

const ORDERS = 1_000;

/**
 * What the commits of an order cost beside the machine's own, in µs: `openingUs` stores an order that was let through
 * (two events, the order, its approval), `fillUs` its fill (event, order, fill, position, cash), `commitUs` one row by
 * itself in the same run.
 */
async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'trading-bench-'));
  const postgres = await startEmbeddedPostgres({ folder });
  try {
    const database = await openDatabase({
      url: postgres.url,
      schema: 'execution',
      migrations: EXECUTION_MIGRATIONS,
    });
    await database.query('CREATE TABLE commits (n int PRIMARY KEY, what text NOT NULL)');
    const store = new OrderStore(database);
    const books = new AccountBooks(ACCOUNT, 'USD');
    books.learnInstrument(plainInstrument(INSTRUMENT));
    const writer = new AccountWriter(ACCOUNT, books, store, new InProcessBus());
    writer.lease = await openAccount(database);
    const approval = common.Approval.fromPartial({ keyId: 'bench' });
    const times: Record<'openingUs' | 'fillUs' | 'commitUs', number[]> = { openingUs: [], fillUs: [], commitUs: [] };
    for (let n = 0; n < ORDERS; n += 1) {
      const coid = `order-${n}`;
      times.openingUs.push(await timeOf(() => writer.commit(opening(coid), { inStep: false, approval })));
      times.fillUs.push(await timeOf(() => writer.commit([filling(coid)], { inStep: true })));
      times.commitUs.push(await timeOf(() => database.query('INSERT INTO commits VALUES ($1, $2)', [n, 'a row'])));
    }
    console.log(
      JSON.stringify(Object.fromEntries(Object.entries(times).map(([name, all]) => [name, percentiles(all)]))),
    );
    await database.close();
  } finally {
    await postgres.stop();
    await removeEmbeddedPostgres(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return Math.round((performance.now() - from) * 1_000);
}

/** The first tenth only warms up. */
function percentiles(times: readonly number[]): { readonly p50: number; readonly p99: number } {
  const sorted = times.slice(Math.floor(times.length / 10)).sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

function opening(coid: string): Happening[] {
  const request = orderOf(coid);
  const base = { coid, cause: `submit:${coid}` };
  return [
    { ...base, request, event: { kind: 'INITIALIZED', timeUs: 1, request: requestOf(request) } },
    { ...base, event: { kind: 'SUBMITTED', timeUs: 1 } },
  ];
}

function filling(coid: string): Happening {
  const fillId = `deal-of-${coid}`;
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

void main();
