/** The latest prices of a symbol as the gateway leaves them in the cache, for services that have just started. */
export interface CachedQuote {
  /** UTC microseconds, of the terminal's tick. */
  readonly timeUs: number;
  readonly bid: number;
  readonly ask: number;
}

/** Where the cache keeps the latest quote of an account's symbol; the version is that of {@link CachedQuote}. */
export function quoteKey(accountId: string, symbol: string): string {
  return `quote.v1:${encodeURIComponent(accountId)}:${encodeURIComponent(symbol)}`;
}

/** What the cache holds, if it is a quote: anybody may have written there. */
export function cachedQuoteOf(value: unknown): CachedQuote | undefined {
  const { timeUs, bid, ask } = (value ?? {}) as Partial<Record<keyof CachedQuote, unknown>>;
  const isPrice = (price: unknown): price is number => typeof price === 'number' && price > 0 && price < Infinity;
  if (!Number.isSafeInteger(timeUs) || !isPrice(bid) || !isPrice(ask)) return undefined;
  return { timeUs: timeUs as number, bid, ask };
}
