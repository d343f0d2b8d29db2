import type { Indicator } from './indicator';
import { Window } from './window';

/** State of an indicator over one window of numbers, oldest first. */
export interface WindowState {
  readonly length: number;
  readonly values: readonly number[];
}

/** Simple moving average, in the unit of its input. */
export class Sma implements Indicator<number, number, WindowState> {
  private window: Window;

  /** @param length values averaged */
  constructor(readonly length: number) {
    this.window = new Window(length);
  }

  static restore(state: WindowState): Sma {
    const sma = new Sma(state.length);
    sma.window = Window.from(state.length, state.values);
    return sma;
  }

  get warmUp(): number {
    return this.length;
  }

  get ready(): boolean {
    return this.window.full;
  }

  next(value: number): number {
    this.window.push(value);
    return this.window.mean();
  }

  snapshot(): WindowState {
    return { length: this.length, values: this.window.toArray() };
  }
}
