import { TOPICS, type common, type market, type prediction } from '@trading/contracts';
import type { BarrierMark, InputOf, SessionStart, Stage } from '@trading/platform-barrier';
import type { CheckpointStore, Database } from '@trading/platform-database';
import type { EventBus } from '@trading/platform-messaging';
import type { TimeSeriesStore } from '@trading/platform-timeseries';
import { withSpan } from '@trading/platform-tracing';
import type { LoadedModel } from '@trading/trading-models';
import type { PredictionSeries } from './prediction-config';
import { SeriesPredictor, type SeriesState } from './series-predictor';
import type { HistoryBar } from './series-seed';
import type { WarmUp } from './warm-up';

export type MarketInput = InputOf<NonNullable<market.MarketTickEvent['body']>>;

export interface PredictionPorts {
  readonly bus: EventBus;
  readonly database: Database;
  readonly checkpoints: CheckpointStore;
  readonly timeSeries: TimeSeriesStore;
  /** Brings live series to where they would be had they never been away. */
  readonly warmUp: WarmUp;
}

/** Where each series stands, by its name. */
type StageState = Readonly<Record<string, SeriesState>>;

/** The prediction stage of one symbol in an account's session: ticks in, bars and predictions out. */
export class PredictionStage implements Stage<MarketInput> {
  private readonly predictors: readonly SeriesPredictor[];
  private sessionId = '';

  constructor(
    private readonly accountId: string,
    private readonly symbol: string,
    series: readonly PredictionSeries[],
    models: ReadonlyMap<PredictionSeries, LoadedModel>,
    private readonly ports: PredictionPorts,
  ) {
    this.predictors = series
      .filter((s) => s.symbol === symbol)
      .map((s) => new SeriesPredictor(accountId, s, models.get(s)));
  }

  latest(timeframe: string): prediction.Prediction | undefined {
    return this.predictors.find((p) => p.series.timeframe === timeframe)?.latest;
  }

  async onSession(session: SessionStart): Promise<void> {
    const states = await this.ports.checkpoints.resume<StageState>(this.key, session.resumeFrom);
    for (const predictor of this.predictors) predictor.restore(states?.[predictor.name]);
    this.sessionId = session.sessionId;
    await this.publish({ $case: 'session', value: { beginning: 0, ...session, symbols: [...session.symbols] } });
    // What is simulated is played again; what is live has happened without us.
    if (!session.lockstep && states === undefined) for (const predictor of this.predictors) await this.warm(predictor);
  }

  async onInput({ value: batch }: MarketInput): Promise<void> {
    const [fromUs = 0, toUs = 0] = [batch.timeUs[0], batch.timeUs.at(-1)];
    for (const predictor of this.predictors) {
      await this.predict(predictor, fromUs, toUs, () => predictor.onTicks(batch));
    }
  }

  async onBarrier(mark: BarrierMark): Promise<void> {
    const { timeUs } = mark;
    for (const predictor of this.predictors) {
      await this.predict(predictor, timeUs, timeUs, () => {
        const made = predictor.onMark(timeUs);
        return made === undefined ? [] : [made];
      });
    }
    if (mark.checkpoint) await this.checkpoint(mark.n);
    const { sessionId, symbol } = this;
    await this.publish({ $case: 'progress', value: { ...mark, source: 'prediction', sessionId, symbol } });
  }

  private get key(): string {
    return stageKey(this.accountId, this.symbol);
  }

  private async checkpoint(n: number): Promise<void> {
    await this.ports.timeSeries.flush();
    const states: StageState = Object.fromEntries(this.predictors.map((p) => [p.name, p.snapshot()]));
    await this.ports.database.transaction((tx) => this.ports.checkpoints.save(tx, this.key, n, states));
  }

  /** Brings a series up to now; the bars that it has missed are told and kept, but nothing is predicted of them. */
  private async warm(predictor: SeriesPredictor): Promise<void> {
    const { series } = predictor;
    const warmed = await this.ports.warmUp.of(this.accountId, series);
    if (warmed === undefined) return;
    predictor.warm(warmed.seed);
    for (const { seq, bar } of warmed.missed) {
      this.recordBar(bar, seq, series);
      await this.publishBar(bar, series);
    }
  }

  /** Announces what is predicted between two times; a span where a bar can end, which few batches of ticks do. */
  private async predict(
    predictor: SeriesPredictor,
    fromUs: number,
    toUs: number,
    run: () => readonly prediction.Prediction[],
  ): Promise<void> {
    const { symbol, timeframe } = predictor.series;
    const announceAll = async (): Promise<void> => {
      for (const made of run()) await this.announce(made, predictor.series);
    };
    if (!predictor.canClose(fromUs, toUs)) return announceAll();
    const attributes = { 'trading.symbol': symbol, 'trading.timeframe': timeframe };
    return withSpan('predict', { attributes }, announceAll);
  }

  private async announce(made: prediction.Prediction, series: PredictionSeries): Promise<void> {
    this.record(made, series);
    const accepted = [this.publish({ $case: 'prediction', value: made })];
    if (made.bar !== undefined) accepted.push(this.publishBar(made.bar, series));
    // Both at once: who decides on a prediction does not wait for the bar.
    await Promise.all(accepted);
  }

  private publishBar(bar: common.Bar, { symbol }: PredictionSeries): Promise<void> {
    const body = { $case: 'bar', value: bar } as const;
    return this.ports.bus.publish(TOPICS.marketBar, symbol, { accountId: this.accountId, body });
  }

  private record(made: prediction.Prediction, series: PredictionSeries): void {
    const { bar, barSeq } = made;
    if (bar === undefined) return;
    this.recordBar(bar, barSeq, series);
    if (made.probability === undefined) return;
    const { probability, margin = 0 } = made;
    this.ports.timeSeries.write('prediction', this.tagsOf(series), {
      seq: [barSeq],
      timeUs: [bar.openTimeUs],
      fields: { probability: [probability], margin: [margin] },
    });
  }

  /** A bar whose asks nobody knows is not kept. */
  private recordBar(bar: common.Bar | HistoryBar, seq: number, series: PredictionSeries): void {
    if (bar.bid === undefined || bar.ask === undefined) return;
    const fields = {
      bid_open: [bar.bid.open],
      bid_high: [bar.bid.high],
      bid_low: [bar.bid.low],
      bid_close: [bar.bid.close],
      ask_open: [bar.ask.open],
      ask_high: [bar.ask.high],
      ask_low: [bar.ask.low],
      ask_close: [bar.ask.close],
      ticks: [bar.tickCount],
    };
    const at = { seq: [seq], timeUs: [bar.openTimeUs] };
    this.ports.timeSeries.write('bar', this.tagsOf(series), { ...at, fields });
  }

  private tagsOf({ symbol, timeframe }: PredictionSeries): { account: string; symbol: string; timeframe: string } {
    return { account: this.accountId, symbol, timeframe };
  }

  private publish(body: NonNullable<prediction.PredictionEvent['body']>): Promise<void> {
    const { accountId, sessionId, symbol } = this;
    return this.ports.bus.publish(TOPICS.prediction, symbol, { accountId, sessionId, body });
  }
}

/** The name of an account's symbol among stages and checkpoints. */
export const stageKey = (accountId: string, symbol: string): string => `${accountId}/${symbol}`;
