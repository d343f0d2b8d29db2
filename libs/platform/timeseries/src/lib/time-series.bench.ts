import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '@trading/platform-database';
import { PostgresTimeSeries } from './postgres-time-series';

const ROWS = 1_000_000;
const ROWS_PER_WRITE = 500;

/** Ticks per second that become durable, with the memory that it takes. */
async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'trading-bench-'));
  const postgres = await startEmbeddedPostgres({ folder });
  try {
    const store = await PostgresTimeSeries.open({ url: postgres.url, catalogue: { tick: ['bid', 'ask'] } });
    const rssBefore = process.memoryUsage.rss();
    const from = performance.now();
    const tags = { account: 'paper', symbol: 'EURUSD' };
    for (let first = 0; first < ROWS; first += ROWS_PER_WRITE) {
      const seq = Array.from({ length: ROWS_PER_WRITE }, (_, i) => first + i);
      const bid = seq.map((n) => 1.38 + (n % 1_000) * 1e-5);
      store.write('tick', tags, { seq, timeUs: seq.map((n) => n * 1_000), fields: { bid, ask: bid } });
      await store.pressure();
    }
    await store.flush();
    const seconds = (performance.now() - from) / 1_000;
    const stored = await store.count('tick', tags);
    const rssMb = (process.memoryUsage.rss() - rssBefore) / 1_048_576;
    console.log(JSON.stringify({ rowsPerSecond: Math.round(ROWS / seconds), stored, rssGrowthMb: Math.round(rssMb) }));
    await store.close();
  } finally {
    await postgres.stop();
    await removeEmbeddedPostgres(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
