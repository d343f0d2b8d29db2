import type { Journal } from './journal';
import { Playback } from './playback';
import { ReliableLog } from './reliable-log';
import { brokerOf, feedsOf } from './simulated-account';
import type { SimulatorConfig } from './simulator-config';
import type { TickFeed } from './tick-feed';
import type { TradedSymbols } from './traded-symbols';

/** The data and the broker while they are played, from their start. */
export class PlayedMarket {
  private constructor(
    readonly playback: Playback,
    readonly log: ReliableLog,
    private readonly feeds: readonly TickFeed[],
  ) {}

  /** @throws what the feeds throw */
  static async open(config: SimulatorConfig, symbols: TradedSymbols, journal: Journal): Promise<PlayedMarket> {
    const feeds = feedsOf(config, symbols);
    const log = new ReliableLog();
    try {
      const playback = await Playback.open({
        symbols,
        feeds,
        broker: brokerOf(config, symbols),
        commandsAt: (n) => journal.at(n),
        ticksPerFrame: config.ticksPerFrame,
        ...(config.lockstep ? { batches: 'barriers' } : { batches: 'ticks', record: log }),
      });
      return new PlayedMarket(playback, log, feeds);
    } catch (error) {
      await closeAll(feeds);
      throw error;
    }
  }

  /** Rows of the data that could not be read. */
  get skippedRows(): number {
    return this.feeds.reduce((sum, { skippedRows }) => sum + skippedRows, 0);
  }

  close(): Promise<void> {
    return closeAll(this.feeds);
  }
}

async function closeAll(feeds: readonly TickFeed[]): Promise<void> {
  await Promise.all(feeds.map((feed) => feed.close()));
}
