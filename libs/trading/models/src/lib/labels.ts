import type { Bar } from '@trading/trading-market';
import { UntrainableData } from './errors';

/** What came after a bar. */
export interface DirectionLabel {
  /** 1 when the bid close `horizon` bars later was higher, else 0. */
  readonly label: 0 | 1;
  /** When the label was known (t1): the close of that later bar, UTC microseconds. Purging goes by this. */
  readonly endTimeUs: number;
}

/**
 * Fixed-horizon direction of each bar; undefined for the last `horizon` bars, whose future is not in the data.
 * @param horizon bars, at least 1
 */
export function labelDirection(
  bars: readonly Pick<Bar, 'bid' | 'closeTimeUs'>[],
  horizon: number,
): (DirectionLabel | undefined)[] {
  if (!Number.isInteger(horizon) || horizon < 1) {
    throw new UntrainableData(`The horizon is a whole number of bars, at least 1; it was given as ${horizon}.`);
  }
  return bars.map(({ bid }, index) => {
    const later = bars[index + horizon];
    return later && { label: later.bid.close > bid.close ? 1 : 0, endTimeUs: later.closeTimeUs };
  });
}
