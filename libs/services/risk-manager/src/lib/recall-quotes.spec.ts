import { quoteKey } from '@trading/contracts';
import { InMemoryCache, type Cache } from '@trading/platform-cache';
import { RiskAccountView } from './account-view';
import { recallQuotes } from './recall-quotes';

const NOW_US = 1_000_000;

describe('recalling quotes', () => {
  let cache: InMemoryCache;
  let view: RiskAccountView;
  const recall = (symbols: readonly string[]): Promise<void> => recallQuotes(cache, 'acc-1', symbols, NOW_US, view);
  const keep = (symbol: string, value: unknown): Promise<void> => cache.set(quoteKey('acc-1', symbol), value);

  beforeEach(() => {
    cache = new InMemoryCache();
    view = new RiskAccountView([], false);
  });

  it('gives the view what the gateway last saw, with its own time', async () => {
    await keep('EURUSD', { timeUs: 5, bid: 1.1, ask: 1.2 });
    await cache.set(quoteKey('acc-2', 'GBPUSD'), { timeUs: 5, bid: 1.5, ask: 1.6 });
    await recall(['EURUSD', 'GBPUSD']);
    expect(view.quote('EURUSD')).toEqual({ symbol: 'EURUSD', timeUs: 5, bid: 1.1, ask: 1.2 });
    expect(view.quote('GBPUSD')).toBeUndefined();
  });

  it('never puts an older quote before one that the view has', async () => {
    view.onTicks('EURUSD', [7], [1.3], [1.4]);
    await keep('EURUSD', { timeUs: 6, bid: 1.1, ask: 1.2 });
    await recall(['EURUSD']);
    expect(view.quote('EURUSD')).toMatchObject({ timeUs: 7, bid: 1.3 });
  });

  it('leaves out what is from the future or no quote', async () => {
    await keep('EURUSD', { timeUs: NOW_US + 1, bid: 1.1, ask: 1.2 });
    await keep('GBPUSD', { timeUs: 5, bid: 'x', ask: 1.2 });
    await recall(['EURUSD', 'GBPUSD']);
    expect([view.quote('EURUSD'), view.quote('GBPUSD')]).toEqual([undefined, undefined]);
  });

  it('waits for ticks when the cache fails', async () => {
    const failing = { get: () => Promise.reject(new Error('away')) } as unknown as Cache;
    await recallQuotes(failing, 'acc-1', ['EURUSD'], NOW_US, view);
    expect(view.quote('EURUSD')).toBeUndefined();
  });
});
