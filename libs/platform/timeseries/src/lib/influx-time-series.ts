import { checkColumns, fieldsOf } from './check-columns';
import type { ColumnBatch, InfluxSeries } from './column-batch';
import { RowsRefused, TimeSeriesError, TimeSeriesUnavailable } from './errors';
import { countOf, countStatement, rowsOf, rowsStatement } from './influx-query';
import { InfluxServer } from './influx-server';
import { checkInfluxFields, headOf, linesOf } from './line-protocol';
import type { TimeSeriesLog } from './postgres-time-series';
import { QuietLog } from './quiet-log';
import { RelayBuffer, type RelayCounts } from './relay-buffer';
import { showRelay } from './relay-metrics';
import { checkCatalogue } from './time-series-schema';
import type {
  Catalogue,
  FlushOutcome,
  SeriesColumns,
  SeriesRange,
  SeriesRow,
  Tags,
  TimeSeriesStore,
} from './time-series-store';

const PREFIX = /^[a-zA-Z][a-zA-Z0-9_.-]*$/;
/** Lines that InfluxDB recommends for one request. */
const BATCH_ROWS = 5_000;

export interface InfluxTimeSeriesOptions {
  /** `http://host:port` or `https://host:port`. */
  readonly url: string;
  /** May write and read the buckets, and make them unless they exist. */
  readonly token: string;
  /** The organisation's name. */
  readonly org: string;
  /** A measurement's bucket is `<prefix>-<measurement>`. Default `trading`. */
  readonly bucketPrefix?: string | undefined;
  readonly catalogue: Catalogue;
  /**
   * Days that a measurement's bucket keeps its rows, counted from now; a measurement that is not named keeps them for
   * ever. For live trading only: simulated trading happens in years long gone, and a bucket with retention refuses what
   * is older. It applies to a bucket that is made; one that exists keeps its own, and a difference is logged.
   */
  readonly liveRetentionDays?: Readonly<Record<string, number>> | undefined;
  /** Rows that may wait for the server; beyond it the oldest are given up and counted. Default 400,000 (32 bytes a tick). */
  readonly bufferRows?: number | undefined;
  /** Rows wait at most this long for others to share their batch. Default 200 ms. */
  readonly lingerMs?: number | undefined;
  /** How long `pressure` and `flush` wait for a server that stores nothing. Default 1,000 ms. */
  readonly patienceMs?: number | undefined;
  /** A request that takes longer has failed. Default 10,000 ms. */
  readonly requestTimeoutMs?: number | undefined;
  /** How long `close` tries to store what waits. Default 5,000 ms. */
  readonly closeWithinMs?: number | undefined;
  /** Certificates (PEM) that may have signed the server's; default: those of Node. */
  readonly ca?: string | Buffer | undefined;
  readonly log?: TimeSeriesLog | undefined;
  readonly sleep?: ((ms: number) => Promise<void>) | undefined;
}

/**
 * Time series in InfluxDB 2: a bucket per measurement, sent in batches of 5,000 rows in the background. The server may
 * come late, go away and return; see {@link TimeSeriesStore} for what waits and what does not.
 */
export class InfluxTimeSeries implements TimeSeriesStore {
  /** Writers hand in the same tags object again and again. */
  private readonly series = new WeakMap<Tags, Map<string, InfluxSeries>>();
  private readonly server: InfluxServer;
  private readonly relay: RelayBuffer;
  private readonly log: QuietLog;
  private readonly stopShowing: () => void;
  private readonly prefix: string;
  private preparing: Promise<void> | undefined;
  private lastError = 'nothing was stored yet';

  private constructor(private readonly options: InfluxTimeSeriesOptions) {
    const { catalogue, bufferRows = 400_000, lingerMs = 200, patienceMs = 1_000, requestTimeoutMs = 10_000 } = options;
    checkCatalogue(catalogue);
    checkInfluxFields(catalogue);
    this.prefix = options.bucketPrefix ?? 'trading';
    if (!PREFIX.test(this.prefix)) throw new TimeSeriesError(`"${this.prefix}" is no prefix for buckets.`);
    for (const [name, days] of Object.entries(options.liveRetentionDays ?? {})) {
      if (catalogue[name] === undefined || !(Number.isInteger(days) && days > 0))
        throw new TimeSeriesError(`Retention has to be whole days of a known measurement, unlike ${name}: ${days}.`);
    }
    this.server = new InfluxServer({ ...options, requestTimeoutMs });
    this.log = new QuietLog(options.log);
    this.relay = new RelayBuffer((batch) => this.store(batch), {
      bufferRows,
      batchRows: Math.min(BATCH_ROWS, Math.max(1, Math.floor(bufferRows / 8))),
      lingerMs,
      patienceMs,
      sleep: options.sleep ?? ((ms) => new Promise((resolve) => void setTimeout(resolve, ms).unref())),
      onError: (error) => this.complain(error),
      onDropped: (rows) =>
        this.log.warn('dropped', rows, 'Time series rows were given up: the server is away and the buffer is full.'),
    });
    this.stopShowing = showRelay(this.relay);
  }

