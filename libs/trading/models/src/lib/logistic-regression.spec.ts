import fc from 'fast-check';
import { UntrainableData } from './errors';
import { linearMargin, sigmoid, trainLogistic } from './logistic-regression';

/** Numbers in [0, 1) that look random and are the same everywhere (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function sample(seed: number, count: number, weights: readonly number[], bias: number) {
  const random = numbers(seed);
  const rows = Array.from({ length: count }, () => Float64Array.from(weights, () => 4 * random() - 2));
  const labels = rows.map((row): 0 | 1 => {
    const margin = weights.reduce((sum, weight, i) => sum + weight * row[i]!, bias);
    return random() < sigmoid(margin) ? 1 : 0;
  });
  return { rows, labels };
}

describe('trainLogistic', () => {
  it('finds the weights that labels were drawn with', () => {
    const model = trainLogistic(sample(1, 20_000, [1, -0.5, 0], 0.3), { l2: 1e-6 });
    const margin = (...row: number[]) => linearMargin(model, Float64Array.from(row));
    expect(margin(0, 0, 0)).toBeCloseTo(0.3, 1);
    expect(margin(1, 0, 0) - margin(0, 0, 0)).toBeCloseTo(1, 1);
    expect(margin(0, 1, 0) - margin(0, 0, 0)).toBeCloseTo(-0.5, 1);
    expect(margin(0, 0, 1) - margin(0, 0, 0)).toBeCloseTo(0, 1);
  });

  it('ends where the penalised log-loss has no slope', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(1e-4, 0.01, 1), (seed, l2) => {
        const set = sample(seed, 200, [0.8, -0.3, 0.1], 0);
        const model = trainLogistic(set, { l2 });
        const errors = set.rows.map((row, i) => sigmoid(linearMargin(model, row)) - set.labels[i]!);
        const mean = (terms: number[]) => terms.reduce((a, b) => a + b, 0) / terms.length;
        expect(mean(errors)).toBeCloseTo(0, 10);
        model.weights.forEach((weight, i) => {
          const z = set.rows.map((row) => (row[i]! - model.mean[i]!) * model.inverseScale[i]!);
          expect(mean(errors.map((error, r) => error * z[r]!)) + l2 * weight).toBeCloseTo(0, 10);
        });
      }),
      { seed: 42, numRuns: 30 },
    );
  });

  it('gives the same bits each time', () => {
    const set = sample(3, 500, [0.5, 0.5], 0);
    expect(trainLogistic(set, { l2: 0.01 })).toEqual(trainLogistic(set, { l2: 0.01 }));
  });

  it('does not mind the units of features', () => {
    const set = sample(4, 500, [0.7, -0.2], 0.1);
    const scaled = { ...set, rows: set.rows.map((row) => Float64Array.of(row[0]! * 1024 + 3, row[1]!)) };
    const [a, b] = [set, scaled].map((data) => trainLogistic(data, { l2: 0.01 }));
    a!.weights.forEach((weight, i) => expect(b!.weights[i]).toBeCloseTo(weight, 9));
  });

  it('shrinks weights, not the base rate, as the penalty grows', () => {
    const set = sample(5, 1000, [2], 1);
    const model = trainLogistic(set, { l2: 1e6 });
    expect(model.weights[0]).toBeCloseTo(0, 5);
    expect(sigmoid(model.bias)).toBeCloseTo(set.labels.filter((label) => label === 1).length / 1000, 5);
  });

  it('converges on separable labels and with a feature that never changes', () => {
    const rows = [-2, -1, 1, 2].map((x) => Float64Array.of(x, 7));
    const model = trainLogistic({ rows, labels: [0, 0, 1, 1] }, { l2: 0.01 });
    expect(model.weights[0]).toBeGreaterThan(0);
    expect(model.weights[1]).toBe(0);
    expect(model.inverseScale[1]).toBe(0);
  });

  it.each<[string, Float64Array[], (0 | 1)[], number]>([
    ['no rows', [], [], 1],
    ['one class', [Float64Array.of(1), Float64Array.of(2)], [1, 1], 1],
    ['NaN', [Float64Array.of(NaN), Float64Array.of(2)], [1, 0], 1],
    ['ragged rows', [Float64Array.of(1), Float64Array.of(2, 3)], [1, 0], 1],
    ['missing labels', [Float64Array.of(1), Float64Array.of(2)], [1], 1],
    ['no penalty', [Float64Array.of(1), Float64Array.of(2)], [1, 0], 0],
  ])('refuses %s', (_, rows, labels, l2) => {
    expect(() => trainLogistic({ rows, labels }, { l2 })).toThrow(UntrainableData);
  });
});
