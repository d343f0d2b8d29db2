import { RedisCache } from './redis-cache';

describe('RedisCache without a Redis', () => {
  it('misses, drops and says so to its probe, and closes', async () => {
    const cache = await RedisCache.open({ url: 'redis://127.0.0.1:1' });
    await cache.set('key', 1);
    expect(await cache.get('key')).toBeUndefined();
    await cache.delete('key');
    await expect(cache.ping()).rejects.toMatchObject({ code: 'CACHE_UNAVAILABLE' });
    await cache.close();
  });

  it.each([
    [{ url: 'localhost:6379' }],
    [{ url: 'http://:secret@host' }],
    [{ url: 'redis://host', prefix: '' }],
    [{ url: 'redis://host', prefix: 'a*' }],
    [{ url: 'redis://host', defaultTtlMs: 0 }],
  ])('refuses %j, without the password', async (options) => {
    const refusal = await RedisCache.open(options).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'CACHE' });
    expect(String(refusal)).not.toContain('secret');
  });
});
