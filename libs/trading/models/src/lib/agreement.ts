import type { Inference } from './compiled-model';

/** Largest difference of probabilities, and of margins relative to max(1, |margin|), between two engines. */
export const TOLERANCE = 1e-6;

/** Whether two engines gave the same answer: NaN with NaN, an infinity with itself, else within {@link TOLERANCE}. */
export function agree(a: Inference, b: Inference): boolean {
  return (
    near(a.margin, b.margin, TOLERANCE * Math.max(1, Math.abs(a.margin))) &&
    near(a.probability, b.probability, TOLERANCE)
  );
}

function near(a: number, b: number, tolerance: number): boolean {
  return Object.is(a, b) || a === b || Math.abs(a - b) <= tolerance;
}
