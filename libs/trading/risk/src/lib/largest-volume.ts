import { Decimal, quantiseVolume } from '@trading/trading-market';
import type { DenialCode } from './codes';
import { limitValue } from './limits';
import type { RiskInput } from './risk-input';
import type { CheckResult, DeniedVerdict, RiskVerdict } from './verdict';

/** Denials that a smaller order may escape. */
const OF_VOLUME: ReadonlySet<DenialCode> = new Set<DenialCode>([
  'VOLUME_OUT_OF_RANGE',
  'VOLUME_OFF_STEP',
  'REDUCTION_TOO_LARGE',
  'TRADE_RISK_EXCEEDED',
  'ORDER_NOTIONAL_EXCEEDED',
  'POSITION_EXCEEDED',
  'SYMBOL_EXPOSURE_EXCEEDED',
  'CURRENCY_EXPOSURE_EXCEEDED',
  'GROSS_EXPOSURE_EXCEEDED',
  'NET_EXPOSURE_EXCEEDED',
  'MARGIN_INSUFFICIENT',
  'LOSS_LIMIT',
]);

/**
 * Adds to a denial the largest volume on the step that the same checks let through, found by bisection: less volume
 * never breaks a limit that more of it keeps.
 */
export function withLargestVolume(
  input: RiskInput,
  denied: DeniedVerdict,
  evaluate: (input: RiskInput) => RiskVerdict,
): DeniedVerdict {
  if (!OF_VOLUME.has(denied.code) || isBreached(input, denied.code)) return denied;
  const largest = largestVolume(input, evaluate);
  if (largest === undefined) return denied;
  const message = `${denied.message} At most ${largest.toFixed()} lots would pass.`;
  const checks = denied.checks.map((check): CheckResult => (check.passed ? check : { ...check, message }));
  return { ...denied, message, checks, ...(largest.isZero() ? {} : { maxVolumeLots: largest }) };
}

/** Zero: none would pass; undefined: the instrument's steps are not known. */
function largestVolume(input: RiskInput, evaluate: (input: RiskInput) => RiskVerdict): Decimal | undefined {
  const { instrument, order } = input;
  if (!instrument || !order.volumeLots.isFinite() || !(Number(instrument.volumeStep) > 0)) return undefined;
  const step = new Decimal(instrument.volumeStep);
  const ceiling = Decimal.min(order.volumeLots, instrument.volumeMax, maxLots(input) ?? order.volumeLots);
  const steps = quantiseVolume(instrument, ceiling).div(step).toNumber();
  const passes = (n: number): boolean =>
    evaluate({ ...input, order: { ...order, volumeLots: step.mul(n) } }).kind === 'approved';
  let low = quantiseVolume(instrument, instrument.volumeMin, 'up').div(step).toNumber() - 1;
  let high = steps + 1;
  if (low < 0) low = 0;
  // Between: `low` passes or is less than the least volume, `high` does not pass or is more than was asked.
  const least = low;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (passes(middle)) low = middle;
    else high = middle;
  }
  return low === least ? new Decimal(0) : step.mul(low);
}

function maxLots({ limits, order }: RiskInput): Decimal | undefined {
  return order.reduceOnly || !limits ? undefined : limitValue(limits.maxOrderLots);
}

/** A limit that was breached denies any volume. */
function isBreached({ anchors }: RiskInput, code: DenialCode): boolean {
  return code === 'LOSS_LIMIT' && anchors.some(({ breached }) => breached);
}
