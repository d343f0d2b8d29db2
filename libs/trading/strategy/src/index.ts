/**
 * What to hold: strategies turn a closed bar, its prediction and the account's state into an intent, with its size and
 * stops. Pure; may import market, orders, portfolio, features and models. Start with `strategy.ts`, then `registry.ts`.
 */
export type { StrategyDefinition } from './lib/definition';
export { enter, flat, hold, type EntryRules } from './lib/entry';
export { completeEntry, ENTRY_PARAMETERS, entryRules } from './lib/entry-parameters';
export { orderFor, type TargetOrder } from './lib/order-for';
export { parseParameters, StrategyParameterError, type ParameterSpec } from './lib/parameters';
export { STRATEGIES } from './lib/registry';
export {
  sizeByExposure,
  sizeByUnits,
  sizeByVolatility,
  type Funds,
  type Sizing,
  type VolatilityRisk,
} from './lib/sizing';
export { StrategyStateError } from './lib/state';
export { stopLossFor, type Direction, type ProtectiveStop } from './lib/stops';
export type { Intent, SizingStep, Strategy, StrategyInput, StrategyOutput } from './lib/strategy';
