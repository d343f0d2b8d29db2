import { Decimal, quantisePrice, type Instrument, type Quote } from '@trading/trading-market';
import type { Checklist } from './checklist';
import { heldLots, isHedgingAccount } from './exposure';
import { limitValue, type RiskLimits } from './limits';
import type { RiskInput } from './risk-input';

/** The collar of accounts that set none, percent: every approval names a price that no fill may be beyond. */
export const FALLBACK_COLLAR_PCT = '10';

/** The prices an order is judged by. */
export interface OrderPrices {
  /** Where it would fill as things are: ask or bid of a market order, the price of any other. */
  readonly reference: Decimal;
  /** The price that no fill may be beyond, on tick and never outside the collar. */
  readonly worst: Decimal;
  readonly bid: Decimal;
  readonly ask: Decimal;
}

/** Quote present, young, not crossed, spread; stops on their side and far enough; price within the collar. */
export function checkQuote(
  list: Checklist,
  input: RiskInput,
  instrument: Instrument,
  limits: RiskLimits,
): OrderPrices | null {
  const { quote, order } = input;
  if (
    quote?.symbol !== order.symbol ||
    !(quote.bid > 0) ||
    !(quote.ask > 0) ||
    !Number.isFinite(quote.bid + quote.ask)
  ) {
    return list.fail('QUOTE_MISSING', quote ? `${quote.bid}/${quote.ask}` : 'none');
  }
  if (!checkFreshness(list, input, quote, limits)) return null;
  const bid = new Decimal(quote.bid);
  const ask = new Decimal(quote.ask);
  if (!list.check('QUOTE_CROSSED', bid.lte(ask), bid, ask)) return null;

  const widest = limitValue(limits.maxSpreadPoints);
  const spread = ask.minus(bid).div(instrument.tickSize);
  if (widest && !order.reduceOnly && !list.check('SPREAD_TOO_WIDE', spread.lte(widest), spread, widest)) return null;

  const market = order.side === 'BUY' ? ask : bid;
  const reference = order.type === 'MARKET' ? market : (order.stopLimitPrice ?? order.price ?? market);
  if (!checkStops(list, input, instrument, { bid, ask, reference })) return null;
  const worst = checkCollar(list, input, instrument, limits, market);
  return worst && checkRestingDistance(list, input, limits, market) ? { reference, worst, bid, ask } : null;
}

function checkFreshness(list: Checklist, input: RiskInput, quote: Quote, limits: RiskLimits): boolean {
  if (limits.maxQuoteAgeMs === 0) return true;
  const ageMs = Math.max(0, (input.nowUs - quote.timeUs) / 1000);
  const message = `The quote of ${quote.symbol} is ${ageMs} ms old; the limit is ${limits.maxQuoteAgeMs} ms.`;
  return list.check('QUOTE_STALE', ageMs <= limits.maxQuoteAgeMs, ageMs, limits.maxQuoteAgeMs, message);
}

/**
 * Stops belong to the position that the order leaves behind, so its side decides which way they lie. Distances are
 * measured as MetaTrader does: from the price at which the stop would close now, or from the price of a resting order.
 */
function checkStops(
  list: Checklist,
  input: RiskInput,
  instrument: Instrument,
  prices: Pick<OrderPrices, 'bid' | 'ask' | 'reference'>,
): boolean {
  const { order } = input;
  const long = leavesLong(input);
  const from = order.type === 'MARKET' ? (long ? prices.bid : prices.ask) : prices.reference;
  const least = new Decimal(instrument.stopsLevelPoints).mul(instrument.tickSize);
  const distances = [
    order.stopLoss && { name: 'stop loss', stop: order.stopLoss, distance: from.minus(order.stopLoss) },
    order.takeProfit && { name: 'take profit', stop: order.takeProfit, distance: order.takeProfit.minus(from) },
  ];
  for (const item of distances) {
    if (!item) continue;
    const distance = long ? item.distance : item.distance.neg();
    const where = `The ${item.name} ${item.stop.toFixed()} of a ${long ? 'long' : 'short'} position at ${from.toFixed()}`;
    if (!list.check('STOP_WRONG_SIDE', distance.gt(0), item.stop, from, `${where} is on the wrong side.`)) return false;
    const close = `${where} is nearer than ${least.toFixed()}.`;
    if (!list.check('STOP_TOO_CLOSE', distance.gte(least), distance, least, close)) return false;
  }
  return true;
}

/** Whether the position after this order is long; one that closes counts by what it closes. */
export function leavesLong(input: RiskInput): boolean {
  const { order } = input;
  if (isHedgingAccount(input)) return (order.side === 'BUY') !== order.reduceOnly;
  const held = heldLots(input, order.symbol);
  const after = order.side === 'BUY' ? held.plus(order.volumeLots) : held.minus(order.volumeLots);
  return after.isZero() ? order.side === 'SELL' : after.isPositive();
}

function checkCollar(
  list: Checklist,
  input: RiskInput,
  instrument: Instrument,
  limits: RiskLimits,
  market: Decimal,
): Decimal | null {
  const { order } = input;
  const buys = order.side === 'BUY';
  const collar = (limitValue(limits.priceCollarPct) ?? new Decimal(FALLBACK_COLLAR_PCT)).div(100);
  const beyond = (price: Decimal): Decimal =>
    quantisePrice(instrument, price.mul(buys ? collar.plus(1) : new Decimal(1).minus(collar)), buys ? 'down' : 'up');
  const bound = beyond(market);

  // A limit may not be filled beyond its price, and one that could fill at once obeys the collar like a market order.
  if (order.price && order.type !== 'STOP' && order.type !== 'STOP_LIMIT') {
    const within = buys ? order.price.lte(bound) : order.price.gte(bound);
    if (!list.check('PRICE_BEYOND_COLLAR', within, order.price, bound)) return null;
    return order.price;
  }
  const trigger = order.price && (buys ? Decimal.max(order.price, market) : Decimal.min(order.price, market));
  const worst = trigger ? beyond(trigger) : bound;
  if (order.stopLimitPrice) {
    // Once triggered it is a limit order, which is not filled beyond its price.
    const limit = order.stopLimitPrice;
    const within = buys ? limit.lte(worst) : limit.gte(worst);
    return list.check('PRICE_BEYOND_COLLAR', within, limit, worst) ? limit : null;
  }
  // Where a tick is coarser than the collar, no price on tick lies between the market and the bound.
  const reachable = buys ? worst.gte(market) : worst.lte(market) && worst.gt(0);
  return list.check('PRICE_BEYOND_COLLAR', reachable, market, worst) ? worst : null;
}

/** How far a resting entry may wait from the market. */
function checkRestingDistance(list: Checklist, input: RiskInput, limits: RiskLimits, market: Decimal): boolean {
  const most = limitValue(limits.maxRestingDistancePct);
  const { price, type, reduceOnly } = input.order;
  if (!most || !price || type === 'MARKET' || reduceOnly) return true;
  const distancePct = price.minus(market).abs().div(market).mul(100);
  const message = `The price ${price.toFixed()} is ${distancePct.toFixed(4)} % from the market at ${market.toFixed()}; the limit is ${most.toFixed()} %.`;
  return list.check('RESTING_TOO_FAR', distancePct.lte(most), distancePct, most, message);
}
