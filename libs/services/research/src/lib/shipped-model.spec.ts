import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OnnxRuntime } from '@trading/platform-inference';
import { FolderObjectStore } from '@trading/platform-object-store';
import { FEATURE_SCHEMA } from '@trading/trading-features';
import { agree, compileModel, inferenceRuntimeContract, loadModel } from '@trading/trading-models';
import { buildDataset } from './dataset';
import { defaultTrainingJob, SHIPPED_MODEL_TRAINED_UNTIL_US } from './default-job';
import { readBars } from './read-bars';
import { trainModel, type TrainingReport } from './train-model';

const SHIPPED = join(__dirname, '../../../../../apps/standalone/models');
const FILES = ['model.onnx', 'manifest.json', 'golden.bin'] as const;

const shipped = (file: string): Promise<Buffer> => readFile(join(SHIPPED, 'us500-d1-logistic/1', file));

describe('the shipped model', () => {
  let folder: string;
  let store: FolderObjectStore;
  let report: TrainingReport;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'research-'));
    store = await FolderObjectStore.open(folder);
    report = await trainModel(defaultTrainingJob(store));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('is what the default training job makes, byte for byte', async () => {
    expect(await store.list('')).toEqual(FILES.map((file) => `us500-d1-logistic/1/${file}`).sort());
    for (const file of FILES) {
      const made = await store.get(`us500-d1-logistic/1/${file}`);
      expect({ file, isEqual: made?.equals(await shipped(file)) }).toEqual({ file, isEqual: true });
    }
  });

  it('was trained on nothing of 2010 or after', async () => {
    expect(report.manifest.trainedToUs).toBeLessThanOrEqual(SHIPPED_MODEL_TRAINED_UNTIL_US);
    const job = defaultTrainingJob(store);
    const all = await readBars(job);
    const before = all.filter(({ openTimeUs }) => openTimeUs < SHIPPED_MODEL_TRAINED_UNTIL_US);
    // Every row that has its label inside the period, and none more.
    const rows = before.length - FEATURE_SCHEMA.warmUpBars + 1 - job.horizonBars;
    expect(report.manifest.trainingRows).toBe(rows);
  });

  it('loads with ONNX Runtime beside it', async () => {
    const [onnx, manifest, golden] = await Promise.all(FILES.map(shipped));
    const loaded = await loadModel(
      { onnx: onnx!, manifest: manifest!, golden: golden! },
      new OnnxRuntime(),
      FEATURE_SCHEMA,
    );
    expect(loaded.digest).toBe(report.digest);
  });

  it('gives the same answers in both engines on every bar of the file', async () => {
    const onnx = await shipped('model.onnx');
    const { examples } = buildDataset(await readBars(defaultTrainingJob(store)), 5, () => undefined);
    const model = compileModel(onnx);
    const session = await new OnnxRuntime().load(onnx);
    const rows = new Float32Array(examples.length * model.width);
    examples.forEach(({ features }, i) => rows.set(features, i * model.width));
    const theirs = await session.run(rows, examples.length);
    await session.close();
    const differing = examples.filter(
      ({ features }, i) =>
        !agree(model.predict(features), { margin: theirs.margin[i]!, probability: theirs.probability[i]! }),
    );
    expect(examples.length).toBeGreaterThan(5000);
    expect(differing).toHaveLength(0);
  });

  it('changes its mind often enough out of sample to show the system at work', () => {
    expect(report.outOfSample?.predictions).toBeGreaterThan(2500);
    expect(report.outOfSample?.crossingsOfHalf).toBeGreaterThan(60);
  });

  it('does not claim an edge that its validation does not show', () => {
    const { baselineLogLoss, logLoss } = report.manifest.validation;
    expect(logLoss).toBeGreaterThan(baselineLogLoss);
  });
});

describe('OnnxRuntime as the inference runtime of models', () => {
  inferenceRuntimeContract(() => new OnnxRuntime());
});
