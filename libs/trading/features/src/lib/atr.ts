import type { Ohlc } from '@trading/trading-market';
import type { Indicator } from './indicator';
import { Window } from './window';

export interface AtrState {
  readonly length: number;
  /** True ranges, oldest first. */
  readonly ranges: readonly number[];
  /** Null before the first bar. */
  readonly previousClose: number | null;
}

/**
 * Average true range in price: the plain mean of the last `length` true ranges, not Wilder's smoothing, whose memory
 * never ends. A true range needs the close before it, so the first bar only gives that.
 */
export class Atr implements Indicator<Ohlc, number, AtrState> {
  private ranges: Window;
  private previousClose: number | undefined;

  constructor(readonly length: number) {
    this.ranges = new Window(length);
  }

  static restore(state: AtrState): Atr {
    const atr = new Atr(state.length);
    atr.ranges = Window.from(state.length, state.ranges);
    atr.previousClose = state.previousClose ?? undefined;
    return atr;
  }

  get warmUp(): number {
    return this.length + 1;
  }

  get ready(): boolean {
    return this.ranges.full;
  }

  next({ high, low, close }: Pick<Ohlc, 'high' | 'low' | 'close'>): number {
    if (this.previousClose !== undefined) {
      this.ranges.push(Math.max(high, this.previousClose) - Math.min(low, this.previousClose));
    }
    this.previousClose = close;
    return this.ranges.mean();
  }

  snapshot(): AtrState {
    return { length: this.length, ranges: this.ranges.toArray(), previousClose: this.previousClose ?? null };
  }
}
