import { memoryLogger } from '@trading/platform-logging';
import { Redis } from 'ioredis';

import { distributedServers, freshPrefix } from '../../../../../tools/test/src/distributed-servers';
import { cacheContract } from './cache-contract';
import { RedisCache, type RedisCacheOptions } from './redis-cache';

const servers = distributedServers();
const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 30_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('It did not become so in time.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
const answers = (cache: RedisCache): Promise<boolean> =>
  cache.ping().then(
    () => true,
    () => false,
  );
/** A cache with a prefix of its own that is connected; patient, because the machine may be busy. */
const connect = async (more: Partial<RedisCacheOptions> = {}): Promise<RedisCache> => {
  const options = { url: servers.redisUrl, prefix: freshPrefix(), commandTimeoutMs: 5_000, ...more };
  const cache = await RedisCache.open(options);
  await until(() => answers(cache));
  return cache;
};

cacheContract('RedisCache', async () => {
  const cache = await connect();
  return {
    cache,
    pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    close: () => cache.close(),
  };
});

describe('RedisCache', () => {
  let redis: Redis;
  beforeAll(() => {
    redis = new Redis(servers.redisUrl);
    redis.on('error', () => undefined);
  });
  afterAll(() => redis.disconnect());

  it('keeps its keys to itself and gives each a time to live', async () => {
    const [one, two] = [await connect({ prefix: 'one-' + freshPrefix(), defaultTtlMs: 60_000 }), await connect()];
    await one.set('key', 1);
    await two.set('key', 2, 5_000);
    expect([await one.get('key'), await two.get('key')]).toEqual([1, 2]);
    const keys = await redis.keys('*:key');
    expect(keys.length).toBeGreaterThanOrEqual(2);
    for (const key of keys) expect(await redis.pttl(key)).toBeGreaterThan(0);
    await one.set('key', 3, 0);
    expect(await one.get('key')).toBeUndefined();
    await Promise.all([one.close(), two.close()]);
  });

  it('takes what is no JSON for absent, and refuses to keep it', async () => {
    const prefix = freshPrefix();
    const cache = await connect({ prefix });
    await redis.set(`${prefix}:key`, '{half', 'PX', 10_000);
    expect(await cache.get('key')).toBeUndefined();
    await expect(cache.set('f', () => 1)).rejects.toThrow('not JSON');
    await cache.close();
  });

  it('finds nothing and keeps nothing while Redis is away, without waiting, and comes back by itself', async () => {
    const log = memoryLogger();
    const cache = await connect({ log });
    await cache.set('before', 1);
    await servers.stop('redis', 'SIGKILL');
    try {
      await until(async () => !(await answers(cache)));
      const from = performance.now();
      for (let i = 0; i < 1_000; i++) {
        await cache.set(`key ${i}`, i);
        expect(await cache.get(`key ${i}`)).toBeUndefined();
      }
      await cache.delete('key 1');
      // Two thousand of them: any wait would take minutes.
      expect(performance.now() - from).toBeLessThan(10_000);
      await expect(cache.ping()).rejects.toMatchObject({ code: 'CACHE_UNAVAILABLE' });
    } finally {
      await servers.start('redis');
    }
    await until(() => answers(cache));
    await cache.set('after', 2);
    expect(await cache.get('after')).toBe(2);
    expect(await cache.get('key 5')).toBeUndefined();
    expect(log.entries.map(({ message }) => message)).toEqual([
      'Redis is away: nothing is cached until it is back.',
      'Redis is back.',
    ]);
    await cache.close();
  });

  it('may be opened before Redis', async () => {
    await servers.stop('redis', 'SIGTERM');
    const cache = await RedisCache.open({ url: servers.redisUrl, prefix: freshPrefix(), commandTimeoutMs: 5_000 });
    try {
      expect(await cache.get('key')).toBeUndefined();
      await cache.set('key', 1);
    } finally {
      await servers.start('redis');
    }
    await until(() => answers(cache));
    expect(await cache.get('key')).toBeUndefined();
    await cache.close();
  });

  it('does not wait for a server that hangs', async () => {
    const cache = await connect({ commandTimeoutMs: 50 });
    await redis.call('CLIENT', 'PAUSE', '1500', 'ALL');
    const from = performance.now();
    const all = Array.from({ length: 100 }, (_, i) => Promise.all([cache.get(`${i}`), cache.set(`${i}`, i)]));
    expect((await Promise.all(all)).every(([value]) => value === undefined)).toBe(true);
    expect(performance.now() - from).toBeLessThan(1_400);
    await expect(cache.ping()).rejects.toMatchObject({ code: 'CACHE_UNAVAILABLE' });
    await until(() => answers(cache));
    await cache.close();
  });

  it('logs in with the password of its address, and shows it to nobody when it is wrong', async () => {
    const user = `user-${freshPrefix()}`;
    await redis.call('ACL', 'SETUSER', user, 'on', '>right-password', '~*', '+@all');
    const address = (password: string): string => {
      const url = new URL(servers.redisUrl);
      [url.username, url.password] = [user, password];
      return url.href;
    };
    const cache = await connect({ url: address('right-password') });
    await cache.set('key', 1);
    expect(await cache.get('key')).toBe(1);
    await cache.close();
    const log = memoryLogger();
    const refused = await RedisCache.open({ url: address('wrong-password'), prefix: freshPrefix(), log });
    await until(async () => log.entries.length > 0);
    const complaint = await refused.ping().catch((error: unknown) => error);
    expect(complaint).toMatchObject({ code: 'CACHE_UNAVAILABLE' });
    expect(await refused.get('key')).toBeUndefined();
    expect(`${JSON.stringify(log.entries)} ${String(complaint)}`).not.toContain('wrong-password');
    await refused.close();
    await redis.call('ACL', 'DELUSER', user);
  });

  it('sends many small values in few round trips', async () => {
    const cache = await connect();
    const reads = async () => Number(/total_reads_processed:(\d+)/.exec(await redis.info('stats'))?.[1]);
    const before = await reads();
    await Promise.all(Array.from({ length: 5_000 }, (_, i) => cache.set(`many ${i}`, { bid: i })));
    const found = await Promise.all(Array.from({ length: 5_000 }, (_, i) => cache.get<{ bid: number }>(`many ${i}`)));
    expect(found.map((value) => value?.bid)).toEqual(Array.from({ length: 5_000 }, (_, i) => i));
    expect((await reads()) - before).toBeLessThan(1_000);
    await cache.close();
  });
});
