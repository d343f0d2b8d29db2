import { Decimal, notional, profit, type Instrument, type Quote } from '@trading/trading-market';
import type { Side } from '@trading/trading-orders';
import type { RiskInput } from './risk-input';

const ZERO = new Decimal(0);

export function signedLots(side: Side, lots: Decimal): Decimal {
  return side === 'BUY' ? lots : lots.neg();
}

/**
 * What one symbol holds, and how far what is reserved could carry it either way. A hedging account holds both sides at
 * once; on a netting account what reduces is left out, because it can only bring the position nearer to zero.
 */
export interface SymbolExposure {
  readonly symbol: string;
  readonly isHedging: boolean;
  /** Held now, signed; of a hedging account long minus short. */
  readonly held: Decimal;
  /** Hedging: all that is held of either side, at least 0. */
  readonly long: Decimal;
  readonly short: Decimal;
  /** Entries that may fill. */
  readonly buying: Decimal;
  readonly selling: Decimal;
  /** Hedging: closes that may fill, which carry the net position to the other side. */
  readonly closingShort: Decimal;
  readonly closingLong: Decimal;
  /** Positions and orders that would be one. */
  readonly positions: number;
}

/** |lots| of one side at worst: any subset of the reserved orders may fill, so the ends of the range decide. */
export function worstLots(exposure: SymbolExposure): Decimal {
  const { isHedging, long, short, buying, selling } = exposure;
  return isHedging
    ? Decimal.max(long.plus(buying), short.plus(selling))
    : Decimal.max(mostLong(exposure).abs(), mostShort(exposure).abs());
}

/** Lots of both sides at worst, which a netting account cannot hold at once. */
export function grossLots(exposure: SymbolExposure): Decimal {
  const { isHedging, long, short, buying, selling } = exposure;
  return isHedging ? long.plus(short).plus(buying).plus(selling) : worstLots(exposure);
}

/** By how many lots a symbol could come to exceed what is held. */
export function growthLots(exposure: SymbolExposure): Decimal {
  return exposure.isHedging ? exposure.buying.plus(exposure.selling) : worstLots(exposure).minus(exposure.held.abs());
}

/** Net lots when everything that buys fills and nothing that sells. */
export function mostLong(exposure: SymbolExposure): Decimal {
  return exposure.held.plus(exposure.buying).plus(exposure.closingShort);
}

export function mostShort(exposure: SymbolExposure): Decimal {
  return exposure.held.minus(exposure.selling).minus(exposure.closingLong);
}

/** Of every symbol held or reserved; with the order itself when `withOrder`. */
export function exposures(input: RiskInput, withOrder: boolean): Map<string, SymbolExposure> {
  const found = new Map<string, SymbolExposure>();
  const isHedging = isHedgingAccount(input);
  const add = (symbol: string, change: Partial<Record<AddedLots, Decimal>>, positions: number): void => {
    const before = found.get(symbol) ?? emptyExposure(symbol, isHedging);
    const sums = Object.entries(change).map(([name, lots]) => [name, before[name as AddedLots].plus(lots)] as const);
    found.set(symbol, { ...before, ...Object.fromEntries(sums), positions: before.positions + positions });
  };
  const reserve = ({ symbol, side, reduceOnly }: Reserving, lots: Decimal): void => {
    if (!reduceOnly) add(symbol, side === 'BUY' ? { buying: lots } : { selling: lots }, 1);
    else if (isHedging) add(symbol, side === 'BUY' ? { closingShort: lots } : { closingLong: lots }, 0);
  };
  for (const [key, position] of input.positions) {
    const { lots } = position;
    if (lots.isZero()) continue;
    add(position.symbol ?? key, { held: lots, ...(lots.isPositive() ? { long: lots } : { short: lots.neg() }) }, 1);
  }
  for (const reservation of input.reservations)
    if (reservation.coid !== input.order.coid) reserve(reservation, reservation.lots);
  if (withOrder) reserve(input.order, input.order.volumeLots);
  return found;
}

type AddedLots = 'held' | 'long' | 'short' | 'buying' | 'selling' | 'closingShort' | 'closingLong';
type Reserving = Pick<RiskInput['order'], 'symbol' | 'side' | 'reduceOnly'>;

function emptyExposure(symbol: string, isHedging: boolean): SymbolExposure {
  const none = { held: ZERO, long: ZERO, short: ZERO, buying: ZERO, selling: ZERO };
  return { symbol, isHedging, ...none, closingShort: ZERO, closingLong: ZERO, positions: 0 };
}

export function isHedgingAccount({ marginMode }: Pick<RiskInput, 'marginMode'>): boolean {
  return marginMode === 'HEDGING';
}

/** Signed lots of a symbol; of a hedging account long minus short. */
export function heldLots(input: Pick<RiskInput, 'positions'>, symbol: string): Decimal {
  let lots = ZERO;
  for (const [key, position] of input.positions)
    if ((position.symbol ?? key) === symbol) lots = lots.plus(position.lots);
  return lots;
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

type KnownMarket = Pick<RiskInput, 'instrument' | 'instrumentOf' | 'quote' | 'quoteOf'> & {
  readonly order: Pick<RiskInput['order'], 'symbol'>;
};

/** The order's own, or another's. */
export function instrumentOf(input: KnownMarket, symbol: string): Instrument | undefined {
  return symbol === input.order.symbol ? input.instrument : input.instrumentOf?.(symbol);
}

export function quoteOf(input: KnownMarket, symbol: string): Quote | undefined {
  return symbol === input.order.symbol ? input.quote : input.quoteOf?.(symbol);
}

function paidPrices(input: RiskInput, symbol: string): Decimal[] {
  const held = [...input.positions].filter(([key, position]) => (position.symbol ?? key) === symbol);
  const reserved = input.reservations.filter((reservation) => reservation.symbol === symbol).map(({ price }) => price);
  return [...held.map(([, { averagePrice }]) => averagePrice), ...reserved];
}

/** How much is lost from one price to another, profit currency, at least 0. */
export function lossBetween(instrument: Instrument, lots: Decimal, from: Decimal, to: Decimal): Decimal {
  return Decimal.max(0, profit(instrument, lots, from, to).neg());
}
