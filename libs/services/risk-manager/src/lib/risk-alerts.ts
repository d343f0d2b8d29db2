import type { Alert } from '@trading/platform-alerting';
import type { AccountState } from './risk-rows';

/** An account was halted. */
export function haltAlert({ accountId, reason, changedBy }: AccountState): Alert {
  return {
    code: 'ACCOUNT_HALTED',
    severity: 'critical',
    text: `Account ${accountId} is halted: ${reason}`,
    about: accountId,
    facts: { account: accountId, reason, by: changedBy },
  };
}

/** The equity of an account fell through the floor of a loss limit. */
export function breachAlert(
  accountId: string,
  limit: { readonly name: string; readonly action: string },
  equity: string,
  floor: string,
): Alert {
  return {
    code: 'LOSS_LIMIT',
    severity: 'critical',
    text: `Account ${accountId}: equity ${equity} is below ${floor}, the floor of ${limit.name}.`,
    about: `${accountId} ${limit.name}`,
    facts: { account: accountId, limit: limit.name, action: limit.action, equity, floor },
  };
}
