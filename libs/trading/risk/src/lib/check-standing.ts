import type { Checklist } from './checklist';
import { invalidNumbers } from './limit-validation';
import { unsupportedLimits, type RiskLimits } from './limits';
import type { AccountView, RiskInput } from './risk-input';

/** How old the account may be when the caller does not say otherwise. Broker accounts are reported every few seconds. */
export const ACCOUNT_MAX_AGE_MS = 300_000;

export interface Standing {
  readonly account: AccountView;
  readonly limits: RiskLimits;
}

/**
 * Trading state, limits, account. HALTED lets nothing of a strategy through, and of an operator only reductions;
 * REDUCING only reductions, whoever sends them. An order reduces when it says so (`reduceOnly`).
 */
export function checkStanding(list: Checklist, input: RiskInput): Standing | null {
  const { order, account, limits, tradingState, nowUs } = input;
  if (!tradingState) return list.fail('TRADING_STATE_HALTED', 'unknown', 'An unknown trading state counts as halted.');
  const passesHalt = order.reduceOnly && order.origin === 'OPERATOR';
  if (!list.check('TRADING_STATE_HALTED', tradingState !== 'HALTED' || passesHalt, tradingState, '')) return null;
  const passesReducing = tradingState !== 'REDUCING' || order.reduceOnly;
  if (!list.check('TRADING_STATE_REDUCING', passesReducing, tradingState, '')) return null;

  if (!limits) return list.fail('LIMITS_MISSING', 'none');
  const problems = [...invalidNumbers(limits), ...unsupportedLimits(limits).map((name) => `${name} is not enforced.`)];
  if (!list.check('LIMITS_INVALID', problems.length === 0, problems.length, 0, problems.join(' '))) return null;

  if (!account?.equity.isFinite() || !account.balance.isFinite() || !account.freeMargin.isFinite()) {
    return list.fail('ACCOUNT_UNKNOWN', 'none');
  }
  const maxAgeMs = input.maxAccountAgeMs ?? ACCOUNT_MAX_AGE_MS;
  const ageMs = Math.max(0, (nowUs - account.asOfUs) / 1000);
  const stale = `What is known of the account is ${ageMs} ms old; the limit is ${maxAgeMs} ms.`;
  if (!list.check('ACCOUNT_STALE', ageMs <= maxAgeMs, ageMs, maxAgeMs, stale)) return null;
  if (!list.check('ACCOUNT_DISABLED', account.enabled, account.enabled, true)) return null;
  const modeAllowed = account.tradeMode !== 'REAL' || account.liveAllowed;
  if (!list.check('MODE_NOT_ALLOWED', modeAllowed, account.tradeMode, account.liveAllowed ? 'REAL' : 'DEMO, CONTEST')) {
    return null;
  }
  return { account, limits };
}
