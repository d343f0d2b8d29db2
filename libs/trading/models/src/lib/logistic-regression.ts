import { solvePositiveDefinite } from './cholesky';
import { UntrainableData } from './errors';

/** A linear model of log-odds: bias + Σ weight · (x − mean) · inverseScale. */
export interface LinearModel {
  readonly mean: Float64Array;
  /** 1 / standard deviation of the training rows; 0 for a feature that never changed. */
  readonly inverseScale: Float64Array;
  readonly weights: Float64Array;
  readonly bias: number;
}

export interface TrainingSet {
  /** Complete feature rows, all of one width. */
  readonly rows: readonly Float64Array[];
  readonly labels: readonly (0 | 1)[];
}

export interface LogisticOptions {
  /** Penalty ½·l2·|weights|² on the mean log-loss, in standardised features; the bias is free. */
  readonly l2: number;
  readonly maxIterations?: number;
}

const CONVERGED = 1e-12;

export function sigmoid(margin: number): number {
  return 1 / (1 + Math.exp(-margin));
}

/** Log-odds of one row, in float64. */
export function linearMargin(model: LinearModel, row: Float64Array): number {
  let margin = model.bias;
  for (let i = 0; i < model.weights.length; i += 1) {
    margin += (model.weights[i] ?? NaN) * ((row[i] ?? NaN) - (model.mean[i] ?? NaN)) * (model.inverseScale[i] ?? NaN);
  }
  return margin;
}

/**
 * Logistic regression by Newton's method (IRLS) over all rows at once. Float64, fixed order, no randomness: the same rows
 * give the same bits. The objective is strictly convex for l2 > 0, so the steps end at its only minimum.
 * @throws UntrainableData for no rows, labels of one class only, values that are not finite, or no convergence
 */
export function trainLogistic(
  { rows, labels }: TrainingSet,
  { l2, maxIterations = 100 }: LogisticOptions,
): LinearModel {
  check({ rows, labels }, l2);
  const width = rows[0]?.length ?? 0;
  const { mean, inverseScale } = standardisation(rows, width);
  const z = rows.map((row) => row.map((x, i) => (x - (mean[i] ?? NaN)) * (inverseScale[i] ?? NaN)));

  let parameters: Float64Array = new Float64Array(width + 1);
  for (let iteration = 0; iteration < maxIterations; iteration += 1) {
    const step = newtonStep(z, labels, parameters, l2);
    if (step === undefined) throw new UntrainableData('The features are linearly dependent; a larger l2 is needed.');
    parameters = parameters.map((value, i) => value - (step[i] ?? NaN));
    if (step.every((change) => Math.abs(change) < CONVERGED)) {
      return { mean, inverseScale, weights: parameters.slice(0, width), bias: parameters[width] ?? NaN };
    }
  }
  throw new UntrainableData(`Newton's method has not converged after ${maxIterations} steps; a larger l2 is needed.`);
}

function check({ rows, labels }: TrainingSet, l2: number): void {
  if (rows.length === 0) throw new UntrainableData('There are no complete, labelled rows to train on.');
  if (rows.length !== labels.length) {
    throw new UntrainableData(`There are ${rows.length} rows and ${labels.length} labels.`);
  }
  if (!(l2 > 0 && l2 < Infinity)) throw new UntrainableData(`l2 must be positive; it was given as ${l2}.`);
  if (labels.every((label) => label === labels[0])) throw new UntrainableData('All labels are of one class.');
  const width = rows[0]?.length;
  if (!rows.every((row) => row.length === width && row.every(Number.isFinite))) {
    throw new UntrainableData('Every row must have the same width and finite values only.');
  }
}

function standardisation(rows: readonly Float64Array[], width: number) {
  const mean = new Float64Array(width);
  const inverseScale = new Float64Array(width);
  for (let i = 0; i < width; i += 1) {
    const average = rows.reduce((sum, row) => sum + (row[i] ?? NaN), 0) / rows.length;
    const variance = rows.reduce((sum, row) => sum + square((row[i] ?? NaN) - average), 0) / rows.length;
    mean[i] = average;
    inverseScale[i] = variance > 0 ? 1 / Math.sqrt(variance) : 0;
  }
  return { mean, inverseScale };
}

// Not `** 2`: powers differ in the last bit between versions of V8, and a model's bytes must not.
function square(x: number): number {
  return x * x;
}

/** Hessian⁻¹ · gradient of the penalised mean log-loss; the bias is the last parameter. */
function newtonStep(
  z: readonly Float64Array[],
  labels: readonly (0 | 1)[],
  parameters: Float64Array,
  l2: number,
): Float64Array | undefined {
  const size = parameters.length;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  const input = new Float64Array(size).fill(1);
  z.forEach((row, index) => {
    input.set(row);
    let margin = 0;
    for (let i = 0; i < size; i += 1) margin += (parameters[i] ?? NaN) * (input[i] ?? NaN);
    const probability = sigmoid(margin);
    const error = (probability - (labels[index] ?? NaN)) / z.length;
    const weight = (probability * (1 - probability)) / z.length;
    for (let i = 0; i < size; i += 1) {
      const x = input[i] ?? NaN;
      gradient[i] = (gradient[i] ?? NaN) + error * x;
      for (let j = 0; j <= i; j += 1) {
        hessian[i * size + j] = (hessian[i * size + j] ?? NaN) + weight * x * (input[j] ?? NaN);
      }
    }
  });
  for (let i = 0; i < size - 1; i += 1) {
    gradient[i] = (gradient[i] ?? NaN) + l2 * (parameters[i] ?? NaN);
    hessian[i * size + i] = (hessian[i * size + i] ?? NaN) + l2;
  }
  return solvePositiveDefinite(hessian, gradient);
}
