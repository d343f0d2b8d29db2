import type { ProcessLifecycle } from '@trading/platform-bootstrap';
import type { Logger } from '@trading/platform-logging';
import {
  InfluxTimeSeries,
  PostgresTimeSeries,
  type Catalogue,
  type TimeSeriesStore,
} from '@trading/platform-timeseries';
import { awaitStore, type AwaitStoreOptions } from './await-store';
import type { ProcessConfig } from './process-variables';

/** The time series of a process: InfluxDB where one is named, else PostgreSQL. */
export async function openSeries(
  service: string,
  config: ProcessConfig,
  catalogue: Catalogue,
  lifecycle: ProcessLifecycle,
  logger: Logger,
  waiting: AwaitStoreOptions,
): Promise<TimeSeriesStore> {
  const { INFLUX_URL, INFLUX_TOKEN: token = '', INFLUX_ORG: org, INFLUX_BUCKET_PREFIX: bucketPrefix } = config;
  if (INFLUX_URL === undefined) {
    const url = config.DATABASE_URL;
    const series = await awaitStore(() => PostgresTimeSeries.open({ url, catalogue, log: logger }), waiting);
    lifecycle.addClosing('time series', () => series.close());
    return series;
  }
  const series = await InfluxTimeSeries.open({ url: INFLUX_URL, token, org, bucketPrefix, catalogue, log: logger });
  lifecycle.addClosing('time series', () => series.close());
  lifecycle.health.registerProbe(service, { name: 'influxdb', kind: 'degraded', check: () => series.ping() });
  return series;
}
