import type { Timeframe } from './quote';

const MINUTE_US = 60_000_000;

const DURATION_US: Readonly<Record<Timeframe, number>> = {
  M1: MINUTE_US,
  M5: 5 * MINUTE_US,
  M15: 15 * MINUTE_US,
  M30: 30 * MINUTE_US,
  H1: 60 * MINUTE_US,
  H4: 240 * MINUTE_US,
  D1: 1440 * MINUTE_US,
};

/** From the shortest to the longest. */
export const TIMEFRAMES: readonly Timeframe[] = ['M1', 'M5', 'M15', 'M30', 'H1', 'H4', 'D1'];

/** Length of a bar in microseconds. */
export function timeframeUs(timeframe: Timeframe): number {
  return DURATION_US[timeframe];
}

/** Opening time of the bar that holds `timeUs`; bars are aligned to the epoch (UTC). */
export function barOpenTimeUs(timeframe: Timeframe, timeUs: number): number {
  const duration = DURATION_US[timeframe];
  return Math.floor(timeUs / duration) * duration;
}

/** `m5`, `M5` → `M5`; undefined for anything that is not a timeframe. */
export function parseTimeframe(text: string): Timeframe | undefined {
  const name = text.trim().toUpperCase();
  return TIMEFRAMES.find((timeframe) => timeframe === name);
}
