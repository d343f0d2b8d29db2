import type { Bar, Timeframe } from './quote';
import { timeframeUs } from './timeframe';

/** Where a {@link BarBuilder} stands: plain JSON. */
export interface BarBuilderState {
  /** End of the last bar that was closed; null before the first. */
  readonly closedUntilUs: number | null;
  readonly lateTicks: number;
  /** The bar being built. */
  readonly building: Pick<Bar, 'openTimeUs' | 'bid' | 'ask' | 'tickCount'> | null;
}

/**
 * Makes bars of one symbol and timeframe from its ticks. Bars exist only for intervals that hold uncrossed ticks, and
 * come out in order, each once: a tick of an interval already closed (or before the bar being built) is counted in
 * `lateTicks` and makes nothing.
 */
export class BarBuilder {
  /** Ticks that came after their bar was closed. */
  lateTicks = 0;

  private readonly durationUs: number;
  private closedUntilUs = -Infinity;
  private openUs = 0;
  /** 0: no bar is being built. */
  private tickCount = 0;
  private bidOpen = 0;
  private bidHigh = 0;
  private bidLow = 0;
  private bidClose = 0;
  private askOpen = 0;
  private askHigh = 0;
  private askLow = 0;
  private askClose = 0;

  constructor(
    readonly symbol: string,
    readonly timeframe: Timeframe,
  ) {
    this.durationUs = timeframeUs(timeframe);
  }

  /** The bar that this tick closes, if any. A crossed tick (bid > ask) closes a bar by its time but makes none. */
  onTick(timeUs: number, bid: number, ask: number): Bar | undefined {
    const closed = this.onMark(timeUs);
    if (bid > ask) return closed;
    if (timeUs < this.closedUntilUs || (this.tickCount > 0 && timeUs < this.openUs)) {
      this.lateTicks += 1;
      return closed;
    }
    if (this.tickCount === 0) {
      this.openUs = Math.floor(timeUs / this.durationUs) * this.durationUs;
      this.bidOpen = this.bidHigh = this.bidLow = bid;
      this.askOpen = this.askHigh = this.askLow = ask;
    } else {
      if (bid > this.bidHigh) this.bidHigh = bid;
      if (bid < this.bidLow) this.bidLow = bid;
      if (ask > this.askHigh) this.askHigh = ask;
      if (ask < this.askLow) this.askLow = ask;
    }
    this.bidClose = bid;
    this.askClose = ask;
    this.tickCount += 1;
    return closed;
  }

  /** The bar that ends at or before `timeUs`, if one is being built. */
  onMark(timeUs: number): Bar | undefined {
    const closeTimeUs = this.openUs + this.durationUs;
    if (this.tickCount === 0 || timeUs < closeTimeUs) return undefined;
    const bar = { symbol: this.symbol, timeframe: this.timeframe, closeTimeUs, ...this.contents() };
    this.tickCount = 0;
    this.closedUntilUs = closeTimeUs;
    return bar;
  }

  /** Whether ticks from `fromUs` to `toUs` can close a bar: the one being built, or one that begins with them. */
  canClose(fromUs: number, toUs: number): boolean {
    const openUs = this.tickCount === 0 ? Math.floor(fromUs / this.durationUs) * this.durationUs : this.openUs;
    return toUs >= openUs + this.durationUs;
  }

  snapshot(): BarBuilderState {
    return {
      closedUntilUs: this.closedUntilUs === -Infinity ? null : this.closedUntilUs,
      lateTicks: this.lateTicks,
      building: this.tickCount === 0 ? null : this.contents(),
    };
  }

  static restore(symbol: string, timeframe: Timeframe, state: BarBuilderState): BarBuilder {
    const builder = new BarBuilder(symbol, timeframe);
    builder.closedUntilUs = state.closedUntilUs ?? -Infinity;
    builder.lateTicks = state.lateTicks;
    if (state.building !== null) {
      const { openTimeUs, tickCount, bid, ask } = state.building;
      builder.openUs = openTimeUs;
      builder.tickCount = tickCount;
      [builder.bidOpen, builder.bidHigh, builder.bidLow, builder.bidClose] = [bid.open, bid.high, bid.low, bid.close];
      [builder.askOpen, builder.askHigh, builder.askLow, builder.askClose] = [ask.open, ask.high, ask.low, ask.close];
    }
    return builder;
  }

  private contents(): Pick<Bar, 'openTimeUs' | 'bid' | 'ask' | 'tickCount'> {
    return {
      openTimeUs: this.openUs,
      bid: { open: this.bidOpen, high: this.bidHigh, low: this.bidLow, close: this.bidClose },
      ask: { open: this.askOpen, high: this.askHigh, low: this.askLow, close: this.askClose },
      tickCount: this.tickCount,
    };
  }
}
