import type { Instrument, Timeframe } from '@trading/trading-market';
import type { UpOptions } from './up-options';
export interface DataFile {
  readonly path: string;
  /** Of the text, decompressed. */ readonly sha256: string;
  readonly rows: number;
  readonly fromUs: number;
  readonly toUs: number;
}
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
  /** Of the rows of bar files. */
  readonly fileTimeframe: Timeframe | undefined;
  readonly rows: number;
  readonly ticks: number;
  readonly crossedTicks: number;
  readonly fromUs: number;
  /** Time of the last tick; of bars, when the last one closes. */
  readonly toUs: number;
  /** The file has one price: this many points are put between bid and ask. Undefined where it has both. */
  readonly spreadPoints: number | undefined;
  readonly skipped: { readonly count: number; readonly examples: readonly string[] };
  /** In order of time. */
  readonly files: readonly DataFile[];
  readonly firstQuote: FirstQuote;
  readonly lastQuote: FirstQuote;
  /** The first uncrossed quote at or after a time (of bars: the first open); reads the files again when it must. */
  quoteFrom(timeUs: number): Promise<FirstQuote | undefined>;
}
export declare function inspectData(options: UpOptions): Promise<DataFacts>;
