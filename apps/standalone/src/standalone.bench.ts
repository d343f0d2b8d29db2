import { execFileSync } from 'node:child_process';
import { basename } from 'node:path';
import { execution } from '@trading/contracts';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '@trading/platform-database';
import { closeGrpcClient, createGrpcClient } from '@trading/platform-grpc';
import { silentLogger } from '@trading/platform-logging';
import { commitTimes } from './bench/commit-times';
import { hopTimes, timedOrders } from './bench/order-hops';
import { tcpEchoTimes } from './bench/tcp-echo';
import { DataFolder } from './e2e/data-folder';
import { Program } from './e2e/program';
import { summaryOf } from './e2e/summary';
import { writeSyntheticTicks } from './e2e/synthetic-ticks';
import { percentilesOf, type Percentiles } from './report/latency';

const TICKS = 300_000;
const COMMITS = 500;
const ECHOES = 2_000;
const SAMPLE_EVERY_MS = 250;
const RUN_WITHIN_MS = 1_800_000;
/** About the size of an order on its way to the terminal. */
const ECHO_BYTES = 400;

/**
 * Measures the whole system: the built program as a child, with its PostgreSQL and its terminal simulator, on ticks that
 * are made here, the same ones every time, or on the file that BENCH_DATA names (of the symbol BENCH_SYMBOL, else
 * EURUSD). Prints one JSON object:
 *
 * - `data`, `ticks`, `orders`, `elapsedS`: what was played, the orders of the strategy, how long it took;
 * - `ticksPerSecond`: through all six services, the terminal's TCP protocol and PostgreSQL;
 * - `latencyUs` (p50, p99, max): from the arrival of the tick that closed a bar at the gateway to the terminal's
 *   answer that it has the order in its journal, by the wall clock;
 * - `hopsUs`: the same path in its parts, each p50, p99, max: `prediction` (tick received to predicted), `decision` (to
 *   decided), `decisionCommit` (to the decision stored), `risk` (to checked and reserved, its commit included),
 *   `orderCommit` (to the order's events stored), `gateway` (to sent), `terminal` (to the answer, its journal's flush
 *   included);
 * - `machine`: what this machine needs for the least of it, measured right after the run: `commitUs`, one row inserted
 *   and committed in a PostgreSQL with the same settings, and `tcpEchoUs`, the round trip of 400 bytes to another
 *   process over the loopback interface;
 * - `rssMb` of the program's process: at the `start` (serving, before the data flows), at the `end`, the highest seen.
 */
async function main(): Promise<void> {
  const folder = new DataFolder();
  try {
    const file = process.env['BENCH_DATA'] ?? folder.beside('ticks.csv');
    if (process.env['BENCH_DATA'] === undefined) writeSyntheticTicks(file, TICKS);
    const run = await play(folder, file);
    const machine = {
      commitUs: await embeddedCommitTimes(folder.beside('commits')),
      tcpEchoUs: percentilesOf(await tcpEchoTimes(ECHOES, ECHO_BYTES)),
    };
    process.stdout.write(`${JSON.stringify({ data: basename(file), ...run, machine })}\n`);
  } finally {
    await folder.remove();
  }
}

async function play(folder: DataFolder, file: string): Promise<object> {
  const symbol = process.env['BENCH_SYMBOL'] ?? 'EURUSD';
  const options = ['--data', file, '--symbol', symbol, '--strategy', 'sma-cross', '--json'];
  const program = Program.up(['--data-dir', folder.path, ...options]);
  try {
    const { grpc } = await program.waitFor('its endpoints', () => folder.endpoints(program.pid));
    const samples = [rssMb(program.pid)];
    const sampling = setInterval(() => samples.push(rssMb(program.pid)), SAMPLE_EVERY_MS);
    await program.waitFor('the summary', () => program.out.endsWith('\n'), RUN_WITHIN_MS);
    clearInterval(sampling);
    const summary = summaryOf({ code: null, signal: null, out: program.out, err: program.err });
    const end = rssMb(program.pid);
    const orders = await ordersOf(grpc, summary.runAccount);
    const { ticks, elapsedS, ticksPerSecond, latencyUs } = summary;
    return {
      ...{ ticks, orders: orders.length, elapsedS, ticksPerSecond, latencyUs },
      hopsUs: hopTimes(orders),
      rssMb: { start: samples[0], end, max: Math.max(...samples, end) },
    };
  } finally {
    await program.stop('SIGINT');
  }
}

/** Those that a strategy's decision led to. */
async function ordersOf(address: string, accountId: string): Promise<execution.Order[]> {
  const options = { deadlineMs: 60_000, logger: silentLogger };
  const client = createGrpcClient<execution.ExecutionService>(execution.ExecutionServiceService, address, options);
  try {
    const { orders } = await client.listOrders({ accountId, states: [], limit: 0, afterSeq: 0 });
    return timedOrders(orders);
  } finally {
    closeGrpcClient(client);
  }
}

function rssMb(pid: number): number {
  const kilobytes = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }));
  return Math.round(kilobytes / 1024);
}

async function embeddedCommitTimes(folder: string): Promise<Percentiles> {
  const postgres = await startEmbeddedPostgres({ folder });
  try {
    return percentilesOf(await commitTimes(postgres.url, COMMITS));
  } finally {
    await postgres.stop();
    await removeEmbeddedPostgres(folder);
  }
}

void main();
