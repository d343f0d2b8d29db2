import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gateway, type common, type risk } from '@trading/contracts';
import { openDatabase, removeEmbeddedPostgres, startEmbeddedPostgres, type Database } from '@trading/platform-database';
import { UNSET_LIMITS, type LossLimit, type RiskLimits } from '@trading/trading-risk';
import { RiskAccountView } from '../lib/account-view';
import { ApprovalSigner } from '../lib/approval-signer';
import { OrderChecks } from '../lib/check-order';
import { RISK_MANAGER_MIGRATIONS } from '../lib/risk-migrations';
import { RiskStore } from '../lib/risk-store';
import { INSTRUMENT, NOW_US, orderOf } from './risk-fixture';

/** One limit, the orders that race for it, and how many of them it admits. */
interface Race {
  readonly name: string;
  /** The limits that admit `k` orders. */
  limits(k: number): Partial<RiskLimits>;
  /** The order number `n`; by default 0.1 lots of EURUSD bought with a stop. */
  readonly order?: (n: number) => Partial<common.OrderRequest>;
  /** The reason for which the others are denied. */
  readonly code: string;
  /** Money that is free at the start; default 1,000,000. */
  freeMargin?(k: number): string;
  /** Limits that admit one, however many race. */
  readonly admitsOne?: boolean;
}

const ASK = 1.1001;
/** Notional of 0.1 lots at the ask. */
const NOTIONAL = 11_001;
/** Loss of 0.1 lots from the ask to the stop at 1.0951. */
const LOSS = 50;
const EQUITY = 1_000_000;
const STOP = '1.09510';

const lossLimit = (limit: string): LossLimit => ({
  ...{ name: 'loss', anchor: 'initial', base: 'equity', measure: 'equity', action: 'deny' },
  ...{ limit, resetTime: '', resetZone: '', buffer: '' },
});

const SYMBOLS = ['EURUSD', 'EURSEK', 'EURNOK', 'EURDKK', 'EURPLN', 'EURHUF', 'EURCZK', 'EURTRY'];

export const RACES: readonly Race[] = [
  { name: 'position', code: 'POSITION_EXCEEDED', limits: (k) => ({ maxPositionLots: (k / 10).toFixed(1) }) },
  {
    name: 'symbol exposure',
    code: 'SYMBOL_EXPOSURE_EXCEEDED',
    limits: (k) => ({ maxSymbolExposure: String(k * NOTIONAL) }),
  },
  {
    name: 'currency exposure',
    code: 'CURRENCY_EXPOSURE_EXCEEDED',
    limits: (k) => ({ maxCurrencyExposure: String(k * NOTIONAL) }),
    order: (n) => ({ symbol: SYMBOLS[n % SYMBOLS.length] ?? 'EURUSD' }),
  },
  {
    name: 'gross exposure',
    code: 'GROSS_EXPOSURE_EXCEEDED',
    limits: (k) => ({ maxGrossExposure: String(k * NOTIONAL) }),
    order: (n) => ({ symbol: SYMBOLS[n % SYMBOLS.length] ?? 'EURUSD' }),
  },
  { name: 'net exposure', code: 'NET_EXPOSURE_EXCEEDED', limits: (k) => ({ maxNetExposure: String(k * NOTIONAL) }) },
  {
    name: 'margin',
    code: 'MARGIN_INSUFFICIENT',
    limits: () => ({ priceCollarPct: '0.001' }),
    // A worst price on tick is the ask itself, at leverage 30.
    freeMargin: (k) => ((k * NOTIONAL) / 30 + 0.01).toFixed(2),
  },
  { name: 'open orders', code: 'TOO_MANY_ORDERS', limits: (k) => ({ maxOpenOrders: k }) },
  {
    name: 'positions',
    code: 'TOO_MANY_POSITIONS',
    limits: (k) => ({ maxOpenPositions: k }),
    order: (n) => ({ symbol: SYMBOLS[n % SYMBOLS.length] ?? 'EURUSD' }),
  },
  { name: 'rate', code: 'RATE_EXCEEDED', limits: (k) => ({ maxOrdersPerMinute: k }) },
  { name: 'loss limit', code: 'LOSS_LIMIT', limits: (k) => ({ lossLimits: [lossLimit(String(k * LOSS))] }) },
  {
    name: 'duplicate',
    code: 'DUPLICATE_ORDER',
    limits: () => ({ duplicateGuardMs: 60_000 }),
    order: () => ({ volumeLots: '0.1' }),
    admitsOne: true,
  },
];

