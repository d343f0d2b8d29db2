import { barOpenTimeUs, timeframeUs, type Timeframe } from '@trading/trading-market';

/** A bar of the account that somebody wants to know closed; `symbol` is the symbol's place in the configuration. */
export interface SubscribedBar {
  readonly symbol: number;
  readonly timeframe: Timeframe;
}

interface OpenBar extends SubscribedBar {
  /** Infinity while the bar has no quote yet. */
  closeUs: number;
}

/** When the bars that somebody subscribed to close. A bar is open from its symbol's first quote that is not crossed. */
export class BarCloses {
  /** The next close of an open bar; Infinity when none is open. */
  earliestUs = Infinity;
  private bars: OpenBar[] = [];
  /** By symbol: a bar waits for its first quote. */
  private isAnyEmpty: boolean[] = [];

  /** Replaces the list; bars that stay in it keep their state. */
  subscribe(wanted: readonly SubscribedBar[]): void {
    const bars: OpenBar[] = [];
    for (const { symbol, timeframe } of wanted) {
      const isSame = (bar: OpenBar): boolean => bar.symbol === symbol && bar.timeframe === timeframe;
      if (!bars.some(isSame)) bars.push(this.bars.find(isSame) ?? { symbol, timeframe, closeUs: Infinity });
    }
    this.bars = bars;
    this.settle();
  }

  /** Notes a quote that is not crossed. */
  onQuote(symbol: number, timeUs: number): void {
    if (this.isAnyEmpty[symbol] !== true) return;
    for (const bar of this.bars) {
      if (bar.symbol === symbol && bar.closeUs === Infinity) bar.closeUs = closeOf(bar.timeframe, timeUs);
    }
    this.settle();
  }

  /** Ends the bars that close at a time. */
  pass(closeUs: number): void {
    for (const bar of this.bars) if (bar.closeUs === closeUs) bar.closeUs = Infinity;
    this.settle();
  }

  /**
   * The next close if the next quotes, by symbol, come at these times, Infinity standing for none; the earliest of them
   * where no bar will close.
   */
  expectedUs(nextTimesUs: readonly number[]): number {
    let expectedUs = this.earliestUs;
    for (const { symbol, timeframe } of this.bars) {
      const timeUs = nextTimesUs[symbol] ?? Infinity;
      if (timeUs !== Infinity) expectedUs = Math.min(expectedUs, closeOf(timeframe, timeUs));
    }
    return expectedUs === Infinity ? Math.min(...nextTimesUs) : expectedUs;
  }

  /** Length of the shortest bar; 0 without subscriptions. */
  get shortestUs(): number {
    return this.bars.length === 0 ? 0 : Math.min(...this.bars.map((bar) => timeframeUs(bar.timeframe)));
  }

  private settle(): void {
    this.earliestUs = Math.min(Infinity, ...this.bars.map((bar) => bar.closeUs));
    this.isAnyEmpty = [];
    for (const bar of this.bars) if (bar.closeUs === Infinity) this.isAnyEmpty[bar.symbol] = true;
  }
}

function closeOf(timeframe: Timeframe, timeUs: number): number {
  return barOpenTimeUs(timeframe, timeUs) + timeframeUs(timeframe);
}
