import type { execution } from '@trading/contracts';
import { sessionOf } from '../e2e/fleet-outcome';
import { TERMINAL_KEY_ID, tradingEnvironment, type Traded } from '../e2e/fleet-environment';
import { ServiceFleet } from '../e2e/service-fleet';
import { waitFor } from '../e2e/wait';
import { latencyOf, type Percentiles } from '../report/latency';
import { connectToSix, type SixClients } from '../six-processes/six-clients';
import { forEachOfSix } from '../six-processes/six-services';
import type { BenchStores } from './bench-stores';
import { hopTimes, timedOrders, type HopName } from './order-hops';
import { watchProcessors } from './processor-time';
import { serverProcesses } from './server-processes';
import { TICKS_PER_BAR, writeZigzagTicks } from './zigzag-ticks';

const SYMBOL = 'EURUSD';
/** Every one of them brings an order. */
const BARS = 450;
/** Live; each bar's order is to be done before the next one's, for they go one after another. */
const BARS_PER_SECOND = Number(process.env['BENCH_BARS_PER_SECOND'] ?? 10);
const BAR_SECONDS = 60;
/** The first ones meet code that was never run. */
const WARM_UP_ORDERS = 50;
const LEAST_ORDERS = 300;
const WITHIN_MS = 180_000;
/** Orders that come no faster than this are the last. */
const LAST_ORDER_MS = 2_000;

const LIVE = 'LIVE-1';
const LOCKSTEP = 'LOCKSTEP-1';

const TRADED: Traded = {
  accounts: [LIVE, LOCKSTEP],
  symbols: [SYMBOL],
  timeframe: 'M1',
  strategy: { name: 'sma-cross', parameters: { fast: 1, slow: 2, units: 1_000 } },
};

/** Played faster than it happened, an order is seconds of the data's time on its way: nothing may be too old for that. */
const LONG_MS = 30 * 86_400_000;
const LIMITS = { maxQuoteAgeMs: LONG_MS, approvalLifetimeMs: LONG_MS, duplicateGuardMs: 0 };

export interface OrderLatency {
  readonly elapsedS: number;
  readonly ticks: number;
  /** Measured; without those that warm up and those of which not every time was stored. */
  readonly orders: number;
  readonly incomplete: number;
  /** From the arrival of the tick that closed the bar to the terminal's answer that it has the order. */
  readonly latencyUs: Percentiles;
  readonly hopsUs: Readonly<Record<HopName, Percentiles>>;
  /** Of one processor. */
  readonly processorPct: Readonly<Record<string, number>>;
}

/**
 * The same ticks through six processes in lockstep, as fast as they go, and then as live, at the pace of a clock. In
 * this order, because nobody waits for processes that have never run an order: what gathers meanwhile would be measured.
 */
export async function measureOrders(
  stores: BenchStores,
  serversFolder: string,
  ending: (end: () => Promise<void>) => void,
): Promise<{ readonly live: OrderLatency; readonly lockstep: OrderLatency }> {
  const env = { ...stores.env, DEFAULT_LIMITS: JSON.stringify(LIMITS) };
  const fleet = await new ServiceFleet(tradingEnvironment(TRADED, env)).choosePorts();
  ending(() => fleet.close());
  await fleet.startSix();
  const six = connectToSix(
    forEachOfSix((name) => fleet.grpcOf(name)),
    fleet.secrets.serviceToken,
    { withinMs: 60_000, isOver: () => false },
  );
  try {
    const file = `${fleet.folder}/zigzag.csv`;
    const { ticks } = writeZigzagTicks(file, BARS);
    const played = { file, ticks, serversFolder };
    const lockstep = await play(fleet, six, { ...played, login: LOCKSTEP, isLockstep: true });
    const live = await play(fleet, six, { ...played, login: LIVE, isLockstep: false });
    return { live, lockstep };
  } finally {
    six.close();
    await fleet.close();
  }
}

interface Played {
  readonly login: string;
  readonly file: string;
  readonly ticks: number;
  readonly isLockstep: boolean;
  readonly serversFolder: string;
}

async function play(fleet: ServiceFleet, six: SixClients, played: Played): Promise<OrderLatency> {
  const { login, file, ticks, isLockstep } = played;
  const services = fleet.processes.filter(({ exitCode }) => exitCode === undefined);
  const processors = watchProcessors({
    ...Object.fromEntries(services.map(({ name, pid }) => [name, [pid]])),
    ...(await serverProcesses(played.serversFolder)),
  });
  const from = performance.now();
  const simulator = fleet.startSimulator({
    login,
    keyId: TERMINAL_KEY_ID,
    expiry: 'arrival',
    lockstep: isLockstep,
    ...(isLockstep ? {} : { speed: BAR_SECONDS * BARS_PER_SECOND, ticksPerFrame: 1 }),
    feeds: [{ symbol: SYMBOL, files: [file], zone: 'UTC' }],
  });
  const all = await waitFor(
    `the ticks of ${login}`,
    async () => {
      if (simulator.exitCode !== undefined) throw new Error(`The simulator of ${login} ended: ${simulator.tail}`);
      const session = await sessionOf(six, login);
      const isOver = isLockstep ? session?.ended === true : (session?.ticks ?? 0) >= ticks;
      return isOver ? session : undefined;
    },
    WITHIN_MS,
  );
  const elapsedS = (performance.now() - from) / 1_000;
  const processorPct = processors();
  const orders = await settledOrders(six, login);
  await simulator.stop();
  const sorted = [...orders].sort((a, b) => a.createdUs - b.createdUs).slice(WARM_UP_ORDERS);
  const timed = timedOrders(sorted);
  if (timed.length < LEAST_ORDERS) {
    // The figures are printed all the same; few of them mean a machine that did not keep up with the pace.
    const ends = [...new Set(orders.map(({ state, code, message }) => `${state} ${code} ${message}`))].slice(0, 5);
    console.error(`${login}: only ${timed.length} of ${orders.length} orders have their times: ${ends.join('; ')}`);
  }
  return {
    elapsedS: Math.round(elapsedS * 10) / 10,
    ticks: all.ticks,
    orders: timed.length,
    incomplete: sorted.length - timed.length,
    latencyUs: latencyOf(timed),
    hopsUs: hopTimes(timed),
    processorPct,
  };
}

/** What is decided on the last ticks is on its way yet when these have come. */
async function settledOrders(six: SixClients, accountId: string): Promise<execution.Order[]> {
  let before: readonly execution.Order[] = [];
  return waitFor(
    `the last order of ${accountId}`,
    async () => {
      const { orders } = await six.clients.execution.listOrders({ accountId, states: [], limit: 0, afterSeq: 0 });
      if (orders.length === before.length) return orders;
      before = orders;
      await new Promise((resolve) => setTimeout(resolve, LAST_ORDER_MS));
      return undefined;
    },
    WITHIN_MS,
  );
}

/** What a live run is fed with. */
export const LIVE_PACE = { barsPerSecond: BARS_PER_SECOND, ticksPerSecond: BARS_PER_SECOND * TICKS_PER_BAR };
