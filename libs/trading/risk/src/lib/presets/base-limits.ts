import { UNSET_LIMITS, type LossLimit, type RiskLimits } from '../limits';

/** What every account wants, whatever its programme: fresh quotes, no fills far away, no order sent twice. */
export const BASE_LIMITS: RiskLimits = {
  ...UNSET_LIMITS,
  maxQuoteAgeMs: 10_000,
  priceCollarPct: '1',
  maxOrdersPerMinute: 60,
  minFreeMarginPct: '10',
  duplicateGuardMs: 1_000,
  approvalLifetimeMs: 10_000,
};

/** A loss limit that flattens, with the fields that a rule does not use left empty. */
export function lossRule(rule: Partial<LossLimit> & Pick<LossLimit, 'name' | 'anchor' | 'base' | 'limit'>): LossLimit {
  return { measure: 'equity', resetTime: '', resetZone: '', buffer: '0.25%', action: 'flatten', ...rule };
}
