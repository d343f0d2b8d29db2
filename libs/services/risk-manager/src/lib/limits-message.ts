import type { risk } from '@trading/contracts';
import type { LossLimit, RiskLimits } from '@trading/trading-risk';

/** Limits as a message. */
export function limitsMessage(accountId: string, version: number, limits: RiskLimits): risk.Limits {
  return {
    ...limits,
    accountId,
    version,
    lossLimits: limits.lossLimits.map(lossLimitMessage),
    blockedSessions: [...limits.blockedSessions],
    newsBlackouts: limits.newsBlackouts.map((blackout) => ({ ...blackout, currencies: [...blackout.currencies] })),
  };
}

/** The kernel's limits of a message. What a rule says in words is checked by the kernel, not here. */
export function limitsOf(message: risk.Limits): RiskLimits {
  const { accountId: _accountId, version: _version, lossLimits, ...limits } = message;
  const rules = lossLimits.map(({ floorAtMost, ...rule }) => (floorAtMost === '' ? rule : { ...rule, floorAtMost }));
  return { ...limits, lossLimits: rules as readonly LossLimit[] };
}

export function lossLimitMessage(limit: LossLimit): risk.LossLimit {
  return { floorAtMost: '', ...limit };
}
