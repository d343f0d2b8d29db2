import { TOPICS, prediction, type market } from '@trading/contracts';
import { BarrierJoin, feed } from '@trading/platform-barrier';
import { RpcError } from '@trading/platform-grpc';
import type { Subscription } from '@trading/platform-messaging';
import type { ObjectStore } from '@trading/platform-object-store';
import type { InferenceRuntime, LoadedModel } from '@trading/trading-models';
import { loadSeriesModel } from './model-loader';
import type { PredictionConfig, PredictionSeries } from './prediction-config';
import { PredictionStage, type MarketInput, type PredictionPorts } from './prediction-stage';

interface AccountStage {
  readonly stage: PredictionStage;
  readonly join: BarrierJoin<MarketInput>;
}

/** The use-cases of prediction: one stage per account whose terminal sends ticks. */
export class PredictionUseCases implements prediction.PredictionService {
  private readonly stages = new Map<string, AccountStage>();
  private readonly models = new Map<PredictionSeries, LoadedModel>();
  private subscription: Subscription | undefined;

  constructor(
    private readonly config: PredictionConfig,
    private readonly ports: PredictionPorts,
    private readonly store: ObjectStore,
    private readonly runtime: InferenceRuntime,
  ) {}

  /** Loads the models, then takes ticks. Throws when a model is refused: nothing is served on a doubt. */
  async start(): Promise<void> {
    for (const series of this.config.series) {
      const model = await loadSeriesModel(series, this.store, this.runtime);
      if (model !== undefined) this.models.set(series, model);
    }
    this.subscription = await this.ports.bus.subscribe(TOPICS.marketTick, { group: 'prediction' }, ({ message }) =>
      this.take(message),
    );
  }

  async stop(): Promise<void> {
    await this.subscription?.stop();
  }

  async getPrediction(request: prediction.GetPredictionRequest): Promise<prediction.Prediction> {
    const found = this.stages.get(request.accountId)?.stage.latest(request.symbol, request.timeframe);
    if (found === undefined) {
      throw new RpcError(
        'NOT_FOUND',
        'NO_PREDICTION',
        `No prediction was made for ${request.symbol} ${request.timeframe} yet.`,
      );
    }
    return found;
  }

  async listModels(): Promise<prediction.ListModelsResponse> {
    return {
      models: [...this.models].map(([series, { manifest, digest }]) => ({
        name: manifest.name,
        version: manifest.version,
        digest,
        symbol: series.symbol,
        timeframe: series.timeframe,
        featureSchemaHash: manifest.featureSchemaHash,
        trainedFromUs: manifest.trainedFromUs,
        trainedToUs: manifest.trainedToUs,
        engine: 'compiled',
        alias: '',
      })),
    };
  }

  async promoteModel(_request: prediction.PromoteModelRequest): Promise<prediction.PromoteModelResponse> {
    throw new RpcError(
      'UNIMPLEMENTED',
      'ALIASES_UNSUPPORTED',
      'A series names its model by version; there are no aliases to promote yet.',
    );
  }

  async rollBackModel(_request: prediction.RollBackModelRequest): Promise<prediction.RollBackModelResponse> {
    throw new RpcError(
      'UNIMPLEMENTED',
      'ALIASES_UNSUPPORTED',
      'A series names its model by version; there are no aliases to roll back yet.',
    );
  }

  private take({ body }: market.MarketTickEvent): Promise<void> | void {
    if (body === undefined) return;
    return feed(this.stageOf(body.value.accountId).join, 'market', body);
  }

  private stageOf(accountId: string): AccountStage {
    let found = this.stages.get(accountId);
    if (found === undefined) {
      const stage = new PredictionStage(accountId, this.config.series, this.models, this.ports);
      found = { stage, join: new BarrierJoin(['market'], stage) };
      this.stages.set(accountId, found);
    }
    return found;
  }
}
