/**
 * Solves A·x = b for a symmetric positive definite A (row-major, n × n) by Cholesky's factorisation, in a fixed order of
 * operations. Returns undefined when A is not positive definite.
 */
export function solvePositiveDefinite(a: Float64Array, b: Float64Array): Float64Array | undefined {
  const n = b.length;
  const at = (matrix: Float64Array, row: number, column: number): number => matrix[row * n + column] ?? NaN;
  const lower = new Float64Array(n * n);
  for (let row = 0; row < n; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let sum = at(a, row, column);
      for (let k = 0; k < column; k += 1) sum -= at(lower, row, k) * at(lower, column, k);
      if (row === column) {
        if (!(sum > 0)) return undefined;
        lower[row * n + row] = Math.sqrt(sum);
      } else {
        lower[row * n + column] = sum / at(lower, column, column);
      }
    }
  }
  const x = Float64Array.from(b);
  for (let row = 0; row < n; row += 1) {
    let sum = x[row] ?? NaN;
    for (let k = 0; k < row; k += 1) sum -= at(lower, row, k) * (x[k] ?? NaN);
    x[row] = sum / at(lower, row, row);
  }
  for (let row = n - 1; row >= 0; row -= 1) {
    let sum = x[row] ?? NaN;
    for (let k = row + 1; k < n; k += 1) sum -= at(lower, k, row) * (x[k] ?? NaN);
    x[row] = sum / at(lower, row, row);
  }
  return x;
}
