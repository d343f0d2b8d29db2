// Whether an order may be sent: limits as data, every denial with its code, loss limits as rules with anchors.
// Pure: the caller brings the account, the quote, the positions and the time. Uses portfolio, orders and market only.
// Start reading at lib/evaluate.ts; lib/codes.ts lists what can be denied.
export { weeklyFlat, type WeeklyFlat } from './lib/check-hours';
export { FALLBACK_COLLAR_PCT } from './lib/check-quote';
export { ACCOUNT_MAX_AGE_MS } from './lib/check-standing';
export * from './lib/codes';
export * from './lib/evaluate';
export * from './lib/evaluate-change';
export * from './lib/limit-validation';
export * from './lib/limits';
export * from './lib/loss-limits';
export { BASE_LIMITS } from './lib/presets/base-limits';
export { LIMIT_PRESETS, type LimitPreset } from './lib/presets/limit-presets';
export * from './lib/risk-input';
export * from './lib/verdict';
export { minuteOfWeek } from './lib/weekly-time';
export { worstCaseLoss, type AccountAtRisk, type WorstCase } from './lib/worst-case';
