/** A cache was opened with options that cannot work. */
export class CacheError extends Error {
  readonly code: string = 'CACHE';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The cache's server does not answer. Only probes see this: lookups miss and writes are dropped. */
export class CacheUnavailable extends CacheError {
  override readonly code = 'CACHE_UNAVAILABLE';
  constructor(reason: string) {
    super(`The cache cannot be reached: ${reason}.`);
  }
}
