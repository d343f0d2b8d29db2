import { writeFileSync } from 'node:fs';

const START_MS = Date.UTC(2014, 4, 1);
const BAR_MS = 60_000;
export const TICKS_PER_BAR = 10;
const FIRST_POINTS = 138_000;
const STEP_POINTS = 2;
const SPREAD_POINTS = 2;

/**
 * Evenly spaced quotes that go up for a bar of a minute and down for the next, for so many bars: averages of one and of
 * two bars cross with every bar.
 */
export function writeZigzagTicks(file: string, bars: number): { readonly ticks: number } {
  const lines = ['time_ms,bid,ask'];
  let points = FIRST_POINTS;
  for (let i = 0; i < bars * TICKS_PER_BAR; i += 1) {
    const bar = Math.floor(i / TICKS_PER_BAR);
    points += bar % 2 === 0 ? STEP_POINTS : -STEP_POINTS;
    const timeMs = START_MS + i * (BAR_MS / TICKS_PER_BAR);
    lines.push(`${timeMs},${(points / 1e5).toFixed(5)},${((points + SPREAD_POINTS) / 1e5).toFixed(5)}`);
  }
  writeFileSync(file, `${lines.join('\n')}\n`);
  return { ticks: lines.length - 1 };
}
