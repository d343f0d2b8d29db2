import { generateKeyPairSync } from 'node:crypto';
import { gateway } from '@trading/contracts';
import { openDatabase } from '@trading/platform-database';
import { UNSET_LIMITS } from '@trading/trading-risk';
import { RiskAccountView } from '../lib/account-view';
import { ApprovalSigner } from '../lib/approval-signer';
import { OrderChecks } from '../lib/check-order';
import { RISK_MANAGER_MIGRATIONS } from '../lib/risk-migrations';
import { RiskStore } from '../lib/risk-store';
import { eventOf, INSTRUMENT, NOW_US, orderOf } from './risk-fixture';

/** What orders cost risk-manager, µs each, and how long all of it took. */
export interface MeasuredChecks {
  /** An order checked, its exposure reserved, the verdict signed and stored. */
  readonly checkUs: readonly number[];
  /** Its fill booked, which ends the reservation. */
  readonly bookUs: readonly number[];
  /** Of checks only, all accounts together. */
  readonly checksPerSecond: number;
}

/**
 * Checks so many orders of each of so many accounts, those of an account one after another, in a database of its own.
 * A tenth more are checked before to warm up.
 */
export async function measureChecks(url: string, accounts: number, orders: number): Promise<MeasuredChecks> {
  const database = await openDatabase({
    url,
    schema: 'risk_manager',
    migrations: RISK_MANAGER_MIGRATIONS,
    poolSize: accounts,
  });
  try {
    const store = new RiskStore(database);
    const { privateKey } = generateKeyPairSync('ed25519');
    const keys = { bench: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
    const checks = new OrderChecks(store, new ApprovalSigner({ activeId: 'bench', keys }));
    const view = viewOf();
    const limits = { version: 0, limits: { ...UNSET_LIMITS, duplicateGuardMs: 0 } };
    const names = Array.from({ length: accounts }, (_, n) => `bench-${accounts}-${n}`);
    for (const accountId of names)
      await store.create({ accountId, state: 'ACTIVE', reason: '', changedBy: 'bench', changedUs: 0 });
    const requestOf = (accountId: string, n: number) => ({
      order: orderOf(`${accountId}-${n}`, { accountId, side: n % 2 === 0 ? 'SIDE_BUY' : 'SIDE_SELL' }),
      ...{ asOfUs: NOW_US, epoch: 1, barrier: 1, change: undefined },
    });
    const check = async (accountId: string, n: number): Promise<number> => {
      const from = performance.now();
      const { approved, message } = await checks.check(requestOf(accountId, n), view, limits);
      if (!approved) throw new Error(message);
      return microsecondsSince(from);
    };
    const book = async (accountId: string, n: number): Promise<number> => {
      const from = performance.now();
      const event = eventOf(n + 1, requestOf(accountId, n).order, 'ORDER_STATE_FILLED', { lots: '0.1' });
      await store.applyOrderEvents(accountId, [{ ...event, accountId }]);
      return microsecondsSince(from);
    };
    const [checkUs, bookUs]: [number[], number[]] = [[], []];
    let checkingMs = 0;
    const warmUp = Math.ceil(orders / 10);
    for (let n = 0; n < orders + warmUp; n += 1) {
      const from = performance.now();
      const checked = await Promise.all(names.map((name) => check(name, n)));
      const tookMs = performance.now() - from;
      const booked = await Promise.all(names.map((name) => book(name, n)));
      if (n < warmUp) continue;
      checkingMs += tookMs;
      checkUs.push(...checked);
      bookUs.push(...booked);
    }
    return { checkUs, bookUs, checksPerSecond: Math.round((checkUs.length / checkingMs) * 1_000) };
  } finally {
    await database.close();
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

const microsecondsSince = (fromMs: number): number => Math.round((performance.now() - fromMs) * 1_000);
