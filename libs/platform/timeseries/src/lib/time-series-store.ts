/** Fields of each measurement, in the order of their columns: `{ tick: ['bid', 'ask'] }`. Apps hand it in. */
export type Catalogue = Readonly<Record<string, readonly string[]>>;

/** What identifies a series within a measurement, such as account and symbol. */
export type Tags = Readonly<Record<string, string>>;

/** Rows of one series, column by column; all columns are equally long. */
export interface SeriesColumns {
  /** Identifies a row within its series: writing the same `seq` again changes nothing. */
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

/** Times are UTC microseconds; both ends are included. Rows come in the order of `seq`. */
export interface SeriesRange {
  readonly fromUs?: number | undefined;
  readonly toUs?: number | undefined;
  readonly limit?: number | undefined;
  readonly descending?: boolean | undefined;
}

/** Numbers over time, written in bulk. */
export interface TimeSeriesStore {
  /**
   * Takes rows into the buffer and never blocks; they are stored in the background. The arrays are copied.
   *
   * @throws {UnknownMeasurement} when the catalogue does not hold it
   * @throws {TimeSeriesOverflow} when the store is far behind and the writer never awaited {@link pressure}
   */
  write(measurement: string, tags: Tags, columns: SeriesColumns): void;
  /** Resolves at once while the buffer has room, else when it has again. Writers in bulk await it between writes. */
  pressure(): Promise<void>;
  /** Resolves when everything written before the call is durable. */
  flush(): Promise<void>;
  /** Rows of a series that have been flushed. */
  query(measurement: string, tags: Tags, range?: SeriesRange): Promise<SeriesRow[]>;
  /** Number of rows of a series that have been flushed. */
  count(measurement: string, tags: Tags): Promise<number>;
  /** Flushes and closes. */
  close(): Promise<void>;
}

/** Token of the {@link TimeSeriesStore}. */
export const TIME_SERIES = Symbol('TIME_SERIES');
