import { LoadTerminal, readTerminalKey } from '@trading/service-terminal-simulator';
import { sessionOf } from '../e2e/fleet-outcome';
import { TERMINAL_KEY_ID, TERMINAL_SERVER, tradingEnvironment } from '../e2e/fleet-environment';
import { ServiceFleet } from '../e2e/service-fleet';
import { connectToSix, type SixClients } from '../six-processes/six-clients';
import { forEachOfSix } from '../six-processes/six-services';
import type { BenchStores } from './bench-stores';
import { kafkaBacklog, type KafkaBacklog } from './kafka-backlog';
import { watchProcessors } from './processor-time';
import { serverProcesses } from './server-processes';

const ACCOUNT = 'LOAD-1';
const SYMBOLS = [
  ...['EURUSD', 'GBPUSD', 'USDJPY', 'USDCHF', 'AUDUSD', 'USDCAD', 'NZDUSD', 'EURGBP'],
  ...['EURJPY', 'EURCHF', 'GBPJPY', 'AUDJPY', 'EURAUD', 'EURCAD', 'AUDNZD', 'CHFJPY'],
];
const SYMBOL_COUNTS = [1, 4, 16];
const FIRST_RATE = 1_000;
const RATE_FACTOR = 1.5;
/** Nothing on such machines goes beyond this. */
const LAST_RATE = 60_000;
const STEP_MS = 5_000;
/** Behind by more than this is behind; each step begins with nothing waiting. */
const HELD_MS = 500;
/** How soon after the end of a step nothing waits any more, by metrics that are up to a second old. */
const DRAINED_WITHIN_MS = 2_000;
const GIVEN_UP_AFTER_MS = 60_000;
const LOOK_EVERY_MS = 100;

interface Step extends KafkaBacklog {
  readonly ticksPerSecond: number;
  /** Ticks that were due and that the gateway had not passed on. */
  readonly unread: number;
  readonly drainedMs: number;
  readonly held: boolean;
  /** Of one processor; `load` is the load terminal. */
  readonly processorPct: Readonly<Record<string, number>>;
}

export interface SustainedTicks {
  readonly symbols: number;
  /** The highest rate that was held; 0 when none was. */
  readonly ticksPerSecond: number;
  /** The process that took most of a processor in the first step that was not held, or in the last one. */
  readonly busiest: string;
  readonly steps: readonly Step[];
}

/** Rising rates of ticks, one in each frame, for 1, 4 and 16 symbols of an account, until they are not held. */
export async function measureSustainedTicks(
  stores: BenchStores,
  serversFolder: string,
  ending: (end: () => Promise<void>) => void,
): Promise<SustainedTicks[]> {
  const strategy = { name: 'sma-cross', parameters: { fast: 20, slow: 100 } };
  const traded = { accounts: [ACCOUNT], symbols: SYMBOLS, timeframe: 'M1', strategy };
  const fleet = await new ServiceFleet(tradingEnvironment(traded, stores.env)).choosePorts();
  ending(() => fleet.close());
  let six: SixClients | undefined;
  try {
    await fleet.startSix();
    const { serviceToken } = fleet.secrets;
    six = connectToSix(
      forEachOfSix((name) => fleet.grpcOf(name)),
      serviceToken,
      { withinMs: 60_000, isOver: () => false },
    );
    const loaded: Loaded = { fleet, six, servers: await serverProcesses(serversFolder) };
    // The first ticks meet code that was never run.
    await loadAt(loaded, SYMBOLS, FIRST_RATE);
    const results: SustainedTicks[] = [];
    for (const symbols of SYMBOL_COUNTS) results.push(await rise(loaded, SYMBOLS.slice(0, symbols)));
    return results;
  } finally {
    six?.close();
    await fleet.close();
  }
}

interface Loaded {
  readonly fleet: ServiceFleet;
  readonly six: SixClients;
  /** Processes of the servers. */
  readonly servers: Readonly<Record<string, readonly number[]>>;
}

async function rise(loaded: Loaded, symbols: readonly string[]): Promise<SustainedTicks> {
  const steps: Step[] = [];
  for (let rate = FIRST_RATE; rate <= LAST_RATE; rate *= RATE_FACTOR) {
    const step = await loadAt(loaded, symbols, Math.round(rate));
    steps.push(step);
    if (!step.held) break;
  }
  const { processorPct = {} } = steps.at(-1) ?? {};
  const named = Object.entries(processorPct).filter(([name]) => name !== 'others');
  const [busiest = ''] = named.sort(([, a], [, b]) => b - a)[0] ?? [];
  const held = steps.filter((step) => step.held).map(({ ticksPerSecond }) => ticksPerSecond);
  return { symbols: symbols.length, ticksPerSecond: Math.max(0, ...held), busiest, steps };
}

async function loadAt(loaded: Loaded, symbols: readonly string[], framesPerSecond: number): Promise<Step> {
  const { fleet, six, servers } = loaded;
  const load = await LoadTerminal.dial({
    gateway: { host: '127.0.0.1', port: fleet.terminalPortOf('mt5-gateway') },
    keyId: TERMINAL_KEY_ID,
    key: readTerminalKey(fleet.secrets.terminalKeyFile),
    login: ACCOUNT,
    server: TERMINAL_SERVER,
    symbols,
    framesPerSecond,
  });
  try {
    // The session's own messages.
    await untilDrained(fleet);
    const pids = Object.fromEntries(fleet.processes.map(({ name, pid }) => [name, [pid]]));
    const processors = watchProcessors({ ...pids, ...servers, load: [process.pid] });
    load.start();
    await pause(STEP_MS);
    const { due } = load.counts();
    // Sockets and the gateway hold a lot between what was sent and what was passed on.
    const unread = due - ((await sessionOf(six, ACCOUNT))?.ticks ?? 0);
    const backlog = await kafkaBacklog(fleet.processes);
    const processorPct = processors();
    load.pause();
    if (load.ended.aborted) throw new Error('The gateway hung up.');
    const drainedMs = await untilDrained(fleet);
    const most = (framesPerSecond * HELD_MS) / 1_000;
    const held = unread <= most && backlog.lag <= most && backlog.queued <= most && drainedMs <= DRAINED_WITHIN_MS;
    return { ticksPerSecond: framesPerSecond, unread, ...backlog, drainedMs, held, processorPct };
  } finally {
    await load.stop();
  }
}

/** Waits until nothing waits. @returns after how many milliseconds */
async function untilDrained(fleet: ServiceFleet): Promise<number> {
  const from = performance.now();
  for (;;) {
    // Metrics that say so once may be older than what they do not know of.
    const { lag, queued } = await kafkaBacklog(fleet.processes);
    const tookMs = Math.round(performance.now() - from);
    if (lag === 0 && queued === 0) return tookMs;
    if (tookMs > GIVEN_UP_AFTER_MS) throw new Error(`${lag} messages wait, ${queued} are not published.`);
    await pause(LOOK_EVERY_MS);
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
