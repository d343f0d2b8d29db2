import type { Indicator } from './indicator';
import type { WindowState } from './sma';
import { Window } from './window';

/** Population standard deviation of the last `length` values, in the unit of its input. */
export class RollingStd implements Indicator<number, number, WindowState> {
  private window: Window;

  constructor(readonly length: number) {
    this.window = new Window(length);
  }

  static restore(state: WindowState): RollingStd {
    const deviation = new RollingStd(state.length);
    deviation.window = Window.from(state.length, state.values);
    return deviation;
  }

  get warmUp(): number {
    return this.length;
  }

  get ready(): boolean {
    return this.window.full;
  }

  next(value: number): number {
    this.window.push(value);
    return this.window.standardDeviation();
  }

  snapshot(): WindowState {
    return { length: this.length, values: this.window.toArray() };
  }
}
