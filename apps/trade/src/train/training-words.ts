import type { TrainingReport } from '@trading/service-research';
import { table } from '../cli/table';
import { count, timeWords } from '../cli/words';
import { block } from '../story/block';

/** What was trained and how it did, the baselines beside. */
export function trainingWords({ manifest, bars, outOfSample, stored, weights }: TrainingReport): string {
  const { name, version, symbol, timeframe, label, trainingRows, trainedFromUs, trainedToUs } = manifest;
  const learnt = [
    `from ${timeWords(trainedFromUs)} to ${timeWords(trainedToUs)}: ${trainingRows} rows of ${count(bars, 'bar')}`,
    `the direction of ${symbol} ${timeframe} over the next ${count(label.horizonBars, 'bar')}`,
    stored === 'written' ? 'stored' : 'stored before, unchanged',
  ];
  const largest = [...weights].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).slice(0, 8);
  return [
    block(`Model ${name} ${version}`, learnt),
    block('Validation', validationWords(manifest.validation)),
    block('Weights of standardised features, the largest', [
      table(
        largest.map(({ feature, weight }) => [feature, weight.toFixed(4)]),
        [1],
      ),
    ]),
    outOfSample === undefined
      ? 'Nothing of the file lies after the training period: there is nothing left to trade out of sample.'
      : block('After the training period', [
          `${outOfSample.predictions} predictions, ${timeWords(outOfSample.fromUs)} to ${timeWords(outOfSample.toUs)}`,
          `probabilities from ${outOfSample.quantiles.p5.toFixed(3)} (5 %) to ${outOfSample.quantiles.p95.toFixed(3)} (95 %)`,
          'Whether they were right was not looked at.',
        ]),
  ].join('\n\n');
}

/** The scores against doing without a model, and in plain words what that means. */
export function validationWords(validation: TrainingReport['manifest']['validation']): string[] {
  const { trainRows, purgedRows, rows, logLoss, baselineLogLoss, accuracy, majorityAccuracy, auc, baseRate } =
    validation;
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const always = baseRate >= 0.5 ? 'always up' : 'always down';
  const against = (mine: number, theirs: number): string =>
    mine > theirs ? 'better than' : mine < theirs ? 'worse than' : 'no better than';
  return [
    `fitted on ${trainRows} rows, scored on the last ${rows}; ${purgedRows} between them left out, whose labels overlap`,
    ...table([
      ['', 'model', 'without a model'],
      ['accuracy', percent(accuracy), `${percent(majorityAccuracy)} (${always})`],
      ['log loss', logLoss.toFixed(4), `${baselineLogLoss.toFixed(4)} (the base rate)`],
      ['area under the curve', auc.toFixed(4), '0.5000 (chance)'],
    ]).split('\n'),
    `By accuracy it is ${against(accuracy, majorityAccuracy)} ${always}; by log loss it is ${against(baselineLogLoss, logLoss)} the base rate.`,
    ...(accuracy > majorityAccuracy && logLoss < baselineLogLoss
      ? []
      : ['It has shown no edge: do not expect it to earn money.']),
  ];
}
