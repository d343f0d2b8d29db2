import { quoteKey, type CachedQuote, type market } from '@trading/contracts';
import type { Cache } from '@trading/platform-cache';

export interface QuoteBoardOptions {
  /** The latest quotes go to the cache at most this often; those between are left out. Default 250 ms. */
  readonly everyMs?: number | undefined;
  /** How long a quote without a successor is kept. Default one hour. */
  readonly ttlMs?: number | undefined;
}

/** The latest quote of each symbol of live sessions in the cache. Showing one costs the ticks' path a map entry. */
export class QuoteBoard {
  private readonly everyMs: number;
  private readonly ttlMs: number;
  private latest = new Map<string, CachedQuote>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<unknown> | undefined;
  private isClosed = false;

  constructor(
    private readonly cache: Cache,
    { everyMs = 250, ttlMs = 3_600_000 }: QuoteBoardOptions = {},
  ) {
    this.everyMs = everyMs;
    this.ttlMs = ttlMs;
  }

  show({ accountId, symbol, timeUs, bid, ask }: market.TickBatch): void {
    const [time, low, high] = [timeUs.at(-1), bid.at(-1), ask.at(-1)];
    if (time === undefined || low === undefined || high === undefined || this.isClosed) return;
    this.latest.set(quoteKey(accountId, symbol), { timeUs: time, bid: low, ask: high });
    this.schedule();
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.writing;
    await this.write();
  }

  private schedule(): void {
    if (this.timer !== undefined || this.writing !== undefined || this.isClosed) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.writing = this.write().finally(() => {
        this.writing = undefined;
        if (this.latest.size > 0) this.schedule();
      });
    }, this.everyMs).unref();
  }

  private async write(): Promise<void> {
    const quotes = this.latest;
    this.latest = new Map();
    await Promise.allSettled([...quotes].map(([key, quote]) => this.cache.set(key, quote, this.ttlMs)));
  }
}
