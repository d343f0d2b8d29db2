import type { ProcessLifecycle } from '@trading/platform-bootstrap';
import { InMemoryCache, RedisCache, type Cache } from '@trading/platform-cache';
import type { Logger } from '@trading/platform-logging';
import type { ProcessConfig } from './process-variables';

/** The cache of a process: Redis where one is named, else its own memory. */
export async function openCache(
  service: string,
  { REDIS_URL: url, REDIS_PREFIX: prefix }: ProcessConfig,
  lifecycle: ProcessLifecycle,
  logger: Logger,
): Promise<Cache> {
  if (url === undefined) return new InMemoryCache();
  const cache = await RedisCache.open({ url, prefix, log: logger });
  lifecycle.addClosing('cache', () => cache.close());
  lifecycle.health.registerProbe(service, { name: 'redis', kind: 'degraded', check: () => cache.ping() });
  return cache;
}
