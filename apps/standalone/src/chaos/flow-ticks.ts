import { writeFileSync } from 'node:fs';
import type { Seeded } from './seeded';

const START_MS = Date.UTC(2014, 4, 1);
const BAR_MS = 60_000;
const TICKS_PER_BAR = 4;
const FIRST_POINTS = 138_000;

/** What is played in every run of a round. */
export interface Flow {
  readonly ticks: number;
  readonly bars: number;
}

/**
 * Writes quotes of something like EURUSD on which averages of 2 and 4 minutes cross every few bars: a wave whose length
 * changes, with sudden moves that hit stops. Some ticks share a time, a few are crossed.
 */
export function writeFlowTicks(file: string, bars: number, random: Seeded): Flow {
  const lines = ['time_ms,bid,ask'];
  let points = FIRST_POINTS;
  let direction = 1;
  let left = 0;
  for (let bar = 0; bar < bars; bar += 1) {
    if (left === 0) {
      direction = -direction;
      left = random.integer(3, 7);
    }
    left -= 1;
    const jump = random.isWithin(0.03) ? random.integer(-80, 80) : 0;
    for (let tick = 0; tick < TICKS_PER_BAR; tick += 1) {
      const offsetMs = Math.floor(
        ((tick + (random.isWithin(0.05) ? 0 : random.next() * 0.9)) * BAR_MS) / TICKS_PER_BAR,
      );
      points += direction * random.integer(1, 6) + (tick === 0 ? jump : 0);
      const spread = random.isWithin(0.01) ? -2 : random.integer(4, 9);
      lines.push(`${START_MS + bar * BAR_MS + offsetMs},${price(points)},${price(points + spread)}`);
    }
  }
  writeFileSync(file, `${lines.join('\n')}\n`);
  return { ticks: lines.length - 1, bars };
}

const price = (points: number): string => (points / 1e5).toFixed(5);
