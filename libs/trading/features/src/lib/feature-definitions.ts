import type { FeatureDefinition } from './feature-schema';

/** Bars of the ATR that rows carry for sizing and that distances are measured in. */
export const ATR_LENGTH = 14;

/** Horizons of the standardised returns, in bars. */
export const RETURN_HORIZONS = [1, 2, 5, 10, 20, 60] as const;

/** Averages whose distance from the close is a feature, in bars. */
export const SMA_LENGTHS = [10, 20, 50] as const;

/** Windows of the close's place between lowest low and highest high, in bars. */
export const RANGE_LENGTHS = [20, 60] as const;

export const RSI_LENGTHS = [2, 14] as const;

/** Values are held within plus and minus this, so that one bad print cannot carry a prediction away. */
export const FEATURE_LIMIT = 10;

/**
 * The features in the order of a row, all of bid prices; r is the logarithmic return of one bar, sd the population
 * standard deviation. A ratio whose denominator is zero (a market that did not move) is 0.
 */
export const FEATURE_DEFINITIONS: readonly FeatureDefinition[] = (
  [
    ...RETURN_HORIZONS.map((bars) => ({
      name: `return${bars}`,
      formula: `ln(close / close[${bars}]) / (sd(r, 20) * sqrt(${bars}))`,
      warmUpBars: Math.max(bars, 20) + 1,
    })),
    { name: 'volatility5To20', formula: 'ln(sd(r, 5) / sd(r, 20))', warmUpBars: 21 },
    { name: 'volatility20To60', formula: 'ln(sd(r, 20) / sd(r, 60))', warmUpBars: 61 },
    ...RSI_LENGTHS.map((bars) => ({
      name: `rsi${bars}`,
      formula: `cutlerRsi(close, ${bars}) / 50 - 1`,
      warmUpBars: bars + 1,
    })),
    ...SMA_LENGTHS.map((bars) => ({
      name: `distanceSma${bars}`,
      formula: `(close - sma(close, ${bars})) / atr(${ATR_LENGTH})`,
      warmUpBars: Math.max(bars, ATR_LENGTH + 1),
    })),
    ...RANGE_LENGTHS.map((bars) => ({
      name: `rangePosition${bars}`,
      formula: `2 * (close - lowest(low, ${bars})) / (highest(high, ${bars}) - lowest(low, ${bars})) - 1`,
      warmUpBars: bars,
    })),
    { name: 'closeLocation', formula: '2 * (close - low) / (high - low) - 1', warmUpBars: 1 },
    { name: 'bodyToRange', formula: '(close - open) / (high - low)', warmUpBars: 1 },
    { name: 'rangeToAtr', formula: `(high - low) / atr(${ATR_LENGTH}) - 1`, warmUpBars: ATR_LENGTH + 1 },
    { name: 'weekdaySin', formula: 'sin(2 pi * UTC weekday of the open / 7)', warmUpBars: 1 },
    { name: 'weekdayCos', formula: 'cos(2 pi * UTC weekday of the open / 7)', warmUpBars: 1 },
  ] satisfies FeatureDefinition[]
).map((feature) => ({ ...feature, formula: `clip(${feature.formula}, ${FEATURE_LIMIT})` }));
