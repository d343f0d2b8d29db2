import { fileSha256 } from '@trading/platform-files';
import type { ObjectStore } from '@trading/platform-object-store';
import {
  type CompiledModel,
  compileModel,
  encodeGolden,
  encodeManifest,
  linearToOnnx,
  type ModelManifest,
  recordGolden,
  sha256Hex,
  trainLogistic,
} from '@trading/trading-models';
import { type ActivityReport, reportActivity } from './activity';
import { buildDataset, type Example, labelledUntil } from './dataset';
import { ResearchError } from './errors';
import { goldenRows } from './golden-rows';
import { modelKeys, storeModel } from './model-store';
import { validateOnPurgedTail } from './purged-tail';
import { type BarFile, readBars } from './read-bars';

export interface TrainingJob extends BarFile {
  /** Bars that open before are not read, UTC microseconds. */
  readonly fromUs?: number | undefined;
  /** No label ends after, UTC microseconds; what lies beyond is out of sample. Absent: everything is trained on. */
  readonly toUs?: number | undefined;
  /** Bars ahead whose direction is learnt. */
  readonly horizonBars: number;
  /** See `LogisticOptions.l2`. */
  readonly l2?: number | undefined;
  /** Variants tried before this one, itself included; kept in the manifest. */
  readonly trials?: number | undefined;
  readonly name: string;
  readonly version: string;
  readonly outStore: ObjectStore;
  readonly onProgress?: ((progress: TrainingProgress) => void) | undefined;
}

export interface TrainingProgress {
  readonly stage: 'reading' | 'features' | 'validating' | 'training' | 'storing';
  readonly done: number;
  /** 0 when it is not known. */
  readonly total: number;
}

export interface TrainingReport {
  readonly manifest: ModelManifest;
  /** SHA-256 of the manifest's file. */
  readonly digest: string;
  readonly keys: readonly string[];
  readonly stored: 'written' | 'unchanged';
  readonly bars: number;
  /** In order of the schema; of standardised features, so their sizes compare. */
  readonly weights: readonly { readonly feature: string; readonly weight: number }[];
  /** Predictions after `toUs`; whether they were right is not looked at here. */
  readonly outOfSample: ActivityReport | undefined;
}

const DEFAULT_L2 = 0.01;
const PROGRESS_EVERY = 1000;

/**
 * Trains a direction model on a file and stores it. The recipe is scored on a purged tail of the training period, then
 * fitted again on all of that period. The same file and job give the same bytes.
 * @throws ResearchError, UntrainableData, FileProblem, DataFileError, ObjectStoreError
 */
export async function trainModel(job: TrainingJob): Promise<TrainingReport> {
  const { fromUs = -Infinity, horizonBars, l2 = DEFAULT_L2, name, onProgress, toUs = Infinity, version } = job;
  const progress = (stage: TrainingProgress['stage'], done: number, total: number): void =>
    onProgress?.({ stage, done, total });

  progress('reading', 0, 0);
  const bars = (await readBars(job)).filter(({ openTimeUs }) => openTimeUs >= fromUs);
  const { schema, examples } = buildDataset(bars, horizonBars, (done) => {
    if (done % PROGRESS_EVERY === 0 || done === bars.length) progress('features', done, bars.length);
  });
  const training = labelledUntil(examples, toUs);
  const [firstBar, lastExample] = [bars[0], training.at(-1)];
  if (!firstBar || !lastExample) {
    throw new ResearchError(
      'TOO_LITTLE_DATA',
      `${job.file} has ${bars.length} bars in the period; the features alone need ${schema.warmUpBars} before the first row.`,
    );
  }

  progress('validating', 0, 1);
  const validation = validateOnPurgedTail(training, l2);
  progress('training', 0, 1);
  const rows = training.map(({ features }) => features);
  const linear = trainLogistic({ rows, labels: training.map(({ label }) => label) }, { l2 });
  const onnx = linearToOnnx(linear, new Map([['featureSchemaHash', schema.hash]]));
  const model = compileModel(onnx);
  const golden = encodeGolden(recordGolden(model, goldenRows(rows)));
  const manifest: ModelManifest = {
    formatVersion: 1,
    name,
    version,
    symbol: job.symbol,
    timeframe: job.timeframe,
    learner: { kind: 'logistic-regression', l2 },
    featureSchemaHash: schema.hash,
    featureNames: [...schema.names],
    warmUpBars: schema.warmUpBars,
    label: { kind: 'direction', horizonBars },
    classOrder: ['down', 'up'],
    dataSha256: await fileSha256(job.file),
    trainedFromUs: firstBar.openTimeUs,
    trainedToUs: lastExample.labelEndUs,
    trainingRows: training.length,
    seed: 0,
    trials: job.trials ?? 1,
    validation: {
      method: validation.method,
      trainRows: validation.trainRows,
      purgedRows: validation.purgedRows,
      rows: validation.rows,
      logLoss: rounded(validation.logLoss),
      baselineLogLoss: rounded(validation.baselineLogLoss),
      accuracy: rounded(validation.accuracy),
      majorityAccuracy: rounded(validation.majorityAccuracy),
      auc: rounded(validation.auc),
      baseRate: rounded(validation.baseRate),
    },
    onnxSha256: sha256Hex(onnx),
    goldenSha256: sha256Hex(golden),
  };

  progress('storing', 0, 1);
  const manifestBytes = encodeManifest(manifest);
  const stored = await storeModel(job.outStore, name, version, { onnx, golden, manifest: manifestBytes });
  progress('storing', 1, 1);
  return {
    manifest,
    digest: sha256Hex(manifestBytes),
    keys: Object.values(modelKeys(name, version)),
    stored,
    bars: bars.length,
    weights: schema.names.map((feature, i) => ({ feature, weight: linear.weights[i] ?? NaN })),
    outOfSample: reportActivity(predictAfter(examples, toUs, model)),
  };
}

function predictAfter(examples: readonly Example[], afterUs: number, model: CompiledModel) {
  return examples
    .filter(({ timeUs }) => timeUs > afterUs)
    .map(({ features, timeUs }) => ({ timeUs, probability: model.predict(features).probability }));
}

/** Six digits: more would say nothing, and would carry the last bit of a logarithm into the file. */
function rounded(value: number): number {
  return Number(value.toFixed(6));
}
