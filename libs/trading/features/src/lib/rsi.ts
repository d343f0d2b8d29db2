import type { Indicator } from './indicator';
import type { WindowState } from './sma';
import { Window } from './window';

/**
 * Relative strength index in 0…100 over a plain window (Cutler's form: sums of the last `length` gains and losses, not
 * Wilder's smoothing, whose memory never ends). 50 when no price in the window moved.
 */
export class Rsi implements Indicator<number, number, WindowState> {
  private prices: Window;

  constructor(readonly length: number) {
    this.prices = new Window(length + 1);
  }

  static restore(state: WindowState): Rsi {
    const rsi = new Rsi(state.length);
    rsi.prices = Window.from(state.length + 1, state.values);
    return rsi;
  }

  get warmUp(): number {
    return this.length + 1;
  }

  get ready(): boolean {
    return this.prices.full;
  }

  next(price: number): number {
    this.prices.push(price);
    if (!this.ready) return NaN;
    let gains = 0;
    let losses = 0;
    for (let age = this.length - 1; age >= 0; age -= 1) {
      const change = this.prices.ago(age) - this.prices.ago(age + 1);
      if (change > 0) gains += change;
      else losses -= change;
    }
    return gains + losses === 0 ? 50 : (100 * gains) / (gains + losses);
  }

  snapshot(): WindowState {
    return { length: this.length, values: this.prices.toArray() };
  }
}
