import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import type { Cache } from './cache';
import { countLookup, countWrite } from './cache-metrics';
import { CacheError, CacheUnavailable } from './errors';

/** Commands without an answer; more are given up at once, so that a server that hangs costs no memory. */
const MOST_PENDING = 10_000;
const CONNECT_TIMEOUT_MS = 2_000;
const PING_TIMEOUT_MS = 1_000;
const LONGEST_PAUSE_MS = 2_000;
const DAY_MS = 86_400_000;
const NO_ANSWER: unique symbol = Symbol('no answer');
const PREFIX = /^[a-zA-Z0-9][a-zA-Z0-9:._-]*$/;

/** Where the cache says that Redis went away or returned; a pino logger is one. */
export interface CacheLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface RedisCacheOptions {
  /** `redis://[user:password@]host:port[/database]`; `rediss://` for TLS. */
  readonly url: string;
  /** Begins every key, with a colon behind it: programs that share a server share no keys. Default `trading`. */
  readonly prefix?: string | undefined;
  /** How long a value lives that is set without a time to live. Default one day. */
  readonly defaultTtlMs?: number | undefined;
  /** An answer that takes longer counts as none. Default 50 ms. */
  readonly commandTimeoutMs?: number | undefined;
  /** PEM file of the certificates that may have signed the server's; default: those of Node. */
  readonly caFile?: string | undefined;
  readonly log?: CacheLog | undefined;
}

/**
 * The cache that processes share. Nobody waits for it and nothing fails because of it: while Redis is away, slow or
 * full, a `get` finds nothing and a `set` is dropped, both counted; the connection comes back by itself. Commands of one
 * turn of the event loop share a round trip.
 */
export class RedisCache implements Cache {
  private readonly client: Redis;
  private readonly prefix: string;
  private readonly defaultTtlMs: number;
  private readonly timeoutMs: number;
  private pending = 0;
  private lastError = 'no connection yet';
  private isAwaySaid = false;
  private isClosed = false;

  private constructor(
    Client: typeof Redis,
    private readonly options: RedisCacheOptions,
  ) {
    this.prefix = options.prefix ?? 'trading';
    this.defaultTtlMs = options.defaultTtlMs ?? DAY_MS;
    this.timeoutMs = options.commandTimeoutMs ?? 50;
    if (!PREFIX.test(this.prefix)) throw new CacheError(`"${this.prefix}" is no prefix for keys.`);
    if (!(this.defaultTtlMs >= 1)) throw new CacheError('The default time to live has to be at least 1 ms.');
    const { caFile } = options;
    this.client = new Client(checkedUrl(options.url), {
      ...(caFile === undefined ? {} : { tls: { ca: readFileSync(caFile) } }),
      enableAutoPipelining: true,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      connectTimeout: CONNECT_TIMEOUT_MS,
      // A connection that is silent for so long while answers are due is made anew.
      socketTimeout: 2_000,
      retryStrategy: (times) => Math.min(LONGEST_PAUSE_MS, 50 * 2 ** Math.min(times, 10)) * (0.5 + Math.random() / 2),
      connectionName: this.prefix,
    });
    this.client.on('error', (error: Error) => this.onError(error));
    this.client.on('close', () => this.onError(undefined));
    this.client.on('ready', () => this.onReady());
  }

  /**
   * Needs no server: the connection is made in the background, for as long as it takes.
   *
   * @throws {CacheError} for options that cannot work
   */
  static async open(options: RedisCacheOptions): Promise<RedisCache> {
    // Loaded here, because programs that cache in memory need not wait for it.
    return new RedisCache((await import('ioredis')).Redis, options);
  }

  async get<T>(key: string): Promise<T | undefined> {
    const answer = await this.ask(() => this.client.get(this.keyOf(key)));
    if (answer === NO_ANSWER) {
      countLookup('error');
      return undefined;
    }
    const value = answer === null ? undefined : parsed(answer);
    countLookup(value === undefined ? 'miss' : 'hit');
    return value as T | undefined;
  }

  async set(key: string, value: unknown, ttlMs = this.defaultTtlMs): Promise<void> {
    const json = JSON.stringify(value) as string | undefined;
    if (json === undefined) throw new TypeError(`The value for ${key} is not JSON.`);
    if (!(ttlMs > 0)) return this.delete(key);
    const answer = await this.ask(() => this.client.set(this.keyOf(key), json, 'PX', Math.ceil(ttlMs)));
    countWrite(answer === NO_ANSWER ? 'dropped' : 'stored');
  }

  async delete(key: string): Promise<void> {
    const answer = await this.ask(() => this.client.del(this.keyOf(key)));
    countWrite(answer === NO_ANSWER ? 'dropped' : 'stored');
  }

  /**
   * For a `degraded` probe: everything goes on without a cache.
   *
   * @throws {CacheUnavailable} when Redis does not answer, or not within a second
   */
  async ping(): Promise<void> {
    const answer = await this.ask(() => this.client.ping(), PING_TIMEOUT_MS);
    if (answer === NO_ANSWER) throw new CacheUnavailable(this.lastError);
  }

  /** Ends the connection; what was set before is on its way to the server or dropped. */
  async close(): Promise<void> {
    this.isClosed = true;
    if (this.client.status === 'ready') await this.ask(() => this.client.quit(), PING_TIMEOUT_MS);
    this.client.disconnect();
  }

  private keyOf(key: string): string {
    return `${this.prefix}:${key}`;
  }

  private async ask<T>(command: () => Promise<T>, timeoutMs = this.timeoutMs): Promise<T | typeof NO_ANSWER> {
    if (this.client.status !== 'ready' || this.pending >= MOST_PENDING) return NO_ANSWER;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<typeof NO_ANSWER>((resolve) => {
      timer = setTimeout(() => {
        this.lastError = `no answer within ${timeoutMs} ms`;
        resolve(NO_ANSWER);
      }, timeoutMs);
    });
    this.pending++;
    const answer = command().then(
      (value) => {
        this.pending--;
        return value;
      },
      (error: unknown): typeof NO_ANSWER => {
        this.pending--;
        this.lastError = messageOf(error);
        return NO_ANSWER;
      },
    );
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private onError(error: Error | undefined): void {
    if (this.isClosed) return;
    if (error !== undefined) this.lastError = messageOf(error);
    else if (!this.isAwaySaid) this.lastError = 'the connection ended';
    if (this.isAwaySaid) return;
    this.isAwaySaid = true;
    this.options.log?.warn({ error: this.lastError }, 'Redis is away: nothing is cached until it is back.');
  }

  private onReady(): void {
    if (this.isAwaySaid) this.options.log?.info({}, 'Redis is back.');
    this.isAwaySaid = false;
  }
}

/** Neither the address, which may hold a password, nor ioredis' errors, which may hold commands, are shown. */
function checkedUrl(url: string): string {
  if (!URL.canParse(url) || !/^rediss?:\/\/[^/]/.test(url)) {
    throw new CacheError('The URL of Redis has to begin with redis:// or rediss:// and a host.');
  }
  return url;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  return error.message === '' ? error.name : error.message;
}

/** What is no JSON was not written by this program: a miss. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
