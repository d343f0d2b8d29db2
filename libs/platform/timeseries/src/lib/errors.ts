/** Something was written or read that the store cannot take; `code` says which kind. */
export class TimeSeriesError extends Error {
  readonly code: string = 'TIME_SERIES';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The catalogue holds no such measurement. */
export class UnknownMeasurement extends TimeSeriesError {
  override readonly code = 'UNKNOWN_MEASUREMENT';
  constructor(readonly measurement: string) {
    super(`The time series catalogue holds no measurement "${measurement}".`);
  }
}

/** Columns are missing, superfluous or of different lengths. */
export class MalformedColumns extends TimeSeriesError {
  override readonly code = 'MALFORMED_COLUMNS';
  constructor(
    readonly measurement: string,
    reason: string,
  ) {
    super(`Rows of "${measurement}" cannot be written: ${reason}.`);
  }
}

/** The buffer is full: the store is far behind and the writer did not wait for it. */
export class TimeSeriesOverflow extends TimeSeriesError {
  override readonly code = 'TIME_SERIES_OVERFLOW';
  constructor(readonly rows: number) {
    super(`${rows} rows wait to be stored; the writer has to await pressure().`);
  }
}

/** The store's server is away, refuses the credentials or answers with an error; rows that wait are kept. */
export class TimeSeriesUnavailable extends TimeSeriesError {
  override readonly code = 'TIME_SERIES_UNAVAILABLE';
  constructor(reason: string, options?: ErrorOptions) {
    super(`The time series cannot be reached: ${reason}.`, options);
  }
}

/** The server will never take these rows: they are older than its retention, or malformed. */
export class RowsRefused extends TimeSeriesError {
  override readonly code = 'ROWS_REFUSED';
  constructor(
    /** Undefined when the server did not say how many of the batch. */
    readonly rows: number | undefined,
    reason: string,
  ) {
    super(`The time series server refused rows: ${reason}`);
  }
}
