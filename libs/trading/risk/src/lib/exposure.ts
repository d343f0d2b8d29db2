import { Decimal, notional, profit, type Instrument, type Quote } from '@trading/trading-market';
import type { Side } from '@trading/trading-orders';
import type { RiskInput } from './risk-input';

const ZERO = new Decimal(0);

export function signedLots(side: Side, lots: Decimal): Decimal {
  return side === 'BUY' ? lots : lots.neg();
}

/** What one symbol holds, and how far what is reserved could carry it either way. Reduce-only orders are left out. */
export interface SymbolExposure {
  readonly symbol: string;
  /** Held now, signed. */
  readonly held: Decimal;
  readonly buying: Decimal;
  readonly selling: Decimal;
}

/** |lots| at worst: any subset of the reserved orders may fill, so the ends of the range decide. */
export function worstLots(exposure: SymbolExposure): Decimal {
  return Decimal.max(mostLong(exposure).abs(), mostShort(exposure).abs());
}

export function mostLong(exposure: SymbolExposure): Decimal {
  return exposure.held.plus(exposure.buying);
}

export function mostShort(exposure: SymbolExposure): Decimal {
  return exposure.held.minus(exposure.selling);
}

/** Of every symbol held or reserved; with the order itself when `withOrder`. */
export function exposures(input: RiskInput, withOrder: boolean): Map<string, SymbolExposure> {
  const found = new Map<string, SymbolExposure>();
  const of = (symbol: string): SymbolExposure =>
    found.get(symbol) ?? { symbol, held: ZERO, buying: ZERO, selling: ZERO };
  const reserve = (symbol: string, side: Side, lots: Decimal): void => {
    const before = of(symbol);
    found.set(
      symbol,
      side === 'BUY'
        ? { ...before, buying: before.buying.plus(lots) }
        : { ...before, selling: before.selling.plus(lots) },
    );
  };
  for (const [symbol, position] of input.positions) {
    if (!position.lots.isZero()) found.set(symbol, { ...of(symbol), held: position.lots });
  }
  for (const reservation of input.reservations) {
    if (!reservation.reduceOnly && reservation.coid !== input.order.coid)
      reserve(reservation.symbol, reservation.side, reservation.lots);
  }
  const { order } = input;
  if (withOrder && !order.reduceOnly) reserve(order.symbol, order.side, order.volumeLots);
  return found;
}

/** Money in the account's currency, from the prices that are known. */
export interface Valuation {
  /** Notional of one lot at the highest known price of the symbol: the cautious side for exposure and margin. */
  lotValue(symbol: string): LotValue;
}

export type LotValue =
  | { readonly kind: 'value'; readonly perLot: Decimal; readonly instrument: Instrument; readonly rate: Decimal }
  | { readonly kind: 'missing'; readonly code: 'INSTRUMENT_UNKNOWN' | 'CONVERSION_MISSING'; readonly what: string };

/** Prices of the order's symbol are its quote and its own price; of others their quotes, else what was paid. */
export function valuation(input: RiskInput, currency: string, orderPrice: Decimal): Valuation {
  return {
    lotValue(symbol) {
      const instrument = instrumentOf(input, symbol);
      if (!instrument) return { kind: 'missing', code: 'INSTRUMENT_UNKNOWN', what: symbol };
      const rate = input.rates.rate(instrument.profitCurrency, currency);
      if (!rate)
        return { kind: 'missing', code: 'CONVERSION_MISSING', what: `${instrument.profitCurrency}${currency}` };
      const ask = quoteOf(input, symbol)?.ask;
      const known = ask === undefined ? paidPrices(input, symbol) : [new Decimal(ask)];
      if (symbol === input.order.symbol) known.push(orderPrice);
      return { kind: 'value', perLot: notional(instrument, 1, Decimal.max(...known)).mul(rate), instrument, rate };
    },
  };
}

export function instrumentOf(input: RiskInput, symbol: string): Instrument | undefined {
  return symbol === input.order.symbol ? input.instrument : input.instrumentOf?.(symbol);
}

export function quoteOf(input: RiskInput, symbol: string): Quote | undefined {
  return symbol === input.order.symbol ? input.quote : input.quoteOf?.(symbol);
}

function paidPrices(input: RiskInput, symbol: string): Decimal[] {
  const position = input.positions.get(symbol);
  const reserved = input.reservations.filter((reservation) => reservation.symbol === symbol).map(({ price }) => price);
  return position ? [position.averagePrice, ...reserved] : reserved;
}

/** How much is lost from one price to another, profit currency, at least 0. */
export function lossBetween(instrument: Instrument, lots: Decimal, from: Decimal, to: Decimal): Decimal {
  return Decimal.max(0, profit(instrument, lots, from, to).neg());
}
