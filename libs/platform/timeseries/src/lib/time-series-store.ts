/** Fields of each measurement, in the order of their columns: `{ tick: ['bid', 'ask'] }`. Apps hand it in. */
export type Catalogue = Readonly<Record<string, readonly string[]>>;

/** What identifies a series within a measurement, such as account and symbol. */
export type Tags = Readonly<Record<string, string>>;

/** Rows of one series, column by column; all columns are equally long. */
export interface SeriesColumns {
  /**
   * Identifies a row within its series: writing the same row again changes nothing. Another row under a taken `seq` is
   * the caller's mistake; which of the two is kept is the adapter's.
   */
  readonly seq: readonly number[];
  /** UTC microseconds. */
  readonly timeUs: readonly number[];
  /** A column for every field of the measurement. */
  readonly fields: Readonly<Record<string, readonly number[]>>;
}

export interface SeriesRow {
  readonly seq: number;
  readonly timeUs: number;
  readonly fields: Readonly<Record<string, number>>;
}

/**
 * Times are UTC microseconds; both ends are included. Rows come in the order of `seq`. A `limit` counts from the first
 * row, or from the last if `descending`, and supposes that a series' times do not go back as its `seq` goes on.
 */
export interface SeriesRange {
  readonly fromUs?: number | undefined;
  readonly toUs?: number | undefined;
  readonly limit?: number | undefined;
  readonly descending?: boolean | undefined;
}

/**
 * What a flush achieved. `incomplete`: the store is away or stands still, and `waiting` rows are kept for it; `lost` rows
 * it refused or there was no room for, since the store was opened.
 */
export type FlushOutcome =
  { readonly kind: 'stored' } | { readonly kind: 'incomplete'; readonly waiting: number; readonly lost: number };

/**
 * Numbers over time, written in bulk, to look at and to count: never the truth that trading depends on. An adapter whose
 * server is another than the one that trading needs anyway (InfluxDB) never holds the writer up while that server is
 * away: it keeps rows up to a limit, gives up the oldest beyond it, and counts them. One that shares trading's own
 * database (PostgreSQL) waits for it instead and gives nothing up.
 */
export interface TimeSeriesStore {
  /**
   * Takes rows into the buffer and never blocks; they are stored in the background. The arrays are copied.
   *
   * @throws {UnknownMeasurement} when the catalogue does not hold it
   * @throws {MalformedColumns} when columns are missing or differ in length, or tags cannot be stored
   * @throws {TimeSeriesOverflow} when the store is far behind, gives nothing up, and {@link pressure} was never awaited
   */
  write(measurement: string, tags: Tags, columns: SeriesColumns): void;
  /**
   * Resolves at once while the buffer has room, else when it has again: writers in bulk await it between writes. It
   * holds nobody up for a store that gives rows up and is away.
   */
  pressure(): Promise<void>;
  /**
   * Stores what was written before the call, and says whether all of it is durable. A store that gives rows up answers
   * `incomplete` soon, instead of waiting, when it makes no progress; the rows stay on their way. So a checkpoint may be
   * newer than what the series hold, and a crash in that state loses the rows that waited.
   */
  flush(): Promise<FlushOutcome>;
  /**
   * Rows of a series that have been flushed.
   *
   * @throws {TimeSeriesUnavailable} when the store's server is away
   */
  query(measurement: string, tags: Tags, range?: SeriesRange): Promise<SeriesRow[]>;
  /** Number of rows of a series that have been flushed. Throws as {@link query}. */
  count(measurement: string, tags: Tags): Promise<number>;
  /** Flushes and closes. */
  close(): Promise<void>;
}

/** Token of the {@link TimeSeriesStore}. */
export const TIME_SERIES = Symbol('TIME_SERIES');
