import type { common } from '@trading/contracts';
import { FeatureEngine, type FeatureState } from '@trading/trading-features';
import type { BarBuilderState } from '@trading/trading-market';

/** A bar of the terminal's history; its ask is absent where the terminal knows bids only. */
export type HistoryBar = common.Bar & { readonly bid: common.Ohlc };

/** What a series needs of bars that it did not see to go on as if it had. */
export interface SeriesSeed {
  readonly features: FeatureState;
  /** The number of the last closed bar. */
  readonly barSeq: number;
  /** End of the last closed bar; null without one. */
  readonly closedUntilUs: number | null;
  /** The bar that grows. */
  readonly growing: HistoryBar | undefined;
}

/** The seed that these bars make, oldest first. */
export function seedOf(closed: readonly HistoryBar[], growing: HistoryBar | undefined, barSeq: number): SeriesSeed {
  const engine = new FeatureEngine();
  for (const bar of closed) engine.next(bar);
  return { features: engine.snapshot(), barSeq, closedUntilUs: closed.at(-1)?.closeTimeUs ?? null, growing };
}

/** Where the builder of a seeded series stands; asks that nobody knows are the bids and this spread. */
export function builderOf({ closedUntilUs, growing }: SeriesSeed, spread: number): BarBuilderState {
  const building =
    growing === undefined
      ? null
      : {
          openTimeUs: growing.openTimeUs,
          bid: growing.bid,
          ask: growing.ask ?? raised(growing.bid, spread),
          tickCount: Math.max(1, growing.tickCount),
        };
  return { closedUntilUs, lateTicks: 0, building };
}

function raised({ open, high, low, close }: common.Ohlc, by: number): common.Ohlc {
  // Sums of quotes, without the noise of binary fractions.
  const plus = (price: number): number => Number((price + by).toFixed(10));
  return { open: plus(open), high: plus(high), low: plus(low), close: plus(close) };
}
