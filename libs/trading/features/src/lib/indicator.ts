/**
 * A streaming indicator: values in, one value out per step, NaN until it is ready. A snapshot is JSON-safe and restoring
 * it continues with the same bits. All but `Ema` depend on a finite window only.
 */
export interface Indicator<Input, Output, State> {
  /** Steps after which it is ready. */
  readonly warmUp: number;
  readonly ready: boolean;
  next(input: Input): Output;
  snapshot(): State;
}
