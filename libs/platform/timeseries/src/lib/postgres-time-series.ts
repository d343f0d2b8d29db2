import { openDatabase, type Database } from '@trading/platform-database';
import type { Batch, Series } from './batch';
import { BatchWriter, type WriterCounts } from './batch-writer';
import { checkCatalogue, createMeasurements, insertOf, TIME_SERIES_MIGRATIONS } from './time-series-schema';
import { checkColumns, fieldsOf } from './check-columns';
import type {
  Catalogue,
  FlushOutcome,
  SeriesColumns,
  SeriesRange,
  SeriesRow,
  Tags,
  TimeSeriesStore,
} from './time-series-store';

const STORED: FlushOutcome = { kind: 'stored' };

/** Where the store says that rows could not be stored yet; a pino logger is one. */
export interface TimeSeriesLog {
  warn(fields: object, message: string): void;
}

export interface PostgresTimeSeriesOptions {
  /** `postgresql://user:password@host:port/database` */
  readonly url: string;
  readonly catalogue: Catalogue;
  /** Default `timeseries`. */
  readonly schema?: string | undefined;
  /** Rows that may wait before `pressure()` holds the writer up; four times as many are refused. Default 200,000. */
  readonly bufferRows?: number | undefined;
  /** Rows wait at most this long for others to share their batch. Default 200 ms. */
  readonly lingerMs?: number | undefined;
  readonly sleep?: ((ms: number) => Promise<void>) | undefined;
  readonly log?: TimeSeriesLog | undefined;
}

/** Time series in PostgreSQL: a table per measurement, written by batches in the binary form of the protocol. */
export class PostgresTimeSeries implements TimeSeriesStore {
  private readonly series = new Map<string, Series>();
  /** Writers hand in the same tags object again and again. */
  private readonly byTagsObject = new WeakMap<Tags, Map<string, Series>>();
  private readonly inserts: ReadonlyMap<string, string>;
  private readonly writer: BatchWriter;

  private constructor(
    private readonly database: Database,
    private readonly catalogue: Catalogue,
    options: PostgresTimeSeriesOptions,
  ) {
    this.inserts = new Map(Object.entries(catalogue).map(([name, fields]) => [name, insertOf(name, fields)]));
    this.writer = new BatchWriter((batch) => this.store(batch), {
      bufferRows: options.bufferRows ?? 200_000,
      lingerMs: options.lingerMs ?? 200,
      sleep: options.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms))),
      onError: (error) =>
        options.log?.warn({ error: String(error) }, 'time series could not be stored and will be tried again'),
    });
  }

  /** Connects, and makes what the catalogue asks for; measurements and fields may be added later. */
  static async open(options: PostgresTimeSeriesOptions): Promise<PostgresTimeSeries> {
    checkCatalogue(options.catalogue);
    const database = await openDatabase({
      url: options.url,
      schema: options.schema ?? 'timeseries',
      migrations: TIME_SERIES_MIGRATIONS,
      poolSize: 3,
    });
    try {
      await createMeasurements(database, options.catalogue);
      return new PostgresTimeSeries(database, options.catalogue, options);
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  write(measurement: string, tags: Tags, columns: SeriesColumns): void {
    const fields = fieldsOf(this.catalogue, measurement);
    checkColumns(measurement, fields, columns);
    this.writer.add(this.seriesOf(measurement, tags), fields, columns);
  }

  pressure(): Promise<void> {
    return this.writer.pressure();
  }

  async flush(): Promise<FlushOutcome> {
    await this.writer.flush();
    return STORED;
  }

  /** What was written, stored and held up since the start. */
  counts(): WriterCounts {
    return this.writer.counts();
  }

  async query(measurement: string, tags: Tags, range: SeriesRange = {}): Promise<SeriesRow[]> {
    const fields = fieldsOf(this.catalogue, measurement);
    const id = await this.find(measurement, tags);
    if (id === undefined) return [];
    const { fromUs = Number.MIN_SAFE_INTEGER, toUs = Number.MAX_SAFE_INTEGER, limit, descending = false } = range;
    const columns = fields.map((field) => `"${field}"`).join(', ');
    const rows = await this.database.query<Record<string, number>>(
      `SELECT seq, time_us, ${columns} FROM "${measurement}" WHERE series_id = $1 AND time_us BETWEEN $2 AND $3
       ORDER BY seq ${descending ? 'DESC' : 'ASC'} LIMIT $4`,
      [id, fromUs, toUs, limit ?? null],
    );
    return rows.map((row) => ({
      seq: row['seq'] ?? 0,
      timeUs: row['time_us'] ?? 0,
      fields: Object.fromEntries(fields.map((field) => [field, row[field] ?? Number.NaN])),
    }));
  }

  async count(measurement: string, tags: Tags): Promise<number> {
    fieldsOf(this.catalogue, measurement);
    const id = await this.find(measurement, tags);
    if (id === undefined) return 0;
    const sql = `SELECT count(*) AS rows FROM "${measurement}" WHERE series_id = $1`;
    return (await this.database.query<{ rows: number }>(sql, [id]))[0]?.rows ?? 0;
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.database.close();
    }
  }

  private seriesOf(measurement: string, tags: Tags): Series {
    let known = this.byTagsObject.get(tags);
    if (known === undefined) this.byTagsObject.set(tags, (known = new Map<string, Series>()));
    const found = known.get(measurement);
    if (found !== undefined) return found;
    const canonicalTags = canonical(tags);
    const key = `${measurement} ${canonicalTags}`;
    let series = this.series.get(key);
    if (series === undefined) this.series.set(key, (series = { measurement, canonicalTags, id: undefined }));
    known.set(measurement, series);
    return series;
  }

  private async store(batch: Batch): Promise<void> {
    for (const series of batch.series) series.id ??= await this.register(series);
    await this.database.query(this.inserts.get(batch.measurement) ?? '', batch.parameters());
  }

  private async register({ measurement, canonicalTags }: Series): Promise<number | undefined> {
    const [row] = await this.database.query<{ id: number }>(
      `INSERT INTO series (measurement, tags) VALUES ($1, $2::jsonb)
       ON CONFLICT (measurement, tags) DO UPDATE SET tags = excluded.tags RETURNING id`,
      [measurement, canonicalTags],
    );
    return row?.id;
  }

  private async find(measurement: string, tags: Tags): Promise<number | undefined> {
    const sql = 'SELECT id FROM series WHERE measurement = $1 AND tags = $2::jsonb';
    return (await this.database.query<{ id: number }>(sql, [measurement, canonical(tags)]))[0]?.id;
  }
}

const canonical = (tags: Tags): string =>
  JSON.stringify(Object.fromEntries(Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1))));
