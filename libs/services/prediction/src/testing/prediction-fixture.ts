import { TOPICS, type market, type prediction } from '@trading/contracts';
import { CheckpointStore, type Database } from '@trading/platform-database';
import { memoryLogger, silentLogger } from '@trading/platform-logging';
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
import { WarmUp, type WarmUpPorts } from '../lib/warm-up';

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
  readonly log = memoryLogger();
  /** The time that live series are warmed at. */
  nowUs = 0;
  readonly calls: PredictionUseCases;
  private readonly bus = new InProcessBus({ onError: ({ error }) => (this.failure = error as Error) });
  private failure: Error | undefined;
  private passed = -1;
  private sessions = 0;

  private constructor(
    database: Database,
    config: PredictionConfig,
    files: ReadonlyMap<string, Uint8Array>,
    gateway?: WarmUpPorts['gateway'],
  ) {
    const timeSeries = {
      write: (measurement: string, tags: Tags, columns: SeriesColumns) => {
        this.written.push({ measurement, tags, columns });
      },
      flush: async () => {
        this.flushes++;
      },
      query: async (measurement: string) => {
        const last = this.written.findLast((one) => one.measurement === measurement)?.columns;
        return last === undefined ? [] : [{ seq: last.seq[0], timeUs: last.timeUs[0], fields: {} }];
      },
    } as unknown as TimeSeriesStore;
    const checkpoints = new CheckpointStore(database);
    const store = { get: async (key: string) => files.get(key) } as unknown as ObjectStore;
    const clock = { nowUs: () => this.nowUs };
    const warmUp = new WarmUp({ gateway, timeSeries, logger: this.log, clock });
    const ports = { bus: this.bus, database, checkpoints, timeSeries, warmUp };
    this.calls = new PredictionUseCases(config, ports, store, new FakeInferenceRuntime(), silentLogger);
  }

  static async start(
    database: Database,
    files: ReadonlyMap<string, Uint8Array> = modelFiles(),
    series: PredictionConfig['series'] = [{ ...SERIES, model: MODEL }],
    gateway?: WarmUpPorts['gateway'],
  ): Promise<PredictionFixture> {
    const fixture = new PredictionFixture(database, { series }, files, gateway);
    const hear = ({ message: { body } }: Delivery<prediction.PredictionEvent>): void => {
      if (body?.$case === 'prediction') fixture.made.push(body.value);
      if (body?.$case === 'progress') fixture.passed = body.value.n;
      if (body?.$case === 'session') fixture.passed = body.value.resumeFrom;
    };
    await fixture.bus.consume({ group: 'test' }, [route(TOPICS.prediction, hear)]);
    await fixture.calls.start();
    return fixture;
  }

  async begin(resumeFrom = 0, lockstep = true): Promise<void> {
    const sessionId = `session-${++this.sessions}`;
    const symbols = [SERIES.symbol];
    const value = { accountId: ACCOUNT, sessionId, resumeFrom, timeUs: 0, lockstep, symbols, beginning: 0 };
    this.passed = -1;
    await this.publish({ $case: 'session', value });
    await this.until(resumeFrom);
  }

  /** The ticks of the n-th minute, always the same, or some of them. */
  static ticks(n: number, which: readonly number[] = [0, 1, 2]): market.TickBatch {
    const bid = which.map((k) => Number((1.1 + Math.sin(n * 3 + k) / 1_000).toFixed(5)));
    return {
      accountId: ACCOUNT,
      symbol: SERIES.symbol,
      firstSeq: 3 * n - 2,
      timeUs: which.map((k) => (n - 1) * MINUTE_US + k),
      bid,
      ask: bid.map((price) => Number((price + 0.0001).toFixed(5))),
      ingestUs: 1,
      crossed: 0,
    };
  }

  /** Says ticks of the n-th minute in a live session, and waits until they are worked through. */
  async tick(n: number, which?: readonly number[]): Promise<void> {
    await this.publish({ $case: 'batch', value: PredictionFixture.ticks(n, which) });
    await this.bus.idle();
    if (this.failure !== undefined) throw this.failure;
  }

  /** Plays the minute that ends at barrier n, always with the same ticks. */
  async play(n: number, checkpoint = false): Promise<void> {
    await this.publish({ $case: 'batch', value: PredictionFixture.ticks(n) });
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
