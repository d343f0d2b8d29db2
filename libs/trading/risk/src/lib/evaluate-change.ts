import { Decimal, isOnTick } from '@trading/trading-market';
import { checkLossLimits } from './check-loss-limits';
import { checkQuote } from './check-quote';
import { checkStanding } from './check-standing';
import { Checklist } from './checklist';
import { evaluateOrder } from './evaluate';
import { lossBetween } from './exposure';
import { limitValue } from './limits';
import type { OrderToCheck, PositionAtRisk, RiskInput } from './risk-input';
import type { ApprovedVerdict, CheckResult, DeniedVerdict } from './verdict';

export interface ApprovedChange {
  readonly kind: 'approved';
  readonly checks: readonly CheckResult[];
  /** What a working order amounts to after it; absent when it only lowers risk, which is not reckoned. */
  readonly order?: ApprovedVerdict;
}

export type ChangeVerdict = ApprovedChange | DeniedVerdict;

/**
 * Whether a working order may become `input.order`, which has the same client order id. What only lowers risk passes in
 * any state of the account; anything else is checked as the entry that it is, in place of the order that it replaces.
 */
export function evaluateOrderChange(input: RiskInput, before: OrderToCheck): ChangeVerdict {
  const { order, instrument } = input;
  if (lowersRisk(before, order)) {
    const list = new Checklist();
    const isValid = checkGrid(
      list,
      instrument,
      [order.price, order.stopLimitPrice],
      [order.stopLoss, order.takeProfit],
    );
    return isValid ? { kind: 'approved', checks: list.results } : list.denial();
  }
  const verdict = evaluateOrder({ ...input, isModification: true });
  return verdict.kind === 'denied' ? verdict : { kind: 'approved', checks: verdict.checks, order: verdict };
}

/**
 * Whether a working order that becomes `after` can lose no more than before: no worse price, no shorter or missing
 * stop, no longer life. What only reduces always qualifies.
 */
export function lowersRisk(before: OrderToCheck, after: OrderToCheck): boolean {
  if (before.reduceOnly) return true;
  const sign = before.side === 'BUY' ? 1 : -1;
  const [was, will] = [fillPrice(before), fillPrice(after)];
  if (was && will && will.minus(was).mul(sign).gt(0)) return false;
  if (!isNoLater(before.expiresUs, after.expiresUs)) return false;
  if (!before.stopLoss) return true;
  if (!after.stopLoss) return false;
  const [lostBefore, lostAfter] = [
    (was ?? before.stopLoss).minus(before.stopLoss).mul(sign),
    (will ?? before.stopLoss).minus(after.stopLoss).mul(sign),
  ];
  return lostAfter.lte(lostBefore);
}

/** The stops that a position is to have. */
export interface StopChange {
  /** Symbol, or position identifier of a hedging account. */
  readonly key: string;
  readonly stopLoss: Decimal | undefined;
  readonly takeProfit: Decimal | undefined;
}

/**
 * Whether the stops of a position may be moved. A stop loss that is added or comes nearer passes in any state of the
 * account, and so does any take profit; one that is taken away or moves off is checked like an entry with that stop.
 * `input.order` says who asks and names the position's symbol.
 */
export function evaluateStopChange(input: RiskInput, change: StopChange): ChangeVerdict {
  const list = new Checklist();
  const position = input.positions.get(change.key);
  if (!position || position.lots.isZero() || (position.symbol ?? change.key) !== input.order.symbol) {
    list.fail('ORDER_UNKNOWN', 'none', `There is no position ${change.key} of ${input.order.symbol}.`);
    return list.denial();
  }
  const { stopLoss, takeProfit } = change;
  if (!checkGrid(list, input.instrument, [], [stopLoss, takeProfit])) return list.denial();
  if (isNoLooser(position, stopLoss)) return { kind: 'approved', checks: list.results };

  const order: OrderToCheck = {
    coid: input.order.coid,
    symbol: input.order.symbol,
    side: position.lots.isPositive() ? 'BUY' : 'SELL',
    type: 'MARKET',
    volumeLots: new Decimal(0),
    ...(stopLoss && { stopLoss }),
    ...(takeProfit && { takeProfit }),
    reduceOnly: false,
    origin: input.order.origin,
    strategyId: input.order.strategyId,
  };
  return checkLooser(list, { ...input, order }, change.key, position)
    ? { kind: 'approved', checks: list.results }
    : list.denial();
}

function checkLooser(list: Checklist, input: RiskInput, key: string, position: PositionAtRisk): boolean {
  const standing = checkStanding(list, input);
  if (!standing) return false;
  const { account, limits } = standing;
  const { instrument, order } = input;
  if (instrument?.symbol !== order.symbol) return list.check('INSTRUMENT_UNKNOWN', false, order.symbol, '');
  if (!checkQuote(list, input, instrument, limits)) return false;
  const rate = input.rates.rate(instrument.profitCurrency, account.currency);
  if (!rate) return list.check('CONVERSION_MISSING', false, `${instrument.profitCurrency}${account.currency}`, '');
  const riskPct = limitValue(limits.maxRiskPerTradePct);
  const hasStop = order.stopLoss !== undefined;
  if ((limits.stopLossRequired || riskPct) && !list.check('STOP_REQUIRED', hasStop, hasStop, true)) return false;
  if (riskPct && order.stopLoss) {
    const loss = lossBetween(instrument, position.lots, position.averagePrice, order.stopLoss).mul(rate);
    const most = Decimal.max(0, account.equity).mul(riskPct).div(100);
    if (!list.check('TRADE_RISK_EXCEEDED', loss.lte(most), loss, most)) return false;
  }
  return checkLossLimits(list, input, limits, account, new Decimal(0), { key, stop: order.stopLoss });
}

function isNoLooser({ lots, stopLoss: before }: PositionAtRisk, after: Decimal | undefined): boolean {
  if (!before) return true;
  return after !== undefined && (lots.isPositive() ? after.gte(before) : after.lte(before));
}

function checkGrid(
  list: Checklist,
  instrument: RiskInput['instrument'],
  prices: readonly (Decimal | undefined)[],
  stops: readonly (Decimal | undefined)[],
): boolean {
  if (!instrument) return true;
  const check = (code: 'PRICE_OFF_TICK' | 'STOP_OFF_TICK', price: Decimal | undefined): boolean =>
    !price || list.check(code, isOnTick(instrument, price), price, instrument.tickSize);
  return prices.every((price) => check('PRICE_OFF_TICK', price)) && stops.every((stop) => check('STOP_OFF_TICK', stop));
}

const fillPrice = ({ price, stopLimitPrice }: OrderToCheck): Decimal | undefined => stopLimitPrice ?? price;

function isNoLater(before: number | undefined, after: number | undefined): boolean {
  return before === undefined || (after !== undefined && after <= before);
}
