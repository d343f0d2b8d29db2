import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchStores, type BenchStores } from './bench/bench-stores';
import { Closings } from './bench/closings';
import { LIVE_PACE, measureOrders, type OrderLatency } from './bench/order-latency';
import { measureGatewayTicks, measureOrderSpeed } from './bench/order-speed';
import { leastTimes, rawPercentiles, rawTimes, type RawPercentiles } from './bench/raw-hops';
import { measureSustainedTicks } from './bench/sustained-ticks';
import { measureWholeFile } from './bench/whole-file';
import { bringUpServers, runDevInfra, type Servers } from './six-processes/servers';

/** The whole of it; without BENCH_DATA it takes about six minutes on a quiet machine. */
const WITHIN_MS = 60 * 60_000;
const PARTS = ['orders', 'speed', 'gateway', 'ticks', 'file'] as const;

/**
 * Measures the six processes over real Kafka and PostgreSQL: servers that are started for it, or those that
 * KAFKA_BROKERS, DATABASE_URL and REDIS_URL name. Prints one JSON object; progress goes to stderr. BENCH_ONLY names the
 * parts to measure, of `orders,speed,gateway,ticks,file`; docs/run/six-processes-benchmark.md explains the figures.
 */
async function main(closings: Closings): Promise<void> {
  const parts = (process.env['BENCH_ONLY'] ?? PARTS.join(',')).split(',');
  const folder = mkdtempSync(join(tmpdir(), 'trading-bench-'));
  closings.add(async () => rmSync(folder, { recursive: true, force: true }));
  const servers = await startServers(folder, closings);
  const result: Record<string, unknown> = { processors: cpus().length, livePace: LIVE_PACE };
  if (parts.includes('orders')) Object.assign(result, await orders(servers, folder, closings));
  if (parts.includes('speed')) {
    say('checks and commits');
    result['orderSpeed'] = await onStores(servers, closings, ({ databaseUrl }) => measureOrderSpeed(databaseUrl));
  }
  if (parts.includes('gateway')) {
    say("the gateway's ticks");
    result['gatewayTicks'] = await measureGatewayTicks();
  }
  if (parts.includes('ticks')) {
    say('sustained ticks');
    result['sustainedTicks'] = await onStores(servers, closings, (stores) =>
      measureSustainedTicks(stores, serversFolder(folder), closings.add),
    );
  }
  const file = process.env['BENCH_DATA'];
  if (parts.includes('file') && file !== undefined) {
    say('the whole file');
    const symbol = process.env['BENCH_SYMBOL'] ?? 'EURUSD';
    result['wholeFile'] = await onStores(servers, closings, (stores) =>
      measureWholeFile(file, symbol, stores, closings.add),
    );
  }
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

/** Orders, with the raw hops of this machine measured right before and after. */
async function orders(servers: Servers, folder: string, closings: Closings): Promise<object> {
  const raw = (): ReturnType<typeof rawTimes> =>
    onStores(servers, closings, ({ brokers, databaseUrl }) =>
      rawTimes({ brokers, databaseUrl, file: join(folder, 'flushes') }),
    );
  say('raw hops');
  const before = await raw();
  say('orders through six processes');
  const { live, lockstep } = await onStores(servers, closings, (stores) =>
    measureOrders(stores, serversFolder(folder), closings.add),
  );
  say('raw hops again');
  const after = await raw();
  const both = rawPercentiles(before, after);
  return {
    rawHopsUs: { before: rawPercentiles(before), after: rawPercentiles(after), both },
    live: besideRaw(live, both, false),
    lockstep: besideRaw(lockstep, both, true),
  };
}

function besideRaw(measured: OrderLatency, raw: RawPercentiles, isLockstep: boolean): object {
  const least = leastTimes(raw, isLockstep);
  const { p50, p99 } = measured.latencyUs;
  const ratio = (time: number | null, sum: number): number | null =>
    time === null || sum === 0 ? null : Math.round((100 * time) / sum) / 100;
  const ratios = (sums: { readonly p50: number; readonly p99: number }): object => ({
    p50: ratio(p50, sums.p50),
    p99: ratio(p99, sums.p99),
  });
  return {
    ...measured,
    leastUs: least,
    ratio: ratios(least),
    ratioWithFlush: ratios(least.withFlush),
  };
}

async function onStores<R>(
  servers: Servers,
  closings: Closings,
  work: (stores: BenchStores) => Promise<R>,
): Promise<R> {
  const stores = await benchStores(servers);
  let isRemoved = false;
  const remove = async (): Promise<void> => {
    if (isRemoved) return;
    isRemoved = true;
    await stores.remove();
  };
  closings.add(remove);
  const result = await work(stores);
  await remove();
  return result;
}

async function startServers(folder: string, closings: Closings): Promise<Servers> {
  say('servers');
  const path = serversFolder(folder);
  closings.add(async () => {
    await runDevInfra(['reset', '--folder', path]);
  });
  const signal = AbortSignal.timeout(WITHIN_MS);
  return bringUpServers({ folder: path, env: process.env, freePorts: true, prometheus: false, watched: {}, signal });
}

const serversFolder = (folder: string): string => join(folder, 'servers');

function say(part: string): void {
  process.stderr.write(`${new Date().toISOString()} ${part}\n`);
}

const closings = new Closings();
const giveUp = (reason: string): void => {
  say(`given up: ${reason}`);
  void closings.close().finally(() => process.exit(1));
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => giveUp(signal));
const deadline = setTimeout(() => giveUp('it takes too long'), WITHIN_MS);
main(closings)
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(() => {
    clearTimeout(deadline);
    return closings.close();
  });
