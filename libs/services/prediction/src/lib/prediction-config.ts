import type { Timeframe } from '@trading/trading-market';

/** One series that is predicted. */
export interface PredictionSeries {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Model of the store that serves it; absent: bars and features only. */
  readonly model?: { readonly name: string; readonly version: string };
}

export interface PredictionConfig {
  readonly series: readonly PredictionSeries[];
}

export const PREDICTION_CONFIG = Symbol('PREDICTION_CONFIG');