  /**
   * Needs no server: what is written waits until there is one, and buckets are made then.
   *
   * @throws {TimeSeriesError} for options that cannot work
   */
  static async open(options: InfluxTimeSeriesOptions): Promise<InfluxTimeSeries> {
    const store = new InfluxTimeSeries(options);
    store.prepare().catch((error: unknown) => store.complain(error));
    return store;
  }

  write(measurement: string, tags: Tags, columns: SeriesColumns): void {
    const fields = fieldsOf(this.options.catalogue, measurement);
    checkColumns(measurement, fields, columns);
    this.relay.add(this.seriesOf(measurement, tags), fields, columns);
  }

  pressure(): Promise<void> {
    return this.relay.pressure();
  }

  flush(): Promise<FlushOutcome> {
    return this.relay.flush();
  }

  /** What was written, stored, kept, given up and refused since the start. */
  counts(): RelayCounts {
    return this.relay.counts();
  }

  /**
   * For a `degraded` probe: trading goes on without InfluxDB.
   *
   * @throws {TimeSeriesUnavailable} when the server is away, refuses the token or does not keep up
   */
  async ping(): Promise<void> {
    await this.server.ping();
    const { buffered } = this.relay.counts();
    if (this.relay.isAway && buffered > 0) {
      throw new TimeSeriesUnavailable(`${buffered} rows wait; the last try: ${this.lastError}`);
    }
  }

  async query(measurement: string, tags: Tags, range: SeriesRange = {}): Promise<SeriesRow[]> {
    const fields = fieldsOf(this.options.catalogue, measurement);
    const { limit, descending = false } = range;
    if (limit === 0) return [];
    await this.prepare();
    const select = (wanted: SeriesRange): Promise<SeriesRow[]> => {
      const statement = rowsStatement(measurement, fields, tags, wanted);
      return rowsOf(this.server.select(this.bucketOf(measurement), statement), tags, fields);
    };
    let rows = await select(range);
    const boundaryUs = rows.at(-1)?.timeUs;
    if (limit !== undefined && rows.length === limit && boundaryUs !== undefined) {
      // Within the microsecond at which the limit cut, the server's order is not that of `seq`.
      const boundary = await select({ fromUs: boundaryUs, toUs: boundaryUs });
      rows = [...rows.filter(({ timeUs }) => timeUs !== boundaryUs), ...boundary];
    }
    rows.sort((a, b) => (descending ? b.seq - a.seq : a.seq - b.seq));
    return limit === undefined ? rows : rows.slice(0, limit);
  }

  async count(measurement: string, tags: Tags): Promise<number> {
    fieldsOf(this.options.catalogue, measurement);
    await this.prepare();
    return countOf(this.server.select(this.bucketOf(measurement), countStatement(measurement, tags)), tags);
  }

  async close(): Promise<void> {
    await this.relay.close(this.options.closeWithinMs ?? 5_000);
    this.stopShowing();
  }

  private bucketOf = (measurement: string): string => `${this.prefix}-${measurement}`;

  private seriesOf(measurement: string, tags: Tags): InfluxSeries {
    let known = this.series.get(tags);
    if (known === undefined) this.series.set(tags, (known = new Map<string, InfluxSeries>()));
    let series = known.get(measurement);
    if (series === undefined) known.set(measurement, (series = { measurement, head: headOf(measurement, tags) }));
    return series;
  }

  private async store(batch: ColumnBatch): Promise<void> {
    await this.prepare();
    try {
      await this.server.write(this.bucketOf(batch.measurement), linesOf(batch));
    } catch (error) {
      // A bucket may have been deleted meanwhile.
      if (!(error instanceof RowsRefused)) this.preparing = undefined;
      throw error;
    }
  }

  /** Makes the buckets, once; when that fails, whoever needs them next tries again. */
  private prepare(): Promise<void> {
    if (this.preparing !== undefined) return this.preparing;
    const preparing = this.makeBuckets();
    this.preparing = preparing;
    preparing.catch(() => {
      if (this.preparing === preparing) this.preparing = undefined;
    });
    return preparing;
  }

  private async makeBuckets(): Promise<void> {
    for (const measurement of Object.keys(this.options.catalogue)) {
      const name = this.bucketOf(measurement);
      const retentionDays = this.options.liveRetentionDays?.[measurement];
      const other = await this.server.ensureBucket({ name, retentionDays });
      if (other !== undefined) {
        const fields = { bucket: name, keptDays: other.keptDays, wantedDays: retentionDays ?? 0 };
        this.options.log?.warn(fields, 'A bucket exists with another retention than wanted (0 days: for ever).');
      }
    }
  }

  private complain(error: unknown): void {
    this.lastError = error instanceof Error ? error.message : 'unknown error';
    const refused = error instanceof RowsRefused;
    const what = refused
      ? 'Time series rows were refused.'
      : 'Time series could not be stored and will be tried again.';
    this.log.warn(refused ? 'refused' : 'retried', refused ? (error.rows ?? 0) : 1, what, this.lastError);
  }
}
