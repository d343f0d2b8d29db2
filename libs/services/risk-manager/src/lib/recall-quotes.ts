import { cachedQuoteOf, quoteKey } from '@trading/contracts';
import type { Cache } from '@trading/platform-cache';
import type { RiskAccountView } from './account-view';

/**
 * Gives the view of a live session the quotes that the gateway last saw, so that a restart need not wait for a tick of
 * every symbol to value what is open. They keep their own times: what is too old is refused by the checks as ever. A
 * quote from the future would look fresh for too long and is left out. Without a cache the view waits for ticks.
 */
export async function recallQuotes(
  cache: Cache,
  accountId: string,
  symbols: readonly string[],
  nowUs: number,
  view: RiskAccountView,
): Promise<void> {
  const found = await Promise.all(
    symbols.map((symbol) => cache.get(quoteKey(accountId, symbol)).catch(() => undefined)),
  );
  for (const [i, symbol] of symbols.entries()) {
    const quote = cachedQuoteOf(found[i]);
    if (quote === undefined || quote.timeUs > nowUs) continue;
    if (quote.timeUs <= (view.quote(symbol)?.timeUs ?? Number.NEGATIVE_INFINITY)) continue;
    view.onTicks(symbol, [quote.timeUs], [quote.bid], [quote.ask]);
  }
}
