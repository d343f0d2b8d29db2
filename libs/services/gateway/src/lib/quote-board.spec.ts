import { market, quoteKey } from '@trading/contracts';
import { InMemoryCache, type Cache } from '@trading/platform-cache';
import { QuoteBoard } from './quote-board';

const batch = (symbol: string, ...timesUs: number[]): market.TickBatch =>
  market.TickBatch.fromPartial({
    accountId: 'acc-1',
    symbol,
    timeUs: timesUs,
    bid: timesUs.map((t) => t + 0.1),
    ask: timesUs.map((t) => t + 0.2),
  });

/** A cache that counts, and answers when the test says so. */
class SlowCache extends InMemoryCache {
  readonly sets: string[] = [];
  held: Promise<void> = Promise.resolve();
  override async set(key: string, value: unknown, ttlMs?: number): Promise<void> {
    this.sets.push(key);
    await this.held;
    return super.set(key, value, ttlMs);
  }
}
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
};

describe('the quote board', () => {
  it('keeps the last quote of each symbol, and leaves out those between', async () => {
    const cache = new SlowCache();
    const board = new QuoteBoard(cache, { everyMs: 1 });
    for (let t = 1; t <= 1_000; t++) board.show(batch('EURUSD', t * 10, t * 10 + 1));
    board.show(batch('GBPUSD', 7));
    board.show(batch('USDJPY'));
    await until(() => cache.sets.length === 2);
    await board.close();
    expect(cache.sets).toEqual([quoteKey('acc-1', 'EURUSD'), quoteKey('acc-1', 'GBPUSD')]);
    expect(await cache.get(quoteKey('acc-1', 'EURUSD'))).toEqual({ timeUs: 10_001, bid: 10_001.1, ask: 10_001.2 });
  });

  it('waits for the cache before it writes again, and writes the rest when it closes', async () => {
    const cache = new SlowCache();
    let release: () => void = () => undefined;
    cache.held = new Promise((resolve) => (release = resolve));
    const board = new QuoteBoard(cache, { everyMs: 0 });
    board.show(batch('EURUSD', 1));
    await until(() => cache.sets.length === 1);
    board.show(batch('EURUSD', 2));
    board.show(batch('EURUSD', 3));
    await new Promise((resolve) => setImmediate(resolve));
    expect(cache.sets).toHaveLength(1);
    release();
    await until(() => cache.sets.length === 2);
    board.show(batch('EURUSD', 4));
    await board.close();
    board.show(batch('EURUSD', 5));
    expect(await cache.get(quoteKey('acc-1', 'EURUSD'))).toMatchObject({ timeUs: 4 });
  });

  it('bears a cache that fails', async () => {
    const failing = { set: () => Promise.reject(new Error('away')) } as unknown as Cache;
    const board = new QuoteBoard(failing, { everyMs: 0 });
    board.show(batch('EURUSD', 1));
    await board.close();
  });
});
