import {
  type ClassificationReport,
  linearMargin,
  reportClassification,
  sigmoid,
  trainLogistic,
} from '@trading/trading-models';
import type { LabelledExample } from './dataset';
import { ResearchError } from './errors';

/** Share of the examples, the latest, that validation scores. */
const TAIL = 0.2;
const FEWEST_ROWS = 100;

export interface TailValidation extends ClassificationReport {
  readonly method: 'purged-tail';
  readonly trainRows: number;
  readonly purgedRows: number;
}

/**
 * Fits on the earlier examples and scores on the last fifth. An example whose label reaches into the tail is purged from
 * the fit: it would tell what the tail asks.
 * @throws ResearchError `TOO_LITTLE_DATA`
 */
export function validateOnPurgedTail(examples: readonly LabelledExample[], l2: number): TailValidation {
  const tail = examples.slice(Math.floor(examples.length * (1 - TAIL)));
  const before = examples.slice(0, examples.length - tail.length);
  const tailStartUs = tail[0]?.timeUs ?? -Infinity;
  const train = before.filter(({ labelEndUs }) => labelEndUs <= tailStartUs);
  if (train.length < FEWEST_ROWS || tail.length === 0) {
    throw new ResearchError(
      'TOO_LITTLE_DATA',
      `There are ${train.length} rows to fit on after warm-up, labels and validation; at least ${FEWEST_ROWS} are needed.`,
    );
  }
  const labels = train.map(({ label }) => label);
  const model = trainLogistic({ rows: train.map(({ features }) => features), labels }, { l2 });
  const report = reportClassification(
    tail.map(({ features }) => sigmoid(linearMargin(model, features))),
    tail.map(({ label }) => label),
    labels.filter((label) => label === 1).length / labels.length,
  );
  return { method: 'purged-tail', trainRows: train.length, purgedRows: before.length - train.length, ...report };
}
