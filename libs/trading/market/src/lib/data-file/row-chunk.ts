/** Prices of a run of bars, one array per price. */
export interface OhlcColumns {
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
}

export interface TickChunk {
  readonly kind: 'ticks';
  readonly count: number;
  /** UTC microseconds. */
  readonly timeUs: Float64Array;
  readonly bid: Float64Array;
  readonly ask: Float64Array;
}

export interface BarChunk {
  readonly kind: 'bars';
  readonly count: number;
  /** Opening times, UTC microseconds. */
  readonly timeUs: Float64Array;
  readonly bid: OhlcColumns;
  /** Absent where the file has one price: the spread must then come from elsewhere. */
  readonly ask?: OhlcColumns;
}

/** Rows of a data file as columns; every array holds exactly `count` values. */
export type RowChunk = TickChunk | BarChunk;
