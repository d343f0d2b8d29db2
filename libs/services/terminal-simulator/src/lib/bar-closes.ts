import { barOpenTimeUs, timeframeUs, type Timeframe } from '@trading/trading-market';

interface OpenBar {
  readonly timeframe: Timeframe;
  /** Infinity while the bar has no quote yet. */
  closeUs: number;
}

/** When the bars that somebody subscribed to close. A bar is open from its first quote that is not crossed. */
export class BarCloses {
  /** The next close of an open bar; Infinity when none is open. */
  earliestUs = Infinity;
  private bars: OpenBar[] = [];
  private isAnyEmpty = false;

  /** Replaces the list; bars that stay in it keep their state. */
  subscribe(timeframes: readonly Timeframe[]): void {
    this.bars = [...new Set(timeframes)].map(
      (timeframe) => this.bars.find((bar) => bar.timeframe === timeframe) ?? { timeframe, closeUs: Infinity },
    );
    this.settle();
  }

  /** Notes a quote that is not crossed. */
  onQuote(timeUs: number): void {
    if (!this.isAnyEmpty) return;
    for (const bar of this.bars) {
      if (bar.closeUs === Infinity) bar.closeUs = closeOf(bar.timeframe, timeUs);
    }
    this.settle();
  }

  /** Ends the bars that close at a time. */
  pass(closeUs: number): void {
    for (const bar of this.bars) if (bar.closeUs === closeUs) bar.closeUs = Infinity;
    this.settle();
  }

  /** The next close if the next quote comes at `timeUs`; that time itself without subscriptions. */
  expectedUs(timeUs: number): number {
    if (this.bars.length === 0) return timeUs;
    return Math.min(this.earliestUs, ...this.bars.map((bar) => closeOf(bar.timeframe, timeUs)));
  }

  /** Length of the shortest bar; 0 without subscriptions. */
  get shortestUs(): number {
    return this.bars.length === 0 ? 0 : Math.min(...this.bars.map((bar) => timeframeUs(bar.timeframe)));
  }

  private settle(): void {
    this.earliestUs = Math.min(Infinity, ...this.bars.map((bar) => bar.closeUs));
    this.isAnyEmpty = this.bars.some((bar) => bar.closeUs === Infinity);
  }
}

function closeOf(timeframe: Timeframe, timeUs: number): number {
  return barOpenTimeUs(timeframe, timeUs) + timeframeUs(timeframe);
}
