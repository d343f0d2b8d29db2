import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { availableParallelism, loadavg } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { terminal, TOPICS, type market } from '@trading/contracts';
import { ALERTS, silentAlerts } from '@trading/platform-alerting';
import { startService } from '@trading/platform-bootstrap';
import { CACHE, InMemoryCache } from '@trading/platform-cache';
import { systemClock } from '@trading/platform-config';
import { DATABASE, type Database } from '@trading/platform-database';
import { ACCESS_TOKENS, GrpcHost } from '@trading/platform-grpc';
import { HealthDirectory } from '@trading/platform-health';
import { silentLogger, type Logger } from '@trading/platform-logging';
import { EVENT_BUS, InProcessBus, route } from '@trading/platform-messaging';
import { TIME_SERIES, type TimeSeriesStore } from '@trading/platform-timeseries';
import { GATEWAY_CONFIG, type GatewayConfig } from './gateway-config';
import { GatewayLifecycle, MT5_GATEWAY_SERVICE } from './gateway.module';
import { dialTerminals, LOAD_KEY, loadFrame, SYMBOLS } from '../testing/terminal-load';

/*
 * Many terminals at once over TCP, from a process of their own: ticks per second that reach the bus, how long each took
 * from its terminal to there, and what that cost the gateway's process; beside what the machine does in the same run
 * with nothing but an echo and nothing but parsing. Prints JSON.
 */

const SESSIONS = Number(process.env['SESSIONS'] ?? 200);
const TICKS_PER_SECOND = Number(process.env['TICKS_PER_SECOND'] ?? 50);
const SECONDS = Number(process.env['SECONDS'] ?? 20);
const WARM_MS = 2_000;

async function main(): Promise<void> {
  const loadBefore = loadavg()[0] ?? 0;
  const bounds = { jsonParse: parseRate(), tcpEcho: await echo() };
  const run = await gatewayRun();
  const machine = {
    cores: availableParallelism(),
    // Above the number of cores others have slowed this run.
    loadBefore: round(loadBefore),
    loadAfter: round(loadavg()[0] ?? 0),
  };
  const parseShare = round((SESSIONS * TICKS_PER_SECOND) / bounds.jsonParse.framesPerSecond, 3);
  console.log(JSON.stringify({ machine, ...run, bounds: { ...bounds, cpuShareOfParsingAlone: parseShare } }));
}

/** Says what went wrong. */
const loudLogger: Logger = {
  ...silentLogger,
  warn: (fields, message) => console.error(message, fields),
  error: (fields, message) => console.error(message, fields),
  child: () => loudLogger,
};

async function gatewayRun(): Promise<object> {
  const bus = new InProcessBus();
  const took: number[] = [];
  let isMeasuring = false;
  let onBus = 0;
  await bus.consume({ group: 'bench' }, [
    route(TOPICS.marketTick, ({ message: { body } }) => {
      if (body?.$case !== 'batch') return;
      onBus += body.value.timeUs.length;
      if (isMeasuring) note(body.value, took);
    }),
  ]);
  const service = await startService(MT5_GATEWAY_SERVICE, {
    providers: [
      { provide: EVENT_BUS, useValue: bus },
      { provide: DATABASE, useValue: emptyDatabase() },
      { provide: TIME_SERIES, useValue: countingSeries() },
      { provide: ACCESS_TOKENS, useValue: {} },
      { provide: ALERTS, useValue: silentAlerts },
      { provide: CACHE, useValue: new InMemoryCache() },
      { provide: GATEWAY_CONFIG, useValue: config() },
    ],
    grpcHost: new GrpcHost(),
    health: new HealthDirectory(),
    logger: loudLogger,
  });
  const port = service.get<GatewayLifecycle>(GatewayLifecycle).terminalPort;
  const load = fork(__filename, ['load', String(port)]);
  await said(load, 'connected');
  load.send('start');
  await passed(WARM_MS);
  const [cpu, startedMs, rssBefore] = [process.cpuUsage(), performance.now(), process.memoryUsage().rss];
  // How long anything here waited for its turn, whoever had it.
  const turns = monitorEventLoopDelay({ resolution: 1 });
  turns.enable();
  isMeasuring = true;
  await passed(SECONDS * 1_000);
  isMeasuring = false;
  turns.disable();
  const elapsedMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(cpu);
  const rssAfter = process.memoryUsage().rss;
  load.send('stop');
  const sent = Number(await said(load, 'sent '));
  for (let waits = 0; onBus < sent && waits < 100; waits++) await passed(50);
  await service.stop();
  await bus.close();
  const asked = SESSIONS * TICKS_PER_SECOND;
  return {
    sessions: SESSIONS,
    seconds: round(elapsedMs / 1_000),
    ticksPerSecondAsked: asked,
    ticksPerSecondOnBus: Math.round((took.length / elapsedMs) * 1_000),
    ticks: { sent, onBus },
    terminalToBusMs: percentiles(took),
    gatewayTurnsMs: { p50: round(turns.percentile(50) / 1e6), p99: round(turns.percentile(99) / 1e6) },
    gatewayCpuShare: round((user + system) / 1_000 / elapsedMs, 3),
    gatewayRssMb: { before: Math.round(rssBefore / 1e6), after: Math.round(rssAfter / 1e6) },
  };
}

