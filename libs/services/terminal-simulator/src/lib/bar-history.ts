import type { terminal } from '@trading/contracts';
import { BarBuilder, parseTimeframe, timeframeUs, type Bar, type Instrument, type Ohlc } from '@trading/trading-market';
import type { TickFeed } from './tick-feed';

/** Bars of one answer at most: more would not fit into a frame. */
export const RATES_LIMIT = 2000;

/**
 * The bars of a symbol that the played data has completed, read from its files again: nothing is kept for requests that
 * hardly ever come. A timeframe that is not known has no bars.
 * @param feed of the symbol, from its start; it is closed here
 * @param untilUs the time played so far
 * @throws what the feed throws
 */
export async function playedBars(
  feed: TickFeed,
  instrument: Instrument,
  request: terminal.RatesGet,
  untilUs: number,
): Promise<terminal.RatesFrame> {
  const bars: terminal.RatesFrame['bars'] = [];
  const timeframe = parseTimeframe(request.timeframe);
  const limit = Math.min(request.limit, RATES_LIMIT);
  const take = (bar: Bar | undefined): void => {
    if (!bar || bar.openTimeUs < request.from || bar.openTimeUs >= request.to || bars.length >= limit) return;
    bars.push(barOf(bar, instrument.digits));
  };
  try {
    if (timeframe === undefined) return { bars };
    const builder = new BarBuilder(instrument.symbol, timeframe);
    while (bars.length < limit && (await feed.load()) && feed.nextTimeUs < untilUs) {
      const timeUs = feed.nextTimeUs;
      feed.advance(0);
      // A bar that begins before the first wanted one is not wanted either.
      if (timeUs < request.from) continue;
      take(builder.onTick(timeUs, feed.bid, feed.ask));
      // The tick that completed the last wanted bar has begun another.
      if (timeUs >= request.to + timeframeUs(timeframe)) break;
    }
    take(builder.onMark(untilUs));
    return { bars };
  } finally {
    await feed.close();
  }
}

function barOf(bar: Bar, digits: number): terminal.RatesFrame['bars'][number] {
  const texts = ({ open, high, low, close }: Ohlc) => ({
    o: open.toFixed(digits),
    h: high.toFixed(digits),
    l: low.toFixed(digits),
    c: close.toFixed(digits),
  });
  return {
    open: bar.openTimeUs,
    close: bar.closeTimeUs,
    bid: texts(bar.bid),
    ask: texts(bar.ask),
    ticks: bar.tickCount,
  };
}
