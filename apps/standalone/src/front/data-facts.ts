import type { Instrument, Timeframe } from '@trading/trading-market';

export interface DataFile {
  /** Absolute. */
  readonly path: string;
  /** Of the text, decompressed. */
  readonly sha256: string;
  readonly rows: number;
  /** Times of its first and last row. */
  readonly fromUs: number;
  readonly toUs: number;
}

/** A quote that is not crossed. */
export interface FirstQuote {
  readonly timeUs: number;
  readonly bid: number;
  readonly ask: number;
}

/** What the data files hold, once every row of them was read. Prices are rounded to the instrument's digits. */
export interface DataFacts {
  readonly kind: 'ticks' | 'bars';
  readonly instrument: Instrument;
  readonly digits: number;
  /** Of the decisions. */
  readonly timeframe: Timeframe;
  /** Of the rows; undefined for ticks. */
  readonly fileTimeframe: Timeframe | undefined;
  readonly rows: number;
  /** Ticks that will be played: four for each bar. */
  readonly ticks: number;
  /** Of those, with the bid above the ask. */
  readonly crossedTicks: number;
  readonly fromUs: number;
  /** Time of the last tick; of bars, when the last one closes. */
  readonly toUs: number;
  /** Points put between bid and ask where the files have one price; undefined where they have both. */
  readonly spreadPoints: number | undefined;
  readonly skipped: { readonly count: number; readonly examples: readonly string[] };
  /** In order of time. */
  readonly files: readonly DataFile[];
  readonly firstQuote: FirstQuote;
  readonly lastQuote: FirstQuote;
  /**
   * The first quote at or after a time (of bars: an open); reads the files again for any but the first. Undefined when
   * the data ends before.
   */
  quoteFrom(timeUs: number): Promise<FirstQuote | undefined>;
}
