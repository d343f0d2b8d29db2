/** How well probabilities of class 1 matched labels, beside the baselines that need no model. */
export interface ClassificationReport {
  readonly rows: number;
  /** Mean negative log-likelihood, natural logarithm. */
  readonly logLoss: number;
  /** Log-loss of always giving `baseRate`, which a model must be below to have learnt anything. */
  readonly baselineLogLoss: number;
  /** Share right at the threshold of 0.5. */
  readonly accuracy: number;
  /** Share right when always giving the class that was commoner in training. */
  readonly majorityAccuracy: number;
  /** Area under the ROC curve, ties counted half; 0.5 is chance. */
  readonly auc: number;
  /** Share of class 1 in the training rows. */
  readonly baseRate: number;
}

/**
 * @param probabilities of class 1, strictly between 0 and 1
 * @param baseRate share of class 1 in the training rows (not in these, or the baseline would know the answer)
 */
export function reportClassification(
  probabilities: readonly number[],
  labels: readonly (0 | 1)[],
  baseRate: number,
): ClassificationReport {
  const rows = labels.length;
  const mean = (score: (label: 0 | 1, index: number) => number): number =>
    labels.reduce<number>((sum, label, index) => sum + score(label, index), 0) / rows;
  const logLoss = (probability: (index: number) => number): number =>
    mean((label, index) => -Math.log(label === 1 ? probability(index) : 1 - probability(index)));
  const majority = baseRate > 0.5 ? 1 : 0;
  return {
    rows,
    logLoss: logLoss((index) => probabilities[index] ?? NaN),
    baselineLogLoss: logLoss(() => baseRate),
    accuracy: mean((label, index) => (((probabilities[index] ?? NaN) > 0.5 ? 1 : 0) === label ? 1 : 0)),
    majorityAccuracy: mean((label) => (label === majority ? 1 : 0)),
    auc: areaUnderRoc(probabilities, labels),
    baseRate,
  };
}

/** The chance that a row of class 1 scores above a row of class 0 (Mann–Whitney); NaN when one class is absent. */
export function areaUnderRoc(scores: readonly number[], labels: readonly (0 | 1)[]): number {
  const order = scores.map((score, index) => ({ score, label: labels[index] })).sort((a, b) => a.score - b.score);
  let rankSum = 0;
  let positives = 0;
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end < order.length && order[end]?.score === order[start]?.score) end += 1;
    const sharedRank = (start + 1 + end) / 2;
    for (const { label } of order.slice(start, end)) {
      if (label === 1) {
        rankSum += sharedRank;
        positives += 1;
      }
    }
    start = end;
  }
  const negatives = order.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
