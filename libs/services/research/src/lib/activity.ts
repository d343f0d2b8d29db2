/** How much predictions move, without looking at whether they were right. */
export interface ActivityReport {
  /** Closes of the first and last bar, UTC microseconds. */
  readonly fromUs: number;
  readonly toUs: number;
  readonly predictions: number;
  readonly above52: number;
  readonly below48: number;
  readonly quantiles: {
    readonly p5: number;
    readonly p25: number;
    readonly p50: number;
    readonly p75: number;
    readonly p95: number;
  };
  /** How often the probability changes side of one half. */
  readonly crossingsOfHalf: number;
  readonly crossingsOfMedian: number;
}

/** Undefined when there are no predictions. */
export function reportActivity(
  predictions: readonly { readonly timeUs: number; readonly probability: number }[],
): ActivityReport | undefined {
  const [first, last] = [predictions[0], predictions.at(-1)];
  if (!first || !last) return undefined;
  const probabilities = predictions.map(({ probability }) => probability);
  const sorted = [...probabilities].sort((a, b) => a - b);
  const quantile = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? NaN;
  const crossings = (level: number): number =>
    probabilities.filter((p, i) => i > 0 && p > level !== (probabilities[i - 1] ?? NaN) > level).length;
  return {
    fromUs: first.timeUs,
    toUs: last.timeUs,
    predictions: predictions.length,
    above52: probabilities.filter((p) => p > 0.52).length,
    below48: probabilities.filter((p) => p < 0.48).length,
    quantiles: {
      p5: quantile(0.05),
      p25: quantile(0.25),
      p50: quantile(0.5),
      p75: quantile(0.75),
      p95: quantile(0.95),
    },
    crossingsOfHalf: crossings(0.5),
    crossingsOfMedian: crossings(quantile(0.5)),
  };
}
