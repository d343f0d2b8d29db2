import { InvalidWindow, NonFiniteInput } from './errors';

/**
 * The last `length` numbers in a ring. Sums over it are computed anew from the oldest to the newest, so they depend on
 * nothing but its content: they do not drift, and every start that fills the window gives the same bits. This costs
 * O(length) a bar, a microsecond or less at the lengths used here.
 */
export class Window {
  private readonly ring: Float64Array;
  private next = 0;
  private held = 0;

  constructor(readonly length: number) {
    if (!Number.isInteger(length) || length < 1) {
      throw new InvalidWindow(`A window holds a whole number of values, at least 1; it was given ${length}.`);
    }
    this.ring = new Float64Array(length);
  }

  get count(): number {
    return this.held;
  }

  get full(): boolean {
    return this.held === this.length;
  }

  push(value: number): void {
    if (!Number.isFinite(value)) throw new NonFiniteInput(value);
    this.ring[this.next] = value;
    this.next = (this.next + 1) % this.length;
    if (this.held < this.length) this.held += 1;
  }

  /** The value `age` steps ago, 0 being the newest; NaN when it is not held. */
  ago(age: number): number {
    if (age < 0 || age >= this.held) return NaN;
    return this.ring[(this.next - 1 - age + 2 * this.length) % this.length] ?? NaN;
  }

  /** Mean of the newest `count` values; NaN when fewer are held. */
  mean(count = this.length): number {
    if (count > this.held) return NaN;
    let sum = 0;
    for (let age = count - 1; age >= 0; age -= 1) sum += this.ago(age);
    return sum / count;
  }

  /** Population standard deviation of the newest `count` values (two passes); NaN when fewer are held. */
  standardDeviation(count = this.length): number {
    const mean = this.mean(count);
    let squares = 0;
    for (let age = count - 1; age >= 0; age -= 1) {
      const distance = this.ago(age) - mean;
      squares += distance * distance;
    }
    return Math.sqrt(squares / count);
  }

  /** Oldest first; JSON-safe. */
  toArray(): number[] {
    return Array.from({ length: this.held }, (_, index) => this.ago(this.held - 1 - index));
  }

  static from(length: number, values: readonly number[]): Window {
    if (values.length > length) {
      throw new InvalidWindow(`A window of ${length} cannot hold the ${values.length} values of its saved state.`);
    }
    const window = new Window(length);
    for (const value of values) window.push(value);
    return window;
  }
}
