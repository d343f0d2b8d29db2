import { Decimal } from '@trading/trading-market';
import { checkCurrencies } from './check-currency-exposure';
import type { Checklist } from './checklist';
import { exposures, grossLots, mostLong, mostShort, worstLots, type SymbolExposure, type Valuation } from './exposure';
import { limitValue, type RiskLimits } from './limits';
import type { OrderFigures } from './order-figures';
import type { AccountView, RiskInput } from './risk-input';

/** Stop loss where required, its loss within what one trade may risk, notional of the order. */
export function checkTradeRisk(
  list: Checklist,
  input: RiskInput,
  limits: RiskLimits,
  account: AccountView,
  figures: OrderFigures,
): boolean {
  const { order } = input;
  const riskPct = limitValue(limits.maxRiskPerTradePct);
  const needsStop = limits.stopLossRequired || riskPct !== undefined;
  const why = limits.stopLossRequired
    ? 'A stop loss is required.'
    : 'Without a stop loss the risk of the trade has no bound.';
  const hasStop = order.stopLoss !== undefined;
  if (needsStop && !list.check('STOP_REQUIRED', hasStop, hasStop, true, why)) return false;
  if (riskPct && figures.lossAtStop) {
    const most = Decimal.max(0, account.equity).mul(riskPct).div(100);
    const loss = figures.lossAtStop;
    const message = `The loss at the stop is ${loss.toFixed(2)} ${account.currency}; one trade may risk ${most.toFixed(2)}.`;
    if (!list.check('TRADE_RISK_EXCEEDED', loss.lte(most), loss, most, message)) return false;
  }
  const most = limitValue(limits.maxOrderNotional);
  return !most || list.check('ORDER_NOTIONAL_EXCEEDED', figures.notional.lte(most), figures.notional, most);
}

/**
 * Position, exposure per symbol and currency, gross and net, numbers of positions and orders, as they would be if the order and the worst of
 * what is reserved filled.
 */
export function checkExposure(list: Checklist, input: RiskInput, limits: RiskLimits, values: Valuation): boolean {
  const after = exposures(input, true);
  return (
    checkPositionSize(list, input, limits, after) &&
    checkSymbol(list, input, limits, after, values) &&
    checkCurrencies(list, input, limits, after, values) &&
    checkTotals(list, limits, after, values) &&
    checkCounts(list, input, limits, after)
  );
}

function checkPositionSize(
  list: Checklist,
  input: RiskInput,
  limits: RiskLimits,
  after: ReadonlyMap<string, SymbolExposure>,
): boolean {
  const most = limitValue(limits.maxPositionLots);
  const exposure = after.get(input.order.symbol);
  if (!most || !exposure) return true;
  const lots = worstLots(exposure);
  return list.check('POSITION_EXCEEDED', lots.lte(most), lots, most);
}

function checkSymbol(
  list: Checklist,
  input: RiskInput,
  limits: RiskLimits,
  after: ReadonlyMap<string, SymbolExposure>,
  values: Valuation,
): boolean {
  const most = limitValue(limits.maxSymbolExposure);
  const exposure = after.get(input.order.symbol);
  if (!most || !exposure) return true;
  const value = values.lotValue(exposure.symbol);
  if (value.kind === 'missing') return list.check(value.code, false, value.what, '');
  const worst = worstLots(exposure).mul(value.perLot);
  return list.check('SYMBOL_EXPOSURE_EXCEEDED', worst.lte(most), worst, most);
}

function checkTotals(
  list: Checklist,
  limits: RiskLimits,
  after: ReadonlyMap<string, SymbolExposure>,
  values: Valuation,
): boolean {
  const mostGross = limitValue(limits.maxGrossExposure);
  const mostNet = limitValue(limits.maxNetExposure);
  if (!mostGross && !mostNet) return true;
  let gross = new Decimal(0);
  let long = new Decimal(0);
  let short = new Decimal(0);
  for (const exposure of after.values()) {
    const value = values.lotValue(exposure.symbol);
    if (value.kind === 'missing') return list.check(value.code, false, value.what, '');
    gross = gross.plus(grossLots(exposure).mul(value.perLot));
    long = long.plus(mostLong(exposure).mul(value.perLot));
    short = short.plus(mostShort(exposure).mul(value.perLot));
  }
  const net = Decimal.max(long.abs(), short.abs());
  if (mostGross && !list.check('GROSS_EXPOSURE_EXCEEDED', gross.lte(mostGross), gross, mostGross)) return false;
  return !mostNet || list.check('NET_EXPOSURE_EXCEEDED', net.lte(mostNet), net, mostNet);
}

function checkCounts(
  list: Checklist,
  input: RiskInput,
  limits: RiskLimits,
  after: ReadonlyMap<string, SymbolExposure>,
): boolean {
  const { maxOpenPositions, maxOpenOrders } = limits;
  const positions = [...after.values()].reduce((sum, { isHedging, positions: n }) => sum + (isHedging ? n : 1), 0);
  if (
    maxOpenPositions > 0 &&
    !list.check('TOO_MANY_POSITIONS', positions <= maxOpenPositions, positions, maxOpenPositions)
  ) {
    return false;
  }
  const orders = input.openOrders + 1;
  return maxOpenOrders === 0 || list.check('TOO_MANY_ORDERS', orders <= maxOpenOrders, orders, maxOpenOrders);
}
