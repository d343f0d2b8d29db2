import type { Decimal } from '@trading/trading-market';
import type { DenialCode } from './codes';

/** One check as it came out. `code` is what the order is denied with when it fails. */
export interface CheckResult {
  readonly code: DenialCode;
  readonly passed: boolean;
  readonly observed: string;
  /** Empty when the check has no configured limit. */
  readonly limit: string;
  readonly message: string;
}

export interface ApprovedVerdict {
  readonly kind: 'approved';
  readonly checks: readonly CheckResult[];
  /** The price that no fill may be beyond, on tick. */
  readonly worstPrice: Decimal;
  /** Margin that this order adds if it fills at the worst price, account currency; 0 for a reduction. */
  readonly marginRequired: Decimal;
  /** Loss from the reference price to the stop loss, account currency, at least 0; `undefined` without a stop loss. */
  readonly lossAtStop: Decimal | undefined;
  /** What it may lose at worst once filled, costs included, account currency; 0 for a reduction. */
  readonly worstLoss: Decimal;
  /** At the reference price, account currency. */
  readonly notional: Decimal;
}

export interface DeniedVerdict {
  readonly kind: 'denied';
  readonly code: DenialCode;
  readonly message: string;
  /** The largest volume on the step that would have passed, lots; absent: none, or it does not depend on the volume. */
  readonly maxVolumeLots?: Decimal;
  /** The checks that passed, then the one that failed. */
  readonly checks: readonly CheckResult[];
}

export type RiskVerdict = ApprovedVerdict | DeniedVerdict;
