import { TOPICS, type market, type prediction } from '@trading/contracts';
import type { BarrierMark, SessionStart, Stage } from '@trading/platform-barrier';
import type { CheckpointStore, Database } from '@trading/platform-database';
import type { EventBus } from '@trading/platform-messaging';
import type { TimeSeriesStore } from '@trading/platform-timeseries';
import type { LoadedModel } from '@trading/trading-models';
import type { PredictionSeries } from './prediction-config';
import { SeriesPredictor, type SeriesState } from './series-predictor';

export type MarketInput = NonNullable<market.MarketTickEvent['body']>;

export interface PredictionPorts {
  readonly bus: EventBus;
  readonly database: Database;
  readonly checkpoints: CheckpointStore;
  readonly timeSeries: TimeSeriesStore;
}

/** Where each series stands, by its name. */
type StageState = Readonly<Record<string, SeriesState>>;

/** The prediction stage of one account's session: ticks in, bars and predictions out. */
export class PredictionStage implements Stage<MarketInput> {
  private readonly predictors: readonly SeriesPredictor[];

  constructor(
    private readonly accountId: string,
    series: readonly PredictionSeries[],
    models: ReadonlyMap<PredictionSeries, LoadedModel>,
    private readonly ports: PredictionPorts,
  ) {
    this.predictors = series.map((s) => new SeriesPredictor(accountId, s, models.get(s)));
  }

  latest(symbol: string, timeframe: string): prediction.Prediction | undefined {
    return this.predictors.find((p) => p.series.symbol === symbol && p.series.timeframe === timeframe)?.latest;
  }

  async onSession(session: SessionStart): Promise<void> {
    const states = await this.ports.checkpoints.resume<StageState>(this.accountId, session.resumeFrom);
    for (const predictor of this.predictors) predictor.restore(states?.[predictor.name]);
    const body = { $case: 'session', value: { ...session } } as const;
    for (const symbol of this.symbols()) await this.publish(symbol, { accountId: this.accountId, body });
  }

  async onInput(input: MarketInput): Promise<void> {
    if (input.$case !== 'batch') return;
    for (const predictor of this.predictors) {
      if (predictor.series.symbol !== input.value.symbol) continue;
      for (const made of predictor.onTicks(input.value)) await this.announce(made, predictor.series);
    }
  }

  async onBarrier(mark: BarrierMark): Promise<void> {
    for (const predictor of this.predictors) {
      const made = predictor.onMark(mark.timeUs);
      if (made !== undefined) await this.announce(made, predictor.series);
    }
    if (mark.checkpoint) await this.checkpoint(mark.n);
    const body = { $case: 'progress', value: { ...mark, source: 'prediction' } } as const;
    for (const symbol of this.symbols()) await this.publish(symbol, { accountId: this.accountId, body });
  }

  private async checkpoint(n: number): Promise<void> {
    await this.ports.timeSeries.flush();
    const states: StageState = Object.fromEntries(this.predictors.map((p) => [p.name, p.snapshot()]));
    await this.ports.database.transaction((tx) => this.ports.checkpoints.save(tx, this.accountId, n, states));
  }

  private async announce(made: prediction.Prediction, series: PredictionSeries): Promise<void> {
    this.record(made, series);
    const { accountId } = this;
    if (made.bar !== undefined) {
      await this.ports.bus.publish(TOPICS.marketBar, series.symbol, {
        accountId,
        body: { $case: 'bar', value: made.bar },
      });
    }
    await this.publish(series.symbol, { accountId, body: { $case: 'prediction', value: made } });
  }

  private record(made: prediction.Prediction, { symbol, timeframe }: PredictionSeries): void {
    const { bar, barSeq } = made;
    if (bar?.bid === undefined || bar.ask === undefined) return;
    const tags = { account: this.accountId, symbol, timeframe };
    const at = { seq: [barSeq], timeUs: [bar.openTimeUs] };
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
    this.ports.timeSeries.write('bar', tags, { ...at, fields });
    if (made.probability === undefined) return;
    const { probability, margin = 0 } = made;
    this.ports.timeSeries.write('prediction', tags, {
      ...at,
      fields: { probability: [probability], margin: [margin] },
    });
  }

  private symbols(): readonly string[] {
    return [...new Set(this.predictors.map((p) => p.series.symbol))];
  }

  private publish(symbol: string, event: prediction.PredictionEvent): Promise<void> {
    return this.ports.bus.publish(TOPICS.prediction, symbol, event);
  }
}
