import { ManualClock } from '@trading/platform-config';
import { cacheContract } from './cache-contract';
import { InMemoryCache } from './in-memory-cache';

cacheContract('InMemoryCache', () => {
  const clock = new ManualClock();
  return { cache: new InMemoryCache({ clock }), pass: (ms) => clock.advanceMs(ms) };
});

describe('InMemoryCache', () => {
  it('drops the entry not used for longest when it is full', async () => {
    const cache = new InMemoryCache({ maxEntries: 2 });
    await cache.set('a', 1);
    await cache.set('b', 2);
    await cache.get('a');
    await cache.set('c', 3);
    expect([await cache.get('a'), await cache.get('b'), await cache.get('c')]).toEqual([1, undefined, 3]);
    expect(cache.size).toBe(2);
  });

  it('refuses what is not JSON', async () => {
    await expect(new InMemoryCache().set('f', () => 1)).rejects.toThrow('not JSON');
  });
});
