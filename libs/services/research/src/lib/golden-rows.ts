/** Rows of the training data that become golden vectors. */
const REAL_ROWS = 24;

/**
 * Rows that a model must answer alike for ever: training rows spread over the period, all features at zero and at far
 * ends, and NaN and both infinities, in every feature and in one.
 */
export function goldenRows(rows: readonly Float64Array[]): Float64Array[] {
  const width = rows[0]?.length ?? 0;
  const count = Math.min(REAL_ROWS, rows.length);
  const real = Array.from(
    { length: count },
    (_, i) => rows[Math.floor((i * rows.length) / count)] ?? new Float64Array(0),
  );
  const everywhere = [0, 1, -1, 10, -10, NaN].map((value) => new Float64Array(width).fill(value));
  const inOne = [NaN, Infinity, -Infinity].map((value) => new Float64Array(width).fill(value, 0, 1));
  return [...real, ...everywhere, ...inOne];
}
