/** Keeps JSON values by key. It may forget any of them at any time; nothing may depend on it for correctness. */
export interface Cache {
  /** Undefined when absent, expired or forgotten. The type is the caller's claim: keys carry their own version. */
  get<T>(key: string): Promise<T | undefined>;
  /** Keeps a JSON value, for `ttlMs` milliseconds if given. Later changes of the object do not reach the cache. */
  set(key: string, value: unknown, ttlMs?: number): Promise<void>;
  delete(key: string): Promise<void>;
}

/** Injection token of the {@link Cache}. */
export const CACHE = Symbol('CACHE');
