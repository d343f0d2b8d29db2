import { Decimal, quantiseVolume, type Instrument } from '@trading/trading-market';
import { leavesLong } from './check-quote';
import type { Checklist } from './checklist';
import { instrumentOf, lossBetween, quoteOf } from './exposure';
import type { RiskLimits } from './limits';
import type { LossLimitStatus } from './loss-limits';
import type { OrderFigures } from './order-figures';
import type { AccountView, PositionAtRisk, RiskInput } from './risk-input';

const ZERO = new Decimal(0);

/**
 * The equity if every open and reserved stop were hit, against the floor of every loss limit. A position without a
 * stop counts by its unrealised result alone, which the equity holds already; an order without one by the spread it
 * crosses. Gaps through stops are what the limits' buffer is for.
 */
export function checkLossLimits(
  list: Checklist,
  input: RiskInput,
  limits: RiskLimits,
  account: AccountView,
  instrument: Instrument,
  figures: OrderFigures,
): boolean {
  if (limits.lossLimits.length === 0 && input.anchors.length === 0) return true;
  const unknown = limits.lossLimits.find(({ name }) => !input.anchors.some((anchor) => anchor.name === name));
  if (unknown)
    return list.check('RISK_UNAVAILABLE', false, 'none', unknown.name, `The loss limit ${unknown.name} has no anchor.`);

  const open = openLosses(list, input, account);
  if (!open) return false;
  const reserved = input.reservations
    .filter((r) => !r.reduceOnly && r.coid !== input.order.coid)
    .reduce((sum, r) => sum.plus(r.lossAtStop ?? ZERO), ZERO);
  const withoutOrder = account.equity.minus(open).minus(reserved);
  const orderLoss = Decimal.max(figures.lossAtStop ?? ZERO, figures.spreadCost);
  const worst = withoutOrder.minus(orderLoss);

  for (const limit of input.anchors) {
    const least = limit.floor.plus(limit.buffer);
    const message = limit.breached
      ? `${limit.name} was breached below ${limit.floor.toFixed(2)} ${account.currency}; ${resetText(limit)}.`
      : `${limit.name}: in the worst case the equity falls to ${worst.toFixed(2)} ${account.currency}, below the floor of ` +
        `${limit.floor.toFixed(2)}${limit.buffer.isZero() ? '' : ` plus ${limit.buffer.toFixed(2)}`}; ${resetText(limit)}; ` +
        `at most ${largestVolume(instrument, input, orderLoss, withoutOrder.minus(least))} lots would pass.`;
    if (!list.check('LOSS_LIMIT', !limit.breached && worst.gte(least), worst, least, message)) return false;
  }
  return true;
}

/** What is still to lose from here to the stops of the open positions; `null` when that cannot be said. */
function openLosses(list: Checklist, input: RiskInput, account: AccountView): Decimal | null {
  let total = ZERO;
  for (const [symbol, position] of input.positions) {
    if (position.lots.isZero()) continue;
    const stops = stopsOf(input, symbol, position);
    if (stops.length === 0) continue;
    const instrument = instrumentOf(input, symbol);
    if (!instrument) return list.fail('INSTRUMENT_UNKNOWN', symbol);
    const quote = quoteOf(input, symbol);
    if (!quote)
      return list.fail('QUOTE_MISSING', symbol, `There is no quote of ${symbol}, of which a position is open.`);
    const rate = input.rates.rate(instrument.profitCurrency, account.currency);
    if (!rate) return list.fail('CONVERSION_MISSING', `${instrument.profitCurrency}${account.currency}`);
    const mark = new Decimal(position.lots.isPositive() ? quote.bid : quote.ask);
    const losses = stops.map((stop) => lossBetween(instrument, position.lots, mark, stop).mul(rate));
    total = total.plus(Decimal.max(...losses));
  }
  return total;
}

/** On a netting account an order that leaves the position's side restates its stop; until it has, either may be hit. */
function stopsOf(input: RiskInput, symbol: string, position: PositionAtRisk): Decimal[] {
  const { order } = input;
  const restates = symbol === order.symbol && leavesLong(input) === position.lots.isPositive();
  return [position.stopLoss, restates ? order.stopLoss : undefined].filter((stop) => stop !== undefined);
}

function resetText(limit: LossLimitStatus): string {
  return limit.resetsUs === undefined
    ? 'it does not reset'
    : `it resets at ${new Date(limit.resetsUs / 1000).toISOString()}`;
}

function largestVolume(instrument: Instrument, input: RiskInput, orderLoss: Decimal, room: Decimal): string {
  if (room.lte(0) || orderLoss.lte(0)) return '0';
  const lots = quantiseVolume(instrument, room.div(orderLoss).mul(input.order.volumeLots));
  return lots.lt(instrument.volumeMin) ? '0' : lots.toFixed();
}
