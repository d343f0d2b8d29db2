import { Decimal } from '@trading/trading-market';
import { instrumentOf, lossBetween, quoteOf } from './exposure';
import type { PositionAtRisk, RiskInput, TradingCosts } from './risk-input';

const ZERO = new Decimal(0);

/** What the worst case needs to know; a whole {@link RiskInput} will do. */
export type AccountAtRisk = Pick<
  RiskInput,
  'positions' | 'reservations' | 'rates' | 'instrument' | 'quote' | 'instrumentOf' | 'quoteOf' | 'costsOf'
> & { readonly order: { readonly coid: string; readonly symbol: string } };

export type WorstCase =
  | { readonly kind: 'known'; readonly loss: Decimal }
  | {
      readonly kind: 'missing';
      readonly code: 'INSTRUMENT_UNKNOWN' | 'QUOTE_MISSING' | 'CONVERSION_MISSING';
      readonly what: string;
    };

/**
 * What is still to lose, account currency, if every open and reserved stop were hit, the costs of closing and the next
 * swap included. A position without a stop counts by its unrealised result, which the equity holds already, and by its
 * costs. Gaps through stops are what the limits' buffer is for. `restated`: a further stop of a position, by its key.
 */
export function worstCaseLoss(
  account: AccountAtRisk,
  currency: string,
  restated?: { readonly key: string; readonly stop: Decimal | undefined },
): WorstCase {
  let loss = ZERO;
  for (const [key, position] of account.positions) {
    if (position.lots.isZero()) continue;
    const stops = [position.stopLoss, restated?.key === key ? restated.stop : undefined];
    const found = positionLoss(account, currency, position.symbol ?? key, position, stops);
    if (found.kind === 'missing') return found;
    loss = loss.plus(found.loss);
  }
  for (const reservation of account.reservations)
    if (!reservation.reduceOnly && reservation.coid !== account.order.coid)
      loss = loss.plus(reservation.lossAtStop ?? ZERO);
  return { kind: 'known', loss };
}

function positionLoss(
  account: AccountAtRisk,
  currency: string,
  symbol: string,
  { lots }: PositionAtRisk,
  stops: readonly (Decimal | undefined)[],
): WorstCase {
  const costs = account.costsOf?.(symbol);
  const cost = costs ? costs.commissionPerLot.mul(lots.abs()).plus(swapCost(costs, lots)) : ZERO;
  const set = stops.filter((stop) => stop !== undefined);
  if (set.length === 0) return { kind: 'known', loss: cost };
  const instrument = instrumentOf(account, symbol);
  if (!instrument) return { kind: 'missing', code: 'INSTRUMENT_UNKNOWN', what: symbol };
  const quote = quoteOf(account, symbol);
  if (!quote) return { kind: 'missing', code: 'QUOTE_MISSING', what: symbol };
  const rate = account.rates.rate(instrument.profitCurrency, currency);
  if (!rate) return { kind: 'missing', code: 'CONVERSION_MISSING', what: `${instrument.profitCurrency}${currency}` };
  const mark = new Decimal(lots.isPositive() ? quote.bid : quote.ask);
  const losses = set.map((stop) => lossBetween(instrument, lots, mark, stop).mul(rate));
  return { kind: 'known', loss: Decimal.max(...losses).plus(cost) };
}

/** What the next rollover takes of signed lots, at least 0: swap that is paid out is not counted on. */
export function swapCost({ swapLongPerLot, swapShortPerLot }: TradingCosts, lots: Decimal): Decimal {
  const perLot = lots.isNegative() ? swapShortPerLot : swapLongPerLot;
  return Decimal.max(0, perLot.neg()).mul(lots.abs());
}
