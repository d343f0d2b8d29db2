/** Which average is higher; 0 until both have their bars and have differed once. */
export type CrossState = 1 | -1 | 0;

/**
 * Compares the sums of the last `fast` and `slow` whole numbers, cross-multiplied: averages without a division, so
 * that equal averages are equal on every machine. A tie keeps the state.
 */
export class ExactCross {
  private readonly window: number[] = [];
  private fastSum = 0n;
  private slowSum = 0n;
  private current: CrossState = 0;

  constructor(
    private readonly fast: number,
    private readonly slow: number,
  ) {}

  /** Takes the next whole number and says which average is higher now. */
  next(value: number): CrossState {
    const exact = BigInt(value);
    this.window.push(value);
    this.fastSum += exact - BigInt(this.window.at(-1 - this.fast) ?? 0);
    this.slowSum += exact - BigInt(this.window.at(-1 - this.slow) ?? 0);
    if (this.window.length > this.slow) this.window.shift();
    if (this.window.length < this.slow) return 0;
    const difference = this.fastSum * BigInt(this.slow) - this.slowSum * BigInt(this.fast);
    if (difference !== 0n) this.current = difference > 0n ? 1 : -1;
    return this.current;
  }

  get state(): CrossState {
    return this.current;
  }

  /** The numbers still needed, oldest first. */
  get values(): readonly number[] {
    return [...this.window];
  }

  static restore(fast: number, slow: number, values: readonly number[], state: CrossState): ExactCross {
    const cross = new ExactCross(fast, slow);
    for (const value of values.slice(-slow)) cross.next(value);
    cross.current = state;
    return cross;
  }
}
