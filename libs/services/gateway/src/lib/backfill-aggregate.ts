import type { common } from '@trading/contracts';
import { barOpenTimeUs, timeframeUs, type Timeframe } from '@trading/trading-market';

/** A bar of a terminal, in UTC. */
export interface PlainBar {
  readonly openUs: number;
  readonly bid: common.Ohlc;
  /** Absent where the terminal knows bids only. */
  readonly ask: common.Ohlc | undefined;
  readonly ticks: number;
}

/** Whether bars open when ours of that length do: at whole multiples of it since 1970, UTC. */
export function isAligned(bars: readonly PlainBar[], timeframe: Timeframe): boolean {
  return bars.every(({ openUs }) => openUs % timeframeUs(timeframe) === 0);
}

/** Puts shorter bars, oldest first, together to longer ones. */
export function aggregateBars(parts: readonly PlainBar[], timeframe: Timeframe): PlainBar[] {
  const bars: PlainBar[] = [];
  for (const part of parts) {
    const openUs = barOpenTimeUs(timeframe, part.openUs);
    const last = bars.at(-1);
    if (last?.openUs !== openUs) {
      bars.push({ ...part, openUs });
      continue;
    }
    bars[bars.length - 1] = {
      openUs,
      bid: joined(last.bid, part.bid),
      ask: last.ask === undefined || part.ask === undefined ? undefined : joined(last.ask, part.ask),
      ticks: last.ticks + part.ticks,
    };
  }
  return bars;
}

function joined(first: common.Ohlc, then: common.Ohlc): common.Ohlc {
  const { open } = first;
  return { open, high: Math.max(first.high, then.high), low: Math.min(first.low, then.low), close: then.close };
}
