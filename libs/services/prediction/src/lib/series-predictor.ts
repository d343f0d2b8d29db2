import { createHash } from 'node:crypto';
import { prediction, type market } from '@trading/contracts';
import { systemClock } from '@trading/platform-config';
import { FeatureEngine, type FeatureRow, type FeatureState } from '@trading/trading-features';
import { BarBuilder, type Bar, type BarBuilderState } from '@trading/trading-market';
import type { LoadedModel } from '@trading/trading-models';
import type { PredictionSeries } from './prediction-config';
import { builderOf, type SeriesSeed } from './series-seed';

/** Where a series stands; JSON-safe. */
export interface SeriesState {
  readonly builder: BarBuilderState;
  readonly features: FeatureState;
  readonly barSeq: number;
  readonly lastBid: number;
  readonly lastAsk: number;
}

/** Builds the bars of one series from its ticks and predicts at each close. */
export class SeriesPredictor {
  private builder: BarBuilder;
  private features = new FeatureEngine();
  private barSeq = 0;
  private lastBid = 0;
  private lastAsk = 0;
  private tickReceivedUs = 0;
  /** What waits for the first quote, whose spread it may need. */
  private seed: SeriesSeed | undefined;
  /** The last prediction made. */
  latest: prediction.Prediction | undefined;

  constructor(
    private readonly accountId: string,
    readonly series: PredictionSeries,
    private readonly model: LoadedModel | undefined,
  ) {
    this.builder = new BarBuilder(series.symbol, series.timeframe);
  }

  /** Of the series, in a checkpoint. */
  get name(): string {
    return `${this.series.symbol} ${this.series.timeframe}`;
  }

  /** Predictions of the bars that these ticks close, in order. */
  onTicks(batch: market.TickBatch): prediction.Prediction[] {
    const { timeUs, bid, ask } = batch;
    const made: prediction.Prediction[] = [];
    this.tickReceivedUs = batch.ingestUs;
    this.growFrom(batch);
    for (let i = 0; i < timeUs.length; i++) {
      const [time = 0, low = 0, high = 0] = [timeUs[i], bid[i], ask[i]];
      const bar = this.builder.onTick(time, low, high);
      if (bar !== undefined) made.push(this.predict(bar, time));
      if (low <= high) {
        this.lastBid = low;
        this.lastAsk = high;
      }
    }
    return made;
  }

  /** The prediction of the bar that ends by `timeUs`, if one does. */
  onMark(timeUs: number): prediction.Prediction | undefined {
    const bar = this.builder.onMark(timeUs);
    return bar === undefined ? undefined : this.predict(bar, timeUs);
  }

  /** Whether a bar can end by what is said of these times. */
  canClose(fromUs: number, toUs: number): boolean {
    if (this.seed !== undefined) return true;
    return this.builder.canClose(fromUs, toUs);
  }

  snapshot(): SeriesState {
    return {
      builder: this.builder.snapshot(),
      features: this.features.snapshot(),
      barSeq: this.barSeq,
      lastBid: this.lastBid,
      lastAsk: this.lastAsk,
    };
  }

  /** Goes back to a state, or to the beginning. */
  restore(state: SeriesState | undefined): void {
    const { symbol, timeframe } = this.series;
    this.builder =
      state === undefined ? new BarBuilder(symbol, timeframe) : BarBuilder.restore(symbol, timeframe, state.builder);
    this.features = state === undefined ? new FeatureEngine() : FeatureEngine.restore(state.features);
    this.barSeq = state?.barSeq ?? 0;
    this.lastBid = state?.lastBid ?? 0;
    this.lastAsk = state?.lastAsk ?? 0;
    this.tickReceivedUs = 0;
    this.seed = undefined;
    this.latest = undefined;
  }

  /** Goes on from bars that were built elsewhere. */
  warm(seed: SeriesSeed): void {
    this.restore(undefined);
    this.features = FeatureEngine.restore(seed.features);
    this.barSeq = seed.barSeq;
    this.seed = seed;
  }

  /** Takes up the bar of a seed at the first quote that has a spread. */
  private growFrom({ bid, ask }: market.TickBatch): void {
    const { seed } = this;
    if (seed === undefined) return;
    const first = bid.findIndex((low, i) => low <= (ask[i] ?? -Infinity));
    if (first < 0) return;
    this.seed = undefined;
    const { symbol, timeframe } = this.series;
    const state = builderOf(seed, (ask[first] ?? 0) - (bid[first] ?? 0));
    this.builder = BarBuilder.restore(symbol, timeframe, state);
    this.lastBid = state.building?.bid.close ?? 0;
    this.lastAsk = state.building?.ask.close ?? 0;
  }

  private predict(bar: Bar, eventUs: number): prediction.Prediction {
    const row = this.features.next(bar);
    const answer = row.complete ? this.model?.predict(row.values) : undefined;
    this.barSeq++;
    this.latest = {
      predictionId: this.id(bar),
      accountId: this.accountId,
      barSeq: this.barSeq,
      bar: { ...bar },
      modelName: this.model?.manifest.name ?? '',
      modelVersion: this.model?.manifest.version ?? '',
      modelDigest: this.model?.digest ?? '',
      featureSchemaHash: this.features.schema.hash,
      featureNames: [...this.features.schema.names],
      features: Array.from(row.values),
      atr: row.atr,
      raw: answer?.raw,
      probability: answer?.probability,
      margin: answer?.margin,
      intervalLow: undefined,
      intervalHigh: undefined,
      flags: this.flags(bar, row),
      eventUs,
      computedUs: systemClock.nowUs(),
      tickReceivedUs: this.tickReceivedUs,
      lastBid: this.lastBid,
      lastAsk: this.lastAsk,
    };
    return this.latest;
  }

  /** Why a strategy should abstain; empty when nothing is amiss. */
  private flags(bar: Bar, row: FeatureRow): string[] {
    if (this.model === undefined) return ['NO_MODEL'];
    const flags: string[] = [];
    const { trainedToUs, expiresAtUs } = this.model.manifest;
    if (!row.complete) flags.push('WARMING_UP');
    if (bar.closeTimeUs <= trainedToUs) flags.push('IN_SAMPLE');
    if (expiresAtUs !== undefined && bar.closeTimeUs > expiresAtUs) flags.push('EXPIRED_MODEL');
    return flags;
  }

  private id(bar: Bar): string {
    const { symbol, timeframe } = this.series;
    const text = [this.accountId, symbol, timeframe, this.model?.digest ?? '', bar.openTimeUs].join('|');
    return createHash('sha256').update(text).digest('hex').slice(0, 26);
  }
}
