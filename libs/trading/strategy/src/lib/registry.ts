import { buyAndHold } from './buy-and-hold';
import type { StrategyDefinition } from './definition';
import { modelThreshold } from './model-threshold';
import { smaCross } from './sma-cross';

/** Every strategy by its name. A strategy of yours is added here. */
export const STRATEGIES: Readonly<Record<string, StrategyDefinition>> = Object.fromEntries(
  [modelThreshold, smaCross, buyAndHold].map((definition) => [definition.name, definition]),
);
