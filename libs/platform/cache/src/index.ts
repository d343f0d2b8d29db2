/**
 * A cache that may forget at any time. Knows nothing of what it keeps; `InMemoryCache` is the adapter for one process,
 * `RedisCache` the one that processes share, `cacheContract` is what every adapter must pass. Start with `cache`.
 */
export { CACHE, type Cache } from './lib/cache';
export { CacheError, CacheUnavailable } from './lib/errors';
export { InMemoryCache, type InMemoryCacheOptions } from './lib/in-memory-cache';
export { RedisCache, type CacheLog, type RedisCacheOptions } from './lib/redis-cache';
export { cacheContract, type CacheUnderTest } from './lib/cache-contract';
