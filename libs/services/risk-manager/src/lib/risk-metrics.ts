import type { risk } from '@trading/contracts';
import { counter } from '@trading/platform-metrics';

const denials = counter(
  'trading_risk_manager_denials_total',
  'Orders that were denied, by the code of the first check that failed.',
  ['code'],
);

/** Counts a new verdict; one that is given again is not counted again. */
export function countDenial({ approved, duplicate, code }: risk.CheckOrderResponse): void {
  if (!approved && !duplicate) denials.inc({ code });
}
