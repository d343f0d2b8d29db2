/**
 * Says whether an order may be sent, and keeps what that depends on: limits, trading state, exposure, loss limits. It
 * signs what it lets through, and halts an account on its own. It calls no other service. Start with `check-order.ts`
 * (one order) and `risk-stage.ts` (what it watches).
 */
export { PAPER_LIMITS } from './lib/paper-limits';
export { RISK_MANAGER_CONFIG, type RiskManagerConfig } from './lib/risk-config';
export { RISK_MANAGER_MIGRATIONS } from './lib/risk-migrations';
export { RISK_MANAGER_SERVICE } from './lib/risk-manager.module';
export { LimitsRefused } from './lib/account-limits';
