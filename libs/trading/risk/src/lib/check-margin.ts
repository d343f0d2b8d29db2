import { Decimal, notional } from '@trading/trading-market';
import type { Checklist } from './checklist';
import type { OrderPrices } from './check-quote';
import { exposures, growthLots, type Valuation } from './exposure';
import { limitValue, type RiskLimits } from './limits';
import type { AccountView, RiskInput } from './risk-input';

const ZERO = new Decimal(0);

/**
 * Free margin after the order and everything reserved: the margin of a symbol grows with the lots by which it could
 * come to exceed what is held. Margin = notional × the instrument's margin rate ÷ leverage, account currency; the
 * order's own at its worst price. Returns the margin that this order adds.
 */
export function checkMargin(
  list: Checklist,
  input: RiskInput,
  limits: RiskLimits,
  account: AccountView,
  prices: OrderPrices,
  values: Valuation,
): Decimal | null {
  if (!(account.leverage > 0)) return list.fail('MARGIN_INSUFFICIENT', account.leverage, 'The leverage is not known.');
  let reserved = ZERO;
  let own = ZERO;
  const before = exposures(input, false);
  for (const [symbol, after] of exposures(input, true)) {
    const earlier = before.get(symbol);
    const growth = growthLots(after);
    if (growth.isZero()) continue;
    const value = values.lotValue(symbol);
    if (value.kind === 'missing') return list.fail(value.code, value.what);
    const { instrument, rate } = value;
    const shareHeld = new Decimal(instrument.marginRate).div(account.leverage);
    const earlierGrowth = earlier ? growthLots(earlier) : ZERO;
    reserved = reserved.plus(earlierGrowth.mul(value.perLot).mul(shareHeld));
    const dearest = Decimal.max(prices.worst, prices.reference);
    own = own.plus(notional(instrument, growth.minus(earlierGrowth), dearest).mul(rate).mul(shareHeld));
  }
  const left = account.freeMargin.minus(reserved).minus(own);
  const least = Decimal.max(0, account.equity)
    .mul(limitValue(limits.minFreeMarginPct) ?? 0)
    .div(100);
  const message = `The free margin would be ${left.toFixed(2)} ${account.currency}; at least ${least.toFixed(2)} must stay.`;
  return list.check('MARGIN_INSUFFICIENT', left.gte(least), left, least, message) ? own : null;
}
