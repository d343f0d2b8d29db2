import { type Clock, systemClock } from '@trading/platform-config';
import type { Cache } from './cache';

export interface InMemoryCacheOptions {
  readonly clock?: Clock;
  /** Entries kept at most; the one not used for longest goes first. */
  readonly maxEntries?: number;
}

interface Entry {
  readonly json: string;
  readonly expiresAtUs: number;
}

/** The cache of one process: bounded, least recently used goes first. */
export class InMemoryCache implements Cache {
  // A Map keeps insertion order; an entry that is used is inserted again, so the first is the oldest.
  private readonly entries = new Map<string, Entry>();
  private readonly clock: Clock;
  private readonly maxEntries: number;

  constructor({ clock = systemClock, maxEntries = 10_000 }: InMemoryCacheOptions = {}) {
    this.clock = clock;
    this.maxEntries = maxEntries;
  }

  get size(): number {
    return this.entries.size;
  }

  async get<T>(key: string): Promise<T | undefined> {
    const entry = this.entries.get(key);
    if (entry === undefined) {
      return undefined;
    }
    this.entries.delete(key);
    if (entry.expiresAtUs <= this.clock.nowUs()) {
      return undefined;
    }
    this.entries.set(key, entry);
    return JSON.parse(entry.json) as T;
  }

  async set(key: string, value: unknown, ttlMs?: number): Promise<void> {
    const json = JSON.stringify(value) as string | undefined;
    if (json === undefined) {
      throw new TypeError(`The value for ${key} is not JSON.`);
    }
    this.entries.delete(key);
    this.entries.set(key, {
      json,
      expiresAtUs: ttlMs === undefined ? Number.POSITIVE_INFINITY : this.clock.nowUs() + ttlMs * 1000,
    });
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= this.maxEntries) {
        break;
      }
      this.entries.delete(oldest);
    }
  }

  async delete(key: string): Promise<void> {
    this.entries.delete(key);
  }
}
