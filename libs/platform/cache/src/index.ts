/**
 * A cache that may forget at any time. Knows nothing of what it keeps; `InMemoryCache` is the adapter for one process,
 * `cacheContract` is what every adapter must pass. Start with `cache`.
 */
export { CACHE, type Cache } from './lib/cache';
export { InMemoryCache, type InMemoryCacheOptions } from './lib/in-memory-cache';
export { cacheContract, type CacheUnderTest } from './lib/cache-contract';
