import { Decimal } from '@trading/trading-market';
import { checkDuplicate } from './check-duplicate';
import { checkExposure, checkTradeRisk } from './check-exposure';
import { checkInstrument } from './check-instrument';
import { checkLossLimits } from './check-loss-limits';
import { checkMargin } from './check-margin';
import { checkPosition } from './check-position';
import { checkQuote } from './check-quote';
import { checkStanding } from './check-standing';
import { Checklist } from './checklist';
import { valuation } from './exposure';
import { orderFigures } from './order-figures';
import type { RiskInput } from './risk-input';
import type { RiskVerdict } from './verdict';

/**
 * Says whether an order may be sent. Pure: the same input gives the same verdict. The checks run in the order of
 * {@link DENIAL_CODES}; the first that fails denies, and whatever is missing denies with a code of its own.
 *
 * A reduction (`reduceOnly`) is at most |position| minus the closes that are working, so it never flips the position;
 * it skips spread, risk, exposure, margin, loss limits and the duplicate guard, because getting out must stay possible.
 */
export function evaluateOrder(input: RiskInput): RiskVerdict {
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
  const approved = {
    kind: 'approved',
    worstPrice: prices.worst,
    lossAtStop: figures.lossAtStop,
    notional: figures.notional,
  } as const;
  if (input.order.reduceOnly) return { ...approved, marginRequired: new Decimal(0), checks: list.results };

  if (!checkTradeRisk(list, input, limits, account, figures)) return list.denial();
  const values = valuation(input, account.currency, Decimal.max(prices.reference, prices.ask));
  if (!checkExposure(list, input, limits, values)) return list.denial();
  const marginRequired = checkMargin(list, input, limits, account, prices, values);
  if (!marginRequired) return list.denial();
  if (!checkLossLimits(list, input, limits, account, instrument, figures)) return list.denial();
  if (!checkDuplicate(list, input, limits)) return list.denial();
  return { ...approved, marginRequired, checks: list.results };
}
