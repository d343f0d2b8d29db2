import type { Ohlc } from '@trading/trading-market';
import type { Indicator } from './indicator';
import { Window } from './window';

export interface Extremes {
  readonly highest: number;
  readonly lowest: number;
}

export interface RollingExtremesState {
  readonly length: number;
  readonly highs: readonly number[];
  readonly lows: readonly number[];
}

/** Highest high and lowest low of the last `length` bars, in price. */
export class RollingExtremes implements Indicator<Pick<Ohlc, 'high' | 'low'>, Extremes, RollingExtremesState> {
  private highs: Window;
  private lows: Window;

  constructor(readonly length: number) {
    this.highs = new Window(length);
    this.lows = new Window(length);
  }

  static restore(state: RollingExtremesState): RollingExtremes {
    const extremes = new RollingExtremes(state.length);
    extremes.highs = Window.from(state.length, state.highs);
    extremes.lows = Window.from(state.length, state.lows);
    return extremes;
  }

  get warmUp(): number {
    return this.length;
  }

  get ready(): boolean {
    return this.highs.full;
  }

  next({ high, low }: Pick<Ohlc, 'high' | 'low'>): Extremes {
    this.highs.push(high);
    this.lows.push(low);
    if (!this.ready) return { highest: NaN, lowest: NaN };
    let highest = -Infinity;
    let lowest = Infinity;
    for (let age = 0; age < this.length; age += 1) {
      highest = Math.max(highest, this.highs.ago(age));
      lowest = Math.min(lowest, this.lows.ago(age));
    }
    return { highest, lowest };
  }

  snapshot(): RollingExtremesState {
    return { length: this.length, highs: this.highs.toArray(), lows: this.lows.toArray() };
  }
}
