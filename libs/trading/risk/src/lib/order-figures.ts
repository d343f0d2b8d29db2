import { Decimal, notional, type Instrument } from '@trading/trading-market';
import type { OrderPrices } from './check-quote';
import { leavesLong } from './check-quote';
import { lossBetween, signedLots } from './exposure';
import type { RiskInput } from './risk-input';

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
  /** What crossing the spread costs at once. */
  readonly spreadCost: Decimal;
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
  const held = input.positions.get(order.symbol)?.lots ?? new Decimal(0);
  const after = held.plus(signedLots(order.side, order.volumeLots));
  const opens = !order.reduceOnly && !after.isZero() && leavesLong(input) === (order.side === 'BUY');
  const openingLots = opens ? Decimal.min(order.volumeLots, after.abs()) : new Decimal(0);
  const opening = signedLots(order.side, openingLots);
  return {
    rate,
    openingLots,
    notional: notional(instrument, order.volumeLots, prices.reference).mul(rate),
    lossAtStop: order.stopLoss && lossBetween(instrument, opening, prices.reference, order.stopLoss).mul(rate),
    spreadCost: lossBetween(instrument, openingLots, prices.ask, prices.bid).mul(rate),
  };
}
