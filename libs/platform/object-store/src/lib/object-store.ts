/** What is known of a stored object without reading it. */
export interface ObjectHead {
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface PutOptions {
  /** Refuse with `OBJECT_EXISTS` instead of replacing; of concurrent writers exactly one succeeds. */
  readonly ifAbsent?: boolean;
}

/**
 * Named bytes. Keys are relative paths of segments `[A-Za-z0-9_-][A-Za-z0-9._-]*` joined by `/`; anything else is refused
 * with `INVALID_KEY`. A reader sees an object whole or not at all. Failures are {@link ObjectStoreError}s.
 */
export interface ObjectStore {
  get(key: string): Promise<Buffer | undefined>;
  put(key: string, data: Uint8Array, options?: PutOptions): Promise<void>;
  /** Keys that start with the prefix (any string, not only whole segments; empty: all), sorted. */
  list(prefix: string): Promise<string[]>;
  head(key: string): Promise<ObjectHead | undefined>;
}

export const OBJECT_STORE = Symbol('OBJECT_STORE');
