/**
 * Keeps JSON values by key. It may forget any of them at any time; nothing may depend on it for correctness. Nothing here
 * fails because a server is away: then nothing is found and nothing kept.
 */
export interface Cache {
  /** Undefined when absent, expired or forgotten. The type is the caller's claim: keys carry their own version. */
  get<T>(key: string): Promise<T | undefined>;
  /**
   * Keeps a JSON value, for `ttlMs` milliseconds if given, else as long as the adapter sees fit. Later changes of the
   * object do not reach the cache.
   *
   * @throws {TypeError} when the value is not JSON
   */
  set(key: string, value: unknown, ttlMs?: number): Promise<void>;
  delete(key: string): Promise<void>;
}

/** Injection token of the {@link Cache}. */
export const CACHE = Symbol('CACHE');
