import type { Timeframe } from '../quote';
import { TIMEFRAMES, timeframeUs } from '../timeframe';
import type { RowChunk } from './row-chunk';

/** Smallest positive difference of neighbouring times, in microseconds; Infinity when there is none. */
export function smallestSpacing(timeUs: Iterable<number>): number {
  let smallest = Infinity;
  let previous = NaN;
  for (const time of timeUs) {
    const spacing = time - previous;
    if (spacing > 0 && spacing < smallest) smallest = spacing;
    previous = time;
  }
  return smallest;
}

const HOUR_US = timeframeUs('H1');

/** The timeframe whose bars are so far apart; days of a zone with daylight saving may be an hour shorter or longer. */
export function timeframeOfSpacing(us: number): Timeframe | undefined {
  if (us === 23 * HOUR_US || us === 25 * HOUR_US) return 'D1';
  return TIMEFRAMES.find((timeframe) => timeframeUs(timeframe) === us);
}

/** The timeframe of a file of bars, told from how close its rows come; undefined when that is none we know. */
export function detectTimeframe(chunks: Iterable<RowChunk>): Timeframe | undefined {
  return timeframeOfSpacing(smallestSpacing(times(chunks)));
}

function* times(chunks: Iterable<RowChunk>): Generator<number> {
  for (const chunk of chunks) yield* chunk.timeUs;
}
