import { Decimal } from '@trading/trading-market';

/** Gives what one unit of a currency is worth in another, or `undefined` while that is not known. */
export interface RateSource {
  rate(from: string, to: string): Decimal | undefined;
}

const ONE = new Decimal(1);
const PAIR = /^[A-Z]{6}$/;

/** Bid and ask per six-letter pair: JSON-safe, in the order of first arrival. */
export type CrossRatesState = Readonly<Record<string, readonly [bid: number, ask: number]>>;

/**
 * Rates from the quotes of currency pairs: the mid of the pair itself, or the inverse of the mid of the reversed pair.
 * Two currencies without a pair between them have no rate; nothing is chained through a third.
 */
export class CrossRates implements RateSource {
  private readonly quotes = new Map<string, readonly [number, number]>();

  /** Remembers a pair's prices. Other symbols, crossed quotes and prices that are not positive are passed over. */
  onQuote(symbol: string, bid: number, ask: number): void {
    if (!PAIR.test(symbol) || !(bid > 0) || !(ask >= bid) || !Number.isFinite(ask)) return;
    this.quotes.set(symbol, [bid, ask]);
  }

  rate(from: string, to: string): Decimal | undefined {
    if (from === to) return ONE;
    const direct = this.mid(from + to);
    if (direct) return direct;
    const reversed = this.mid(to + from);
    return reversed && ONE.div(reversed);
  }

  snapshot(): CrossRatesState {
    return Object.fromEntries(this.quotes);
  }

  static restore(state: CrossRatesState): CrossRates {
    const rates = new CrossRates();
    for (const [symbol, [bid, ask]] of Object.entries(state)) rates.onQuote(symbol, bid, ask);
    return rates;
  }

  private mid(pair: string): Decimal | undefined {
    const quote = this.quotes.get(pair);
    return quote && new Decimal(quote[0]).plus(quote[1]).div(2);
  }
}
