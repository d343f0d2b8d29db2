import { TOPICS, type market, type prediction } from '@trading/contracts';
import { CheckpointStore, type Database } from '@trading/platform-database';
import { silentLogger } from '@trading/platform-logging';
import { InProcessBus, route, type Delivery } from '@trading/platform-messaging';
import type { ObjectStore } from '@trading/platform-object-store';
import type { SeriesColumns, Tags, TimeSeriesStore } from '@trading/platform-timeseries';
import { FEATURE_SCHEMA } from '@trading/trading-features';
import {
  compileModel,
  encodeGolden,
  encodeManifest,
  FakeInferenceRuntime,
  linearToOnnx,
  recordGolden,
  sha256Hex,
  type ModelManifest,
} from '@trading/trading-models';
import type { PredictionConfig } from '../lib/prediction-config';
import { PredictionUseCases } from '../lib/prediction-service';

export const ACCOUNT = 'acc-1';
export const MINUTE_US = 60_000_000;
export const SERIES = { symbol: 'EURUSD', timeframe: 'M1' } as const;
export const MODEL = { name: 'spec', version: '1' } as const;

/** A model store of one model that looks at the last return only. */
export function modelFiles(change: Partial<ModelManifest> = {}): Map<string, Uint8Array> {
  const { names, hash, warmUpBars } = FEATURE_SCHEMA;
  const weights = Float64Array.from(names, (_, k) => (k === 0 ? 500 : 0));
  const [mean, inverseScale] = [new Float64Array(names.length), new Float64Array(names.length).fill(1)];
  const onnx = linearToOnnx({ mean, inverseScale, weights, bias: 0.1 });
  const row = Float32Array.from(names, (_, k) => k / 100);
  const golden = encodeGolden(recordGolden(compileModel(onnx), [row]));
  const manifest: ModelManifest = {
    formatVersion: 1,
    ...MODEL,
    symbol: SERIES.symbol,
    timeframe: SERIES.timeframe,
    learner: { kind: 'logistic-regression', l2: 0.01 },
    featureSchemaHash: hash,
    featureNames: [...names],
    warmUpBars,
    label: { kind: 'direction', horizonBars: 1 },
    classOrder: ['down', 'up'],
    dataSha256: '0'.repeat(64),
    trainedFromUs: 0,
    trainedToUs: 0,
    trainingRows: 1,
    seed: 0,
    trials: 1,
    validation: {
      method: 'purged-tail',
      trainRows: 1,
      purgedRows: 0,
      rows: 1,
      logLoss: 0.7,
      baselineLogLoss: 0.7,
      accuracy: 0.5,
      majorityAccuracy: 0.5,
      auc: 0.5,
      baseRate: 0.5,
    },
    onnxSha256: sha256Hex(onnx),
    goldenSha256: sha256Hex(golden),
    ...change,
  };
  return new Map<string, Uint8Array>([
    ['spec/1/model.onnx', onnx],
    ['spec/1/golden.bin', golden],
    ['spec/1/manifest.json', encodeManifest(manifest)],
  ]);
}

/** Prediction as a process starts it, on a real database and the in-process bus, with the terminal played. */
export class PredictionFixture {
  readonly made: prediction.Prediction[] = [];
  readonly written: { readonly measurement: string; readonly tags: Tags; readonly columns: SeriesColumns }[] = [];
  flushes = 0;
  readonly calls: PredictionUseCases;
  private readonly bus = new InProcessBus({ onError: ({ error }) => (this.failure = error as Error) });
  private failure: Error | undefined;
  private passed = -1;
  private sessions = 0;

  private constructor(database: Database, config: PredictionConfig, files: ReadonlyMap<string, Uint8Array>) {
    const timeSeries = {
      write: (measurement: string, tags: Tags, columns: SeriesColumns) => {
        this.written.push({ measurement, tags, columns });
      },
      flush: async () => {
        this.flushes++;
      },
    } as unknown as TimeSeriesStore;
    const checkpoints = new CheckpointStore(database);
    const store = { get: async (key: string) => files.get(key) } as unknown as ObjectStore;
    const ports = { bus: this.bus, database, checkpoints, timeSeries };
    this.calls = new PredictionUseCases(config, ports, store, new FakeInferenceRuntime(), silentLogger);
  }

  static async start(
    database: Database,
    files: ReadonlyMap<string, Uint8Array> = modelFiles(),
    series: PredictionConfig['series'] = [{ ...SERIES, model: MODEL }],
  ): Promise<PredictionFixture> {
    const fixture = new PredictionFixture(database, { series }, files);
    const hear = ({ message: { body } }: Delivery<prediction.PredictionEvent>): void => {
      if (body?.$case === 'prediction') fixture.made.push(body.value);
      if (body?.$case === 'progress') fixture.passed = body.value.n;
      if (body?.$case === 'session') fixture.passed = body.value.resumeFrom;
    };
    await fixture.bus.consume({ group: 'test' }, [route(TOPICS.prediction, hear)]);
    await fixture.calls.start();
    return fixture;
  }

  async begin(resumeFrom = 0): Promise<void> {
    const sessionId = `session-${++this.sessions}`;
    const symbols = [SERIES.symbol];
    const value = { accountId: ACCOUNT, sessionId, resumeFrom, timeUs: 0, lockstep: true, symbols };
    this.passed = -1;
    await this.publish({ $case: 'session', value });
    await this.until(resumeFrom);
  }

  /** Plays the minute that ends at barrier n, always with the same ticks. */
  async play(n: number, checkpoint = false): Promise<void> {
    const from = (n - 1) * MINUTE_US;
    const bid = [0, 1, 2].map((k) => 1.1 + Math.sin(n * 3 + k) / 1_000);
    const batch = {
      accountId: ACCOUNT,
      symbol: SERIES.symbol,
      firstSeq: 3 * n - 2,
      timeUs: [from, from + 1, from + 2],
      bid,
      ask: bid.map((price) => price + 0.0001),
      ingestUs: 1,
      crossed: 0,
    };
    await this.publish({ $case: 'batch', value: batch });
    const sessionId = `session-${this.sessions}`;
    const mark = { accountId: ACCOUNT, sessionId, n, timeUs: n * MINUTE_US, checkpoint, end: false };
    await this.publish({ $case: 'mark', value: mark });
    await this.until(n);
  }

  async playTo(n: number): Promise<void> {
    for (let k = this.passed + 1; k <= n; k++) await this.play(k);
  }

  async stop(): Promise<void> {
    await this.calls.stop();
    await this.bus.close();
  }

  private publish(body: NonNullable<market.MarketTickEvent['body']>): Promise<void> {
    return this.bus.publish(TOPICS.marketTick, SERIES.symbol, { sessionId: `session-${this.sessions}`, body });
  }

  private async until(n: number): Promise<void> {
    while (this.passed !== n) {
      if (this.failure !== undefined) throw this.failure;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
