import { Decimal, notional, type Instrument } from '@trading/trading-market';
import type { OrderPrices } from './check-quote';
import { leavesLong } from './check-quote';
import { heldLots, isHedgingAccount, lossBetween, signedLots } from './exposure';
import type { RiskInput } from './risk-input';
import { swapCost } from './worst-case';

/** What the order amounts to in the account's currency. */
export interface OrderFigures {
  /** Account currency per unit of the profit currency. */
  readonly rate: Decimal;
  /** Lots that open or enlarge a position; the rest nets against what is held. */
  readonly openingLots: Decimal;
  /** At the reference price. */
  readonly notional: Decimal;
  /** Of the opening lots, from the reference price; `undefined` without a stop loss. */
  readonly lossAtStop: Decimal | undefined;
  /** What is lost at worst when the order fills and its stop is hit: costs, the next swap and the spread included. */
  readonly worstLoss: Decimal;
}

/** `undefined` when there is no rate into the account's currency. */
export function orderFigures(
  input: RiskInput,
  instrument: Instrument,
  currency: string,
  prices: OrderPrices,
): OrderFigures | undefined {
  const rate = input.rates.rate(instrument.profitCurrency, currency);
  if (!rate) return undefined;
  const { order } = input;
  const held = isHedgingAccount(input) ? new Decimal(0) : heldLots(input, order.symbol);
  const after = held.plus(signedLots(order.side, order.volumeLots));
  const opens = !order.reduceOnly && !after.isZero() && leavesLong(input) === (order.side === 'BUY');
  const openingLots = opens ? Decimal.min(order.volumeLots, after.abs()) : new Decimal(0);
  const opening = signedLots(order.side, openingLots);
  const lossAtStop = order.stopLoss && lossBetween(instrument, opening, prices.reference, order.stopLoss).mul(rate);
  const spreadCost = lossBetween(instrument, openingLots, prices.ask, prices.bid).mul(rate);
  return {
    rate,
    openingLots,
    notional: notional(instrument, order.volumeLots, prices.reference).mul(rate),
    lossAtStop,
    worstLoss: Decimal.max(lossAtStop ?? 0, spreadCost).plus(costOf(input, opening)),
  };
}

/** Commission of both ways and the next swap of an opening order. */
function costOf(input: RiskInput, opening: Decimal): Decimal {
  const costs = input.costsOf?.(input.order.symbol);
  if (costs === undefined) return new Decimal(0);
  return costs.commissionPerLot.mul(2).mul(opening.abs()).plus(swapCost(costs, opening));
}
