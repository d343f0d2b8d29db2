import type { risk } from '@trading/contracts';
import { counter } from '@trading/platform-metrics';
import type { LossAction } from '@trading/trading-risk';
import type { AccountState } from './risk-rows';

const denials = counter(
  'trading_risk_manager_denials_total',
  'Orders that were denied, by the code of the first check that failed.',
  ['code'],
);
const states = counter(
  'trading_risk_manager_state_changes_total',
  'Changes of the trading state of accounts, by the state that was set and who set it.',
  ['state', 'by'],
);
const breaches = counter(
  'trading_risk_manager_loss_limit_breaches_total',
  'Loss limits that were breached, by what is done about it.',
  ['action'],
);
const flattens = counter(
  'trading_risk_manager_flattens_total',
  'Times that all positions of an account were to be closed, by a loss limit or for the weekend.',
);

/** Counts a new verdict; one that is given again is not counted again. */
export function countDenial({ approved, duplicate, code }: risk.CheckOrderResponse): void {
  if (!approved && !duplicate) denials.inc({ code });
}

export function countState({ state, changedBy: by }: AccountState): void {
  states.inc({ state, by });
}

export function countBreach(action: LossAction): void {
  breaches.inc({ action });
}

export function countFlatten(): void {
  flattens.inc();
}
