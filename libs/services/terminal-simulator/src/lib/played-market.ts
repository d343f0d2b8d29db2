import type { terminal } from '@trading/contracts';
import { playedBars } from './bar-history';
import type { Journal } from './journal';
import { Playback } from './playback';
import { ReliableLog } from './reliable-log';
import { brokerOf, feedOf, feedsOf } from './simulated-account';
import type { SimulatorConfig } from './simulator-config';
import type { TickFeed } from './tick-feed';
import type { TradedSymbols } from './traded-symbols';

/** The data and the broker while they are played, from their start. */
export class PlayedMarket {
  private constructor(
    readonly playback: Playback,
    readonly log: ReliableLog,
    private readonly feeds: readonly TickFeed[],
    private readonly config: SimulatorConfig,
    private readonly symbols: TradedSymbols,
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
        platform: config.platform,
        faults: config.faults,
        onAttempt: (command, attempt) => journal.attempt(command, attempt),
        onSaid: (n) => journal.reach(n),
        ...(config.lockstep ? { batches: 'barriers' } : { batches: 'ticks', record: log }),
      });
      return new PlayedMarket(playback, log, feeds, config, symbols);
    } catch (error) {
      await closeAll(feeds);
      throw error;
    }
  }

  /** Rows of the data that could not be read. */
  get skippedRows(): number {
    return this.feeds.reduce((sum, { skippedRows }) => sum + skippedRows, 0);
  }

  /** Bars that the played data has completed so far; none of a symbol that is not known. @throws what the feeds throw */
  async rates(request: terminal.RatesGet): Promise<terminal.RatesFrame> {
    const index = this.symbols.indexOf(request.symbol);
    const [config, instrument] = [this.config.feeds[index], this.symbols.instruments[index]];
    if (!config || !instrument) return { bars: [] };
    return playedBars(feedOf(config, instrument), instrument, request, this.playback.timeUs);
  }

  close(): Promise<void> {
    return closeAll(this.feeds);
  }
}

async function closeAll(feeds: readonly TickFeed[]): Promise<void> {
  await Promise.all(feeds.map((feed) => feed.close()));
}
