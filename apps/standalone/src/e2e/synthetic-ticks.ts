import { writeFileSync } from 'node:fs';

const START_MS = Date.UTC(2014, 4, 1);

/** A tick about every two seconds. */
export const MEAN_SPACING_MS = 2_000;

/**
 * Writes ticks of something like EURUSD as `time_ms,bid,ask`: a slow wave and a walk on top, so that averages cross;
 * some share their millisecond with the one before, some are crossed. The same count and seed give the same file
 * everywhere.
 */
export function writeSyntheticTicks(file: string, count: number, seed = 20_140_501): { readonly crossed: number } {
  const random = generator(seed);
  const lines = ['time_ms,bid,ask'];
  let timeMs = START_MS;
  let walk = 0;
  let crossed = 0;
  for (let i = 0; i < count; i += 1) {
    if (random() > 0.05) timeMs += 1 + Math.floor(random() * 2 * MEAN_SPACING_MS);
    walk += Math.round((random() - 0.5) * 6);
    // Integer points: no rounding that a platform's libm could decide.
    const phase = i % 3_000;
    const wave = phase < 1_500 ? phase / 3 : (3_000 - phase) / 3;
    const bid = 138_000 + Math.round(wave) + walk;
    const isCrossed = random() < 0.01;
    if (isCrossed) crossed += 1;
    const ask = bid + (isCrossed ? -2 : 8 + Math.floor(random() * 6));
    lines.push(`${timeMs},${price(bid)},${price(ask)}`);
  }
  writeFileSync(file, `${lines.join('\n')}\n`);
  return { crossed };
}

const price = (points: number): string =>
  `${Math.floor(points / 100_000)}.${String(points % 100_000).padStart(5, '0')}`;

/** A linear congruential generator (Numerical Recipes), exact in integers. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
