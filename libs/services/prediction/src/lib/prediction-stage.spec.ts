import { prediction as contract, type prediction } from '@trading/contracts';
import { createTestDatabase, openDatabase, type Database, type TestDatabase } from '@trading/platform-database';
import { FEATURE_SCHEMA } from '@trading/trading-features';
import { ACCOUNT, MINUTE_US, MODEL, modelFiles, PredictionFixture, SERIES } from '../testing/prediction-fixture';
import { PREDICTION_MIGRATIONS } from './prediction-migrations';

const WARM = FEATURE_SCHEMA.warmUpBars;

describe('prediction', () => {
  let created: TestDatabase;
  let database: Database;
  let system: PredictionFixture | undefined;

  beforeAll(async () => {
    created = await createTestDatabase();
    database = await openDatabase({ url: created.url, schema: 'prediction', migrations: PREDICTION_MIGRATIONS });
  }, 30_000);
  afterAll(async () => {
    await database.close();
    await created.drop();
  });
  afterEach(async () => {
    await system?.stop();
    system = undefined;
    await database.query('TRUNCATE checkpoint');
  });

  const start = async (
    ...more: Parameters<typeof PredictionFixture.start> extends [unknown, ...infer R] ? R : never
  ) => {
    await system?.stop();
    return (system = await PredictionFixture.start(database, ...more));
  };
  /** Bytes of predictions, without the times of the machine. */
  const bytesOf = (made: readonly prediction.Prediction[]) =>
    made.map((one) => Buffer.from(contract.Prediction.encode({ ...one, computedUs: 0, tickReceivedUs: 0 }).finish()));

  it('predicts each bar that closes, once its features are complete', async () => {
    const one = await start();
    await one.begin();
    await one.playTo(WARM + 2);
    expect(one.made.map(({ barSeq }) => barSeq)).toEqual(Array.from({ length: WARM + 2 }, (_, k) => k + 1));
    expect(one.made[WARM - 2]).toMatchObject({ flags: ['WARMING_UP'], probability: undefined });
    const last = one.made[WARM + 1];
    expect(last).toMatchObject({ flags: [], modelName: 'spec', eventUs: (WARM + 2) * MINUTE_US });
    const [lastReturn = NaN] = last?.features ?? [];
    expect(last?.probability).toBeCloseTo(1 / (1 + Math.exp(-(500 * lastReturn + 0.1))), 4);
    expect(await one.calls.getPrediction({ accountId: ACCOUNT, ...SERIES })).toBe(last);
  });

  it('gives identical predictions when it goes on from a checkpoint, in this process or the next', async () => {
    const k = WARM - 5;
    const one = await start();
    await one.begin();
    await one.playTo(k - 1);
    await one.play(k, true);
    await one.playTo(WARM + 10);
    const after = bytesOf(one.made.slice(k));
    expect(after).toHaveLength(WARM + 10 - k);

    await one.begin(k);
    await expect(one.calls.getPrediction({ accountId: ACCOUNT, ...SERIES })).rejects.toMatchObject({
      code: 'NO_PREDICTION',
    });
    await one.playTo(WARM + 10);
    expect(bytesOf(one.made.slice(WARM + 10))).toEqual(after);

    const next = await start();
    await next.begin(k);
    await next.playTo(WARM + 10);
    expect(bytesOf(next.made)).toEqual(after);
  });

  it('says the same of a prefix whatever follows, and from the beginning again', async () => {
    const one = await start();
    await one.begin();
    await one.playTo(WARM + 3);
    await one.begin();
    await one.playTo(WARM + 1);
    expect(bytesOf(one.made.slice(WARM + 3))).toEqual(bytesOf(one.made.slice(0, WARM + 1)));
  });

  it('does not go on from a barrier at which it has kept nothing', async () => {
    const one = await start();
    await expect(one.begin(5)).rejects.toMatchObject({ code: 'CHECKPOINT_MISSING' });
  });

  it('keeps the series apart by name when their order changes', async () => {
    const both = [SERIES, { ...SERIES, timeframe: 'M5' }] as const;
    const one = await start(undefined, both);
    await one.begin();
    await one.playTo(6);
    await one.play(7, true);
    const next = await start(undefined, [...both].reverse());
    await next.begin(7);
    await next.playTo(10);
    expect(next.made.map(({ bar, barSeq }) => [bar?.timeframe, barSeq])).toEqual([
      ['M1', 8],
      ['M1', 9],
      ['M5', 2],
      ['M1', 10],
    ]);
  });

  it('says what is amiss with a prediction', async () => {
    const trainedToUs = (WARM + 1) * MINUTE_US;
    const one = await start(modelFiles({ trainedToUs, expiresAtUs: (WARM + 2) * MINUTE_US }));
    await one.begin();
    await one.playTo(WARM + 3);
    expect(one.made.slice(WARM - 2).map(({ flags }) => flags)).toEqual([
      ['WARMING_UP', 'IN_SAMPLE'],
      ['IN_SAMPLE'],
      ['IN_SAMPLE'],
      [],
      ['EXPIRED_MODEL'],
    ]);
    const bare = await start(undefined, [SERIES]);
    await bare.begin();
    await bare.playTo(WARM + 1);
    expect(bare.made.at(-1)).toMatchObject({ flags: ['NO_MODEL'], modelName: '', probability: undefined });
  });

  it('does not start with a model that is missing, incomplete, changed or of another series', async () => {
    const without = (file: string) => {
      const files = modelFiles();
      files.delete(`spec/1/${file}`);
      return files;
    };
    for (const file of ['model.onnx', 'manifest.json', 'golden.bin']) {
      await expect(start(without(file))).rejects.toMatchObject({ code: 'MODEL_MISSING' });
    }
    const changed = modelFiles().set('spec/1/golden.bin', new Uint8Array(12));
    await expect(start(changed)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    for (const change of [{ symbol: 'GBPUSD' }, { timeframe: 'M5' }] as const) {
      await expect(start(modelFiles(change))).rejects.toMatchObject({ code: 'MODEL_FOR_ANOTHER_SERIES' });
    }
    const one = await start();
    expect(await one.calls.listModels()).toMatchObject({ models: [{ ...MODEL, ...SERIES }] });
  });

  it('stores every bar and every prediction, durably before a checkpoint is', async () => {
    const one = await start();
    await one.begin();
    await one.playTo(WARM);
    expect(one.flushes).toBe(0);
    await one.play(WARM + 1, true);
    expect(one.flushes).toBe(1);
    const of = (measurement: string) => one.written.filter((w) => w.measurement === measurement);
    expect(of('bar')).toHaveLength(WARM + 1);
    expect(of('bar')[0]).toMatchObject({
      tags: { account: ACCOUNT, ...SERIES },
      columns: { seq: [1], timeUs: [0], fields: { ticks: [3] } },
    });
    expect(of('prediction').map(({ columns }) => columns.seq[0])).toEqual([WARM, WARM + 1]);
    const last = one.made.at(-1);
    expect(of('prediction').at(-1)?.columns.fields).toEqual({
      probability: [last?.probability],
      margin: [last?.margin],
    });
  });
});
