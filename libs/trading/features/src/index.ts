/**
 * Turns bars into the rows that models read: streaming indicators and one feature engine, called alike by training,
 * simulation and live trading. Pure; imports only the words of the market. Start at `feature-engine`.
 */
export { Atr, type AtrState } from './lib/atr';
export { Ema, type EmaState } from './lib/ema';
export { FeatureSchemaMismatch, InvalidFeatureBar, InvalidWindow, NonFiniteInput } from './lib/errors';
export { FEATURE_SCHEMA, FeatureEngine, type FeatureRow, type FeatureState } from './lib/feature-engine';
export { describeSchema, type FeatureDefinition, type FeatureSchema } from './lib/feature-schema';
export type { Indicator } from './lib/indicator';
export { type Extremes, RollingExtremes, type RollingExtremesState } from './lib/rolling-extremes';
export { RollingStd } from './lib/rolling-std';
export { Rsi } from './lib/rsi';
export { Sma, type WindowState } from './lib/sma';