export interface RaceReport {
  readonly rounds: number;
  readonly seed: number;
  /** Rounds in which another number passed than the limit admits, or one was denied for another reason. */
  readonly failures: readonly string[];
}

export interface RaceOptions {
  /** Connection URL of a PostgreSQL in which a schema is made for the races; absent: an embedded one of its own. */
  readonly url?: string;
  /** Each with its own connections, as processes have them. */
  readonly processes?: number;
}

/**
 * Concurrent orders against limits that admit fewer: in each round a limit, how many it admits, how many race and which
 * process each asks are drawn. Exactly as many pass as the limit admits, and exactly they hold reservations.
 */
export async function raceLimits(rounds: number, seed: number, options: RaceOptions = {}): Promise<RaceReport> {
  if (options.url !== undefined) return raceAt(options.url, rounds, seed, options.processes);
  const folder = mkdtempSync(join(tmpdir(), 'trading-races-'));
  const postgres = await startEmbeddedPostgres({ folder });
  try {
    return await raceAt(postgres.url, rounds, seed, options.processes);
  } finally {
    await postgres.stop();
    await removeEmbeddedPostgres(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function raceAt(url: string, rounds: number, seed: number, processes = 3): Promise<RaceReport> {
  const random = randomOf(seed);
  const schema = 'risk_races';
  const databases: Database[] = [];
  try {
    for (let n = 0; n < processes; n += 1)
      databases.push(await openDatabase({ url, schema, migrations: RISK_MANAGER_MIGRATIONS }));
    const { privateKey } = generateKeyPairSync('ed25519');
    const keys = { race: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
    const stores = databases.map((database) => new RiskStore(database));
    const checks = stores.map((store) => new OrderChecks(store, new ApprovalSigner({ activeId: 'race', keys })));
    const failures: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const failure = await raceOnce(stores, checks, random, `race-${seed}-${round}`, RACES[round % RACES.length]);
      if (failure !== undefined) failures.push(`round ${round}: ${failure}`);
    }
    return { rounds, seed, failures };
  } finally {
    for (const database of databases) await database.close();
  }
}

async function raceOnce(
  stores: readonly RiskStore[],
  checks: readonly OrderChecks[],
  random: (below: number) => number,
  accountId: string,
  race: Race | undefined,
): Promise<string | undefined> {
  const [store] = stores;
  const [first] = checks;
  if (race === undefined || store === undefined || first === undefined) return 'nothing to race';
  const racing = 3 + random(6);
  const admitted = race.admitsOne === true ? 1 : 1 + random(Math.min(racing, SYMBOLS.length) - 1);
  await store.create({ accountId, state: 'ACTIVE', reason: '', changedBy: 'race', changedUs: 0 });
  const limits = { ...UNSET_LIMITS, ...race.limits(admitted) };
  const view = viewOf(limits.lossLimits, race.freeMargin?.(admitted) ?? String(EQUITY));
  const answers = await Promise.all(
    Array.from({ length: racing }, (_, n) => {
      const order = orderOf(`${accountId}-${n}`, { accountId, stopLoss: STOP, ...race.order?.(n) });
      const request: risk.CheckOrderRequest = { order, asOfUs: NOW_US, epoch: 1, barrier: 1, change: undefined };
      const asked = checks[random(checks.length)] ?? first;
      return asked.check(request, view, { version: 0, limits });
    }),
  );
  const passed = answers.filter((answer) => answer.approved).length;
  const reserved = (await store.reservations(store.database, accountId)).length;
  const others = answers.filter((answer) => !answer.approved && answer.code !== race.code);
  if (passed === admitted && reserved === admitted && others.length === 0) return undefined;
  const why = others.map((answer) => `${answer.code} ${answer.message}`).join('; ');
  return `${race.name}: ${passed} of ${racing} passed and ${reserved} are reserved where ${admitted} may. ${why}`;
}

/** An account of a million; every symbol is quoted alike. */
function viewOf(lossLimits: readonly LossLimit[], freeMargin: string): RiskAccountView {
  const view = new RiskAccountView(lossLimits, false);
  for (const symbol of SYMBOLS) {
    view.learnInstrument({ ...INSTRUMENT, symbol, brokerSymbol: symbol });
    view.onTicks(symbol, [NOW_US], [ASK], [ASK]);
  }
  const equity = String(EQUITY);
  const money = { currency: 'USD', balance: equity, equity, margin: '0', freeMargin, leverage: 30 };
  view.onAccount(gateway.AccountSnapshot.fromPartial({ ...money, tradeMode: 'TRADE_MODE_DEMO' }), NOW_US);
  return view;
}

/** Numbers below a bound, the same for the same seed (mulberry32). */
function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}
