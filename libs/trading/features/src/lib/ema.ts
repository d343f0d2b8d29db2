import { InvalidWindow, NonFiniteInput } from './errors';
import type { Indicator } from './indicator';

export interface EmaState {
  readonly length: number;
  readonly count: number;
  /** Null before the first value. */
  readonly value: number | null;
}

/**
 * Exponential moving average with weight 2 / (length + 1), begun at the first value. Its memory never ends, so its value
 * depends on where it began: strategies may use it, the feature engine must not.
 */
export class Ema implements Indicator<number, number, EmaState> {
  private count = 0;
  private value: number | undefined;

  constructor(readonly length: number) {
    if (!Number.isInteger(length) || length < 1) {
      throw new InvalidWindow(`The length of an EMA is a whole number, at least 1; it was given ${length}.`);
    }
  }

  static restore(state: EmaState): Ema {
    const ema = new Ema(state.length);
    ema.count = state.count;
    ema.value = state.value ?? undefined;
    return ema;
  }

  get warmUp(): number {
    return this.length;
  }

  get ready(): boolean {
    return this.count >= this.length;
  }

  next(value: number): number {
    if (!Number.isFinite(value)) throw new NonFiniteInput(value);
    this.value = this.value === undefined ? value : this.value + (2 / (this.length + 1)) * (value - this.value);
    this.count += 1;
    return this.ready ? this.value : NaN;
  }

  snapshot(): EmaState {
    return { length: this.length, count: this.count, value: this.value ?? null };
  }
}
