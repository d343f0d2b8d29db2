/**
 * Strategies at work: each prediction becomes a decision with its full trace, and a decision at most one order per leg.
 * It may use the kernels, the platform and the contracts; it reaches execution through its client interface. Start
 * with `decision-stage.ts`, then `strategy-runner.ts`.
 */
export { DECISION_CONFIG, type DecisionConfig, type StrategyConfig } from './lib/decision-config';
export { DECISION_MIGRATIONS } from './lib/decision-migrations';
export { DECISION_SERVICE } from './lib/decision.module';