/** From the stamp that the terminal's process gave each tick until the bus hands it on. */
function note({ timeUs }: market.TickBatch, took: number[]): void {
  const nowUs = systemClock.nowUs();
  for (const at of timeUs) took.push((nowUs - at) / 1_000);
}

/** The terminals, in a process of their own. */
async function load(port: number): Promise<void> {
  const terminals = await dialTerminals(port, SESSIONS, TICKS_PER_SECOND);
  process.on('message', (word) => {
    if (word === 'start') terminals.start();
    if (word !== 'stop') return;
    const sent = terminals.stop();
    // What was written has to leave before the process does.
    setTimeout(() => process.send?.(`sent ${sent}`, () => process.exit(0)), 1_000);
  });
  process.send?.('connected');
}

/** One frame there and back, one after another, over the same loopback. */
async function echo(): Promise<object> {
  const server = createServer((socket) => socket.setNoDelay(true).pipe(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setNoDelay(true);
  await once(socket, 'connect');
  const frame = loadFrame(0, 1, systemClock.nowUs());
  const took: number[] = [];
  for (let i = 0; i < 5_000; i++) {
    const from = performance.now();
    socket.write(frame);
    await received(socket, frame.length);
    took.push(performance.now() - from);
  }
  socket.destroy();
  server.close();
  return { roundTripMs: percentiles(took) };
}

async function received(socket: Socket, bytes: number): Promise<void> {
  for (let left = bytes; left > 0;) left -= ((await once(socket, 'data')) as [Buffer])[0].length;
}

function parseRate(): { readonly framesPerSecond: number } {
  const frame = loadFrame(0, 1, systemClock.nowUs());
  const rate = (count: number): number => {
    const reader = new terminal.FrameReader();
    const from = performance.now();
    for (let i = 0; i < count; i++) reader.push(frame);
    return Math.round((count / (performance.now() - from)) * 1_000);
  };
  rate(50_000);
  return { framesPerSecond: rate(200_000) };
}

function config(): GatewayConfig {
  return {
    gatewayId: 'bench',
    platform: 'MT5',
    terminalHost: '127.0.0.1',
    terminalPort: 0,
    terminalKeys: { bench: LOAD_KEY },
    accounts: Array.from({ length: SESSIONS }, (_, i) => ({
      accountId: `account-${i}`,
      login: String(i),
      server: 'Bench',
      live: false,
    })),
    tradingMode: 'paper',
    approvalKeys: {},
    subscriptions: SYMBOLS.map((symbol) => ({ symbol, timeframe: 'M1' })),
    stages: [],
    checkpointEveryMs: 1_000,
    heartbeatMs: 1_000,
    unprovenLimit: SESSIONS,
    commandTimeoutMs: 10_000,
  };
}

/** Sessions begin with nothing known, and nothing of a tick goes to the database. */
function emptyDatabase(): Database {
  const query = (): Promise<never[]> => Promise.resolve([]);
  return { schema: 'bench', query, ping: () => Promise.resolve() } as unknown as Database;
}

function countingSeries(): TimeSeriesStore {
  const nothing = (): Promise<void> => Promise.resolve();
  return {
    write: () => undefined,
    pressure: nothing,
    flush: () => Promise.resolve({ kind: 'stored' } as const),
    query: () => Promise.resolve([]),
    count: () => Promise.resolve(0),
    close: nothing,
  };
}

async function said(child: ChildProcess, prefix: string): Promise<string> {
  for (;;) {
    const [word] = (await once(child, 'message')) as [unknown];
    if (typeof word === 'string' && word.startsWith(prefix)) return word.slice(prefix.length);
  }
}

const passed = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const round = (value: number, digits = 2): number => Number(value.toFixed(digits));

function percentiles(all: number[]): Record<'p50' | 'p99' | 'max', number> {
  const sorted = Float64Array.from(all).sort();
  const at = (share: number): number =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0, 3);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

const [, , role, port] = process.argv;
void (role === 'load' ? load(Number(port)) : main());
