import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '@trading/platform-database';
import { ColumnBatch } from './column-batch';
import { InfluxTimeSeries } from './influx-time-series';
import { headOf, linesOf } from './line-protocol';
import { PostgresTimeSeries } from './postgres-time-series';
import type { TimeSeriesStore } from './time-series-store';

const ROWS = 1_000_000;
const ROWS_PER_WRITE = 500;
const CATALOGUE = { tick: ['bid', 'ask'] };
const TAGS = { account: 'paper', symbol: 'EURUSD' };

const ticks = (first: number, rows: number) => {
  const seq = Array.from({ length: rows }, (_, i) => first + i);
  const bid = seq.map((n) => 1.38 + (n % 1_000) * 1e-5);
  return { seq, timeUs: seq.map((n) => 1_398_902_400_000_000 + n * 1_000), fields: { bid, ask: bid } };
};

/** Ticks per second that become durable and that are read again, with the memory that it takes. */
async function measure(store: TimeSeriesStore): Promise<object> {
  const rssBefore = process.memoryUsage.rss();
  const from = performance.now();
  let writingMs = 0;
  for (let first = 0; first < ROWS; first += ROWS_PER_WRITE) {
    const columns = ticks(first, ROWS_PER_WRITE);
    const before = performance.now();
    store.write('tick', TAGS, columns);
    writingMs += performance.now() - before;
    await store.pressure();
  }
  const outcome = await store.flush();
  const seconds = (performance.now() - from) / 1_000;
  const rssMb = (process.memoryUsage.rss() - rssBefore) / 1_048_576;
  const stored = await store.count('tick', TAGS);
  const reading = performance.now();
  const read = await store.query('tick', TAGS, { limit: 100_000, descending: true });
  const readSeconds = (performance.now() - reading) / 1_000;
  await store.close();
  return {
    rowsPerSecond: Math.round(ROWS / seconds),
    callerNsPerRow: Math.round((writingMs * 1e6) / ROWS),
    flushed: outcome.kind,
    stored,
    readRowsPerSecond: Math.round(read.length / readSeconds),
    rssGrowthMb: Math.round(rssMb),
  };
}

/** Lines encoded per second: what the process itself could send. */
function measureEncoding(): number {
  const batch = new ColumnBatch('tick', ['bid', 'ask'], 5_000);
  batch.add({ measurement: 'tick', head: headOf('tick', TAGS) }, ticks(0, 5_000), 0, 5_000);
  const from = performance.now();
  let bytes = 0;
  for (let i = 0; i < 100; i++) bytes += Buffer.byteLength(linesOf(batch));
  if (bytes === 0) throw new Error('Nothing was encoded.');
  return Math.round(500_000 / ((performance.now() - from) / 1_000));
}

/** InfluxDB is measured where `INFLUX_URL`, `INFLUX_TOKEN` and `INFLUX_ORG` name one. */
async function measureInflux(): Promise<object | undefined> {
  const { INFLUX_URL: url, INFLUX_TOKEN: token, INFLUX_ORG: org = 'trading' } = process.env;
  if (url === undefined || token === undefined) return undefined;
  const bucketPrefix = `bench-${Date.now().toString(36)}`;
  return measure(await InfluxTimeSeries.open({ url, token, org, bucketPrefix, catalogue: CATALOGUE }));
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'trading-bench-'));
  const postgres = await startEmbeddedPostgres({ folder });
  try {
    const baseline = await measure(await PostgresTimeSeries.open({ url: postgres.url, catalogue: CATALOGUE }));
    const influx = await measureInflux();
    console.log(JSON.stringify({ postgres: baseline, influx, linesEncodedPerSecond: measureEncoding() }));
  } finally {
    await postgres.stop();
    await removeEmbeddedPostgres(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
