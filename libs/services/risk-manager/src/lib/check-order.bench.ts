import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gateway } from '@trading/contracts';
import { openDatabase, removeEmbeddedPostgres, startEmbeddedPostgres } from '@trading/platform-database';
import { UNSET_LIMITS } from '@trading/trading-risk';
import { ACCOUNT, eventOf, INSTRUMENT, NOW_US, orderOf } from '../testing/risk-fixture';
import { RiskAccountView } from './account-view';
import { ApprovalSigner } from './approval-signer';
import { OrderChecks } from './check-order';
import { RISK_MANAGER_MIGRATIONS } from './risk-migrations';
import { RiskStore } from './risk-store';

const ORDERS = 1_000;

/**
 * What a check costs beside the machine's own commit, in µs: `checkUs` checks an order, reserves its exposure and
 * stores the verdict; `bookUs` books its fill, which ends the reservation; `commitUs` stores one row by itself in the
 * same run.
 */
async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'trading-bench-'));
  const postgres = await startEmbeddedPostgres({ folder });
  try {
    const database = await openDatabase({
      url: postgres.url,
      schema: 'risk_manager',
      migrations: RISK_MANAGER_MIGRATIONS,
    });
    await database.query('CREATE TABLE commits (n int PRIMARY KEY, what text NOT NULL)');
    const store = new RiskStore(database);
    await store.create({ accountId: ACCOUNT, state: 'ACTIVE', reason: '', changedBy: 'bench', changedUs: 0 });
    const { privateKey } = generateKeyPairSync('ed25519');
    const signer = new ApprovalSigner({
      activeId: 'bench',
      keys: { bench: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
    });
    const checks = new OrderChecks(store, signer);
    const view = viewOf();
    const limits = { version: 0, limits: { ...UNSET_LIMITS, duplicateGuardMs: 0 } };
    const times: Record<'checkUs' | 'bookUs' | 'commitUs', number[]> = { checkUs: [], bookUs: [], commitUs: [] };
    for (let n = 0; n < ORDERS; n += 1) {
      const side = n % 2 === 0 ? 'SIDE_BUY' : 'SIDE_SELL';
      const order = orderOf(`order-${n}`, { side });
      const request = { order, asOfUs: NOW_US, epoch: 1, barrier: 1, change: undefined };
      times.checkUs.push(
        await timeOf(async () => {
          const { approved, message } = await checks.check(request, view, limits);
          if (!approved) throw new Error(message);
        }),
      );
      const event = eventOf(n + 1, order, 'ORDER_STATE_FILLED', { lots: '0.1' });
      times.bookUs.push(await timeOf(() => store.applyOrderEvents(ACCOUNT, [event])));
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

/** An account of 10,000 with a quote of 1.10000/1.10010. */
function viewOf(): RiskAccountView {
  const view = new RiskAccountView([], false);
  view.learnInstrument(INSTRUMENT);
  view.onTicks('EURUSD', [NOW_US], [1.1], [1.1001]);
  const money = { currency: 'USD', balance: '10000', equity: '10000', margin: '0', freeMargin: '10000', leverage: 30 };
  view.onAccount(gateway.AccountSnapshot.fromPartial({ ...money, tradeMode: 'TRADE_MODE_DEMO' }), NOW_US);
  return view;
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

void main();
