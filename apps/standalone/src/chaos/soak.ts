import type { execution } from '@trading/contracts';
import { benchStores } from '../bench/bench-stores';
import { timedOrders } from '../bench/order-hops';
import { writeZigzagTicks, TICKS_PER_BAR } from '../bench/zigzag-ticks';
import { TERMINAL_KEY_ID, tradingEnvironment, type Traded } from '../e2e/fleet-environment';
import { sessionOf } from '../e2e/fleet-outcome';
import { ServiceFleet } from '../e2e/service-fleet';
import { waitFor } from '../e2e/wait';
import { latencyOf } from '../report/latency';
import { connectToSix, type SixClients } from '../six-processes/six-clients';
import { forEachOfSix } from '../six-processes/six-services';
import { brokerDifferences, readBoth } from './broker-books';
import { OwnServers } from './own-servers';

export interface SoakOptions {
  readonly accounts: number;
  /** Of all accounts together. */
  readonly ordersPerSecond: number;
  readonly seconds: number;
  readonly say: (line: string) => void;
}

export interface SoakResult {
  readonly accounts: number;
  readonly seconds: number;
  readonly orders: number;
  /** From tick to the terminal's acknowledgement, of the first and of the last third of the orders. */
  readonly p99Us: { readonly first: number | null; readonly last: number | null };
  /** Resident memory of each service: mean of the first third of the time, after a warm-up, and of the last. */
  readonly residentMib: Readonly<Record<string, { readonly first: number; readonly last: number }>>;
  readonly failures: readonly string[];
}

const SYMBOL = 'EURUSD';
const BAR_SECONDS = 60;
/** Played faster than it happened, an order is seconds of the data's time on its way: nothing may be too old for that. */
const LONG_MS = 30 * 86_400_000;
const LIMITS = { maxQuoteAgeMs: LONG_MS, approvalLifetimeMs: LONG_MS, duplicateGuardMs: 0, maxOrdersPerMinute: 0 };
const LOOK_EVERY_MS = 2_000;
/** Garbage that is not yet collected. */
const MAY_GROW_MIB = 96;
const MAY_SLOW_TIMES = 3;

/**
 * Many accounts trade live over real servers for a while, an order of each with every bar: memory must stay flat, the
 * slowest orders as slow as they were, and every account's books equal to its broker's.
 */
export async function soak({ accounts, ordersPerSecond, seconds, say }: SoakOptions): Promise<SoakResult> {
  const names = Array.from({ length: accounts }, (_, index) => `SOAK-${index + 1}`);
  const traded: Traded = {
    accounts: names,
    symbols: [SYMBOL],
    timeframe: 'M1',
    strategy: { name: 'sma-cross', parameters: { fast: 1, slow: 2, units: 1_000 } },
  };
  const barsPerSecond = ordersPerSecond / accounts;
  const bars = Math.ceil(barsPerSecond * seconds);
  const servers = await OwnServers.start();
  const stores = await benchStores(servers.servers);
  const env = { ...stores.env, DEFAULT_LIMITS: JSON.stringify(LIMITS) };
  const fleet = await new ServiceFleet(tradingEnvironment(traded, env)).choosePorts();
  const addresses = forEachOfSix((name) => fleet.grpcOf(name));
  const six = connectToSix(addresses, fleet.secrets.serviceToken, { withinMs: 60_000, isOver: () => false });
  try {
    await fleet.startSix();
    const file = `${fleet.folder}/zigzag.csv`;
    writeZigzagTicks(file, bars);
    for (const login of names) {
      fleet.startSimulator({
        login,
        keyId: TERMINAL_KEY_ID,
        expiry: 'arrival',
        lockstep: false,
        speed: BAR_SECONDS * barsPerSecond,
        ticksPerFrame: 1,
        feeds: [{ symbol: SYMBOL, files: [file], zone: 'UTC' }],
      });
    }
    const memory = await watched(fleet, six, names, { ticks: bars * TICKS_PER_BAR, seconds, say });
    const failures: string[] = [];
    const orders: execution.Order[] = [];
    for (const accountId of names) {
      const both = await settled(six, accountId);
      orders.push(...both.orders);
      failures.push(...brokerDifferences(both).map((each) => `${accountId}: ${each}`));
    }
    const timed = timedOrders([...orders].sort((a, b) => a.createdUs - b.createdUs));
    const third = Math.floor(timed.length / 3);
    const p99Us = { first: latencyOf(timed.slice(0, third)).p99, last: latencyOf(timed.slice(-third)).p99 };
    if ((p99Us.last ?? 0) > MAY_SLOW_TIMES * (p99Us.first ?? 0))
      failures.push(`p99 went from ${p99Us.first} to ${p99Us.last} µs`);
    for (const [name, { first, last }] of Object.entries(memory)) {
      if (last > first + MAY_GROW_MIB) failures.push(`${name} grew from ${first} to ${last} MiB`);
    }
    return { accounts, seconds, orders: orders.length, p99Us, residentMib: memory, failures };
  } finally {
    six.close();
    await fleet.close();
    await stores.remove();
    await servers.stop();
  }
}

/** Looks at the services' memory until every account has all its ticks. */
async function watched(
  fleet: ServiceFleet,
  six: SixClients,
  accounts: readonly string[],
  { ticks, seconds, say }: { readonly ticks: number; readonly seconds: number; readonly say: SoakOptions['say'] },
): Promise<SoakResult['residentMib']> {
  const services = fleet.processes.filter(({ name }) => name !== 'terminal-simulator');
  const samples = new Map(services.map(({ name }) => [name, [] as number[]]));
  const deadline = performance.now() + (seconds * 3 + 180) * 1000;
  for (;;) {
    for (const each of services) {
      if (each.exitCode !== undefined) throw new Error(`${each.name} ended: ${each.tail}`);
      samples.get(each.name)?.push(each.residentMib);
    }
    const sessions = await Promise.all(accounts.map((account) => sessionOf(six, account).catch(() => undefined)));
    const slowest = Math.min(...sessions.map((session) => session?.ticks ?? 0));
    say(
      `${slowest} of ${ticks} ticks; ${services.map(({ name, residentMib }) => `${name} ${Math.round(residentMib)}`).join(', ')} MiB`,
    );
    if (slowest >= ticks) break;
    if (performance.now() > deadline) throw new Error(`Only ${slowest} of ${ticks} ticks came through in time.`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  const mean = (list: readonly number[]): number =>
    Math.round(list.reduce((sum, one) => sum + one, 0) / Math.max(1, list.length));
  return Object.fromEntries(
    [...samples].map(([name, list]) => {
      const third = Math.max(1, Math.floor(list.length / 3));
      return [name, { first: mean(list.slice(third, 2 * third)), last: mean(list.slice(-third)) }];
    }),
  );
}

/** The books when the last order has come: two looks that are the same. */
async function settled(six: SixClients, accountId: string): Promise<Awaited<ReturnType<typeof readBoth>>> {
  let before = '';
  return waitFor(
    `the last order of ${accountId}`,
    async () => {
      const both = await readBoth(six.clients, accountId);
      const now = `${both.orders.length} ${both.fills.length} ${both.deals.length}`;
      if (now === before && brokerDifferences(both).length === 0) return both;
      if (now === before) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
        const last = await readBoth(six.clients, accountId);
        return last.fills.length === both.fills.length ? last : undefined;
      }
      before = now;
      return undefined;
    },
    60_000,
  );
}
