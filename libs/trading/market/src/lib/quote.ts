/** The best prices at one time. */
export interface Quote {
  readonly symbol: string;
  /** UTC microseconds. */
  readonly timeUs: number;
  readonly bid: number;
  readonly ask: number;
}

export interface Ohlc {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

export type Timeframe = 'M1' | 'M5' | 'M15' | 'M30' | 'H1' | 'H4' | 'D1';

/** Bid and ask prices of the ticks in the half-open interval [openTimeUs, closeTimeUs). */
export interface Bar {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly openTimeUs: number;
  readonly closeTimeUs: number;
  readonly bid: Ohlc;
  readonly ask: Ohlc;
  readonly tickCount: number;
}
