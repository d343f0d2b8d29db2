/**
 * Ticks in, bars, features and predictions out. It may use the kernels, the platform and the contracts, and serves a
 * model only after every check. Start with `prediction-stage.ts`, then `series-predictor.ts`.
 */
export { PREDICTION_CONFIG, type PredictionConfig, type PredictionSeries } from './lib/prediction-config';
export { PREDICTION_MIGRATIONS } from './lib/prediction-migrations';
export { PREDICTION_SERVICE } from './lib/prediction.module';
