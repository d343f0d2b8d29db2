import { Decimal } from '@trading/trading-market';
import { checkDuplicate } from './check-duplicate';
import { checkExposure, checkTradeRisk } from './check-exposure';
import { checkInstrument } from './check-instrument';
import { checkLossLimits } from './check-loss-limits';
import { checkMargin } from './check-margin';
import { checkPosition } from './check-position';
import { checkQuote } from './check-quote';
import { checkRate } from './check-rate';
import { checkStanding } from './check-standing';
import { Checklist } from './checklist';
import { valuation } from './exposure';
import { withLargestVolume } from './largest-volume';
import { orderFigures } from './order-figures';
import type { RiskInput } from './risk-input';
import type { RiskVerdict } from './verdict';

/**
 * Says whether an order may be sent. Pure: the same input gives the same verdict. The checks run in the order of
 * {@link DENIAL_CODES}; the first that fails denies, and whatever is missing denies with a code of its own.
 *
 * A reduction (`reduceOnly`) is at most |position| minus the closes that are working, so it never flips the position;
 * it skips blocked hours, spread, risk, exposure, margin, loss limits, cool-down, rate and the duplicate guard, because
 * getting out must stay possible.
 */
export function evaluateOrder(input: RiskInput): RiskVerdict {
  const verdict = evaluateVolume(input);
  return verdict.kind === 'denied' ? withLargestVolume(input, verdict, evaluateVolume) : verdict;
}

/** The verdict on the order with the volume that it has. */
function evaluateVolume(input: RiskInput): RiskVerdict {
  const list = new Checklist();
  const standing = checkStanding(list, input);
  if (!standing) return list.denial();
  const { account, limits } = standing;
  const instrument = checkInstrument(list, input, limits);
  if (!instrument || !checkPosition(list, input)) return list.denial();
  const prices = checkQuote(list, input, instrument, limits);
  if (!prices) return list.denial();

  const figures = orderFigures(input, instrument, account.currency, prices);
  if (!figures) {
    list.fail('CONVERSION_MISSING', `${instrument.profitCurrency}${account.currency}`);
    return list.denial();
  }
  const { worstLoss, lossAtStop, notional } = figures;
  const approved = { kind: 'approved', worstPrice: prices.worst, lossAtStop, notional } as const;
  const none = new Decimal(0);
  if (input.order.reduceOnly) return { ...approved, worstLoss: none, marginRequired: none, checks: list.results };

  if (!checkTradeRisk(list, input, limits, account, figures)) return list.denial();
  const values = valuation(input, account.currency, Decimal.max(prices.reference, prices.ask));
  if (!checkExposure(list, input, limits, values)) return list.denial();
  const marginRequired = checkMargin(list, input, limits, account, prices, values);
  if (!marginRequired) return list.denial();
  if (!checkLossLimits(list, input, limits, account, worstLoss)) return list.denial();
  if (!checkRate(list, input, limits) || !checkDuplicate(list, input, limits)) return list.denial();
  return { ...approved, worstLoss, marginRequired, checks: list.results };
}
