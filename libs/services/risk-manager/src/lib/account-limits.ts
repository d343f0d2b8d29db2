import { invalidLimits, UNSET_LIMITS, unsupportedLimits, type RiskLimits } from '@trading/trading-risk';
import type { VersionedLimits } from './check-order';
import type { StoredLimits } from './history-store';

/** Limits that are configured but that nothing enforces, or that cannot be read: risk-manager does not start with them. */
export class LimitsRefused extends Error {
  readonly code = 'LIMITS_REFUSED';
}

/** The limits of accounts as this process knows them; those of an account that has none of its own are the default. */
export class AccountLimits {
  private readonly known = new Map<string, VersionedLimits>();

  /** @throws LimitsRefused */
  constructor(private readonly defaults: RiskLimits) {
    requireEnforceable(defaults);
  }

  of(accountId: string): VersionedLimits {
    return this.known.get(accountId) ?? { version: 0, limits: this.defaults };
  }

  /** @throws LimitsRefused */
  learn(accountId: string, { version, limits }: StoredLimits): VersionedLimits {
    const whole = { version, limits: { ...UNSET_LIMITS, ...limits } };
    requireEnforceable(whole.limits);
    this.known.set(accountId, whole);
    return whole;
  }
}

/** @throws LimitsRefused */
export function requireEnforceable(limits: RiskLimits): void {
  const unsupported = unsupportedLimits(limits);
  if (unsupported.length > 0)
    throw new LimitsRefused(`These limits are set, but this release does not know them: ${unsupported.join(', ')}.`);
  const invalid = invalidLimits(limits);
  if (invalid.length > 0) throw new LimitsRefused(invalid.join(' '));
}
