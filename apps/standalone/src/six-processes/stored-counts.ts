import { MEASUREMENTS } from '@trading/contracts';
import type { Logger } from '@trading/platform-logging';
import { InfluxTimeSeries, PostgresTimeSeries, type Tags, type TimeSeriesStore } from '@trading/platform-timeseries';
import type { Servers } from './servers';

const LOOK_EVERY_MS = 400;
/** Services store in batches, some time after the fact; so often the same count, and it has settled. */
const SAME_TIMES = 3;
const SETTLED_WITHIN_MS = 30_000;

/**
 * Rows of a series once the services have stored what they wrote: the count when it stands still. Asked for when the
 * data has ended and nothing is written any more.
 */
export async function countSettled(
  store: Pick<TimeSeriesStore, 'count'>,
  measurement: string,
  tags: Tags,
  { lookEveryMs = LOOK_EVERY_MS, withinMs = SETTLED_WITHIN_MS } = {},
): Promise<number> {
  const deadline = performance.now() + withinMs;
  let last: number | undefined;
  let same = 0;
  for (;;) {
    try {
      const count = await store.count(measurement, tags);
      same = count === last ? same + 1 : 1;
      last = count;
      if (same >= SAME_TIMES) return count;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    if (last !== undefined && performance.now() > deadline) return last;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

/** The store that the services write to, opened when it is first asked. */
export class StoredCounts {
  private opening: Promise<TimeSeriesStore> | undefined;

  constructor(
    private readonly servers: Servers,
    private readonly env: NodeJS.ProcessEnv,
    private readonly log: Logger,
  ) {}

  async count(measurement: string, tags: Tags): Promise<number> {
    return countSettled(await (this.opening ??= this.open()), measurement, tags);
  }

  async close(): Promise<void> {
    await (await this.opening)?.close();
  }

  private async open(): Promise<TimeSeriesStore> {
    const { log } = this;
    const { influx, databaseUrl: url } = this.servers;
    if (influx === undefined) return PostgresTimeSeries.open({ url, catalogue: MEASUREMENTS, log });
    const prefix = this.env['INFLUX_BUCKET_PREFIX'];
    return InfluxTimeSeries.open({
      ...influx,
      catalogue: MEASUREMENTS,
      log,
      ...(prefix !== undefined && prefix !== '' && { bucketPrefix: prefix }),
    });
  }
}
