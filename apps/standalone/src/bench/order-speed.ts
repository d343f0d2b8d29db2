import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { measureCommits } from '@trading/service-execution/testing/measure-commits';
import { measureChecks } from '@trading/service-risk-manager/testing/measure-checks';
import { percentilesOf, type Percentiles } from '../report/latency';
import { DIST } from '../six-processes/six-processes';

/** Accounts that work side by side. */
const MANY = 32;
const ORDERS = { one: 1_000, many: 100 } as const;
const GATEWAY_BENCH = 'libs/services/gateway/src/lib/terminal-load.bench.js';
const GATEWAY_WITHIN_MS = 300_000;

/** Something that happens so often in a second, and how long each took. */
interface Rate {
  readonly perSecond: number;
  readonly us: Percentiles;
}

/** What checks and commits of one account and of many come to, beside bare commits over as many connections. */
export interface OrderSpeed {
  readonly accounts: number;
  /** One row inserted and committed by itself, by each connection one after another. */
  readonly machineCommits: Rate;
  /** Checked against the limits, reserved, signed and stored. Each of them is one commit. */
  readonly checkAndReserve: Rate & { readonly toMachine: number };
  /** Openings and fills of orders, each of them one commit. */
  readonly orderCommits: Rate & { readonly toMachine: number };
}

/** Measures in a database of its own, in which the services' schemas are made. */
export async function measureOrderSpeed(databaseUrl: string): Promise<readonly OrderSpeed[]> {
  const measured: OrderSpeed[] = [];
  for (const [accounts, orders] of [
    [1, ORDERS.one],
    [MANY, ORDERS.many],
  ] as const) {
    const machineCommits = await commitRate(databaseUrl, accounts, orders);
    const checks = await measureChecks(databaseUrl, accounts, orders);
    const commits = await measureCommits(databaseUrl, accounts, orders);
    const beside = (perSecond: number, times: readonly number[]): Rate & { readonly toMachine: number } => ({
      perSecond,
      us: percentilesOf(times),
      toMachine: Math.round((100 * perSecond) / machineCommits.perSecond) / 100,
    });
    measured.push({
      accounts,
      machineCommits,
      checkAndReserve: beside(checks.checksPerSecond, checks.checkUs),
      orderCommits: beside(commits.commitsPerSecond, [...commits.openingUs, ...commits.fillUs]),
    });
  }
  return measured;
}

/** The gateway's own benchmark, in a process of its own: 200 sessions with 50 ticks a second each. */
export async function measureGatewayTicks(): Promise<unknown> {
  const argv = ['--enable-source-maps', join(DIST, GATEWAY_BENCH)];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { timeout: GATEWAY_WITHIN_MS });
  return JSON.parse(stdout) as unknown;
}

async function commitRate(databaseUrl: string, connections: number, count: number): Promise<Rate> {
  const clients = Array.from({ length: connections }, () => new Client({ connectionString: databaseUrl }));
  const times: number[] = [];
  try {
    await Promise.all(clients.map((client) => client.connect()));
    await clients[0]?.query('CREATE TABLE IF NOT EXISTS bench_rate (n serial PRIMARY KEY, what text NOT NULL)');
    const work = async (client: Client, rows: number, isMeasured: boolean): Promise<void> => {
      for (let n = 0; n < rows; n += 1) {
        const from = performance.now();
        await client.query('INSERT INTO bench_rate (what) VALUES ($1)', ['a row']);
        if (isMeasured) times.push(Math.round((performance.now() - from) * 1_000));
      }
    };
    await Promise.all(clients.map((client) => work(client, Math.ceil(count / 10), false)));
    const from = performance.now();
    await Promise.all(clients.map((client) => work(client, count, true)));
    const seconds = (performance.now() - from) / 1_000;
    return { perSecond: Math.round(times.length / seconds), us: percentilesOf(times) };
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}
