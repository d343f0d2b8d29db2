import { TOPICS, type prediction } from '@trading/contracts';
import { StageHost } from '@trading/platform-barrier';
import { TransientDatabaseError } from '@trading/platform-database';
import { RpcError } from '@trading/platform-grpc';
import type { Logger } from '@trading/platform-logging';
import { route, type Share, type Subscription } from '@trading/platform-messaging';
import type { ObjectStore } from '@trading/platform-object-store';
import type { InferenceRuntime, LoadedModel } from '@trading/trading-models';
import { loadSeriesModel } from './model-loader';
import type { PredictionConfig, PredictionSeries } from './prediction-config';
import { PredictionStage, stageKey, type MarketInput, type PredictionPorts } from './prediction-stage';

/** The use-cases of prediction: one stage per account and symbol whose terminal sends ticks. */
export class PredictionUseCases implements prediction.PredictionService {
  private readonly host: StageHost<MarketInput, PredictionStage>;
  private readonly models = new Map<PredictionSeries, LoadedModel>();
  private subscription: Subscription | undefined;

  constructor(
    private readonly config: PredictionConfig,
    private readonly ports: PredictionPorts,
    private readonly store: ObjectStore,
    private readonly runtime: InferenceRuntime,
    logger: Logger,
  ) {
    this.host = new StageHost<MarketInput, PredictionStage>({
      sources: ['market'],
      create: (key) => {
        const [accountId, symbol] = partsOf(key);
        return new PredictionStage(accountId, symbol, this.config.series, this.models, this.ports);
      },
      rejoin: (key, reason) => this.rejoin(key, reason),
      isTransient: (error) => error instanceof TransientDatabaseError,
      log: logger,
    });
  }

  /** Why series are out of step with their session, by account and symbol. */
  get outOfStep(): ReadonlyMap<string, string> {
    return this.host.outOfStep;
  }

  /** Loads the models, then takes ticks. Throws when a model is refused: nothing is served on a doubt. */
  async start(): Promise<void> {
    for (const series of this.config.series) {
      const model = await loadSeriesModel(series, this.store, this.runtime);
      if (model !== undefined) this.models.set(series, model);
    }
    this.subscription = await this.ports.bus.consume({ group: 'prediction', onShare: (share) => this.onShare(share) }, [
      route(TOPICS.marketTick, ({ key: symbol, message }) => {
        const { body } = message;
        if (body === undefined) return;
        return this.host.feed(stageKey(body.value.accountId, symbol), 'market', message, (input) => input);
      }),
    ]);
  }

  async stop(): Promise<void> {
    this.host.stop();
    await this.subscription?.stop();
  }

  async getPrediction(request: prediction.GetPredictionRequest): Promise<prediction.Prediction> {
    const found = this.host.get(stageKey(request.accountId, request.symbol))?.latest(request.timeframe);
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

  private async onShare(share: Share): Promise<void> {
    await this.host.share(
      (key) => share.owns(partsOf(key)[1]),
      () => this.ports.checkpoints.accounts(),
    );
  }

  private rejoin(key: string, reason: string): Promise<void> {
    const [accountId, symbol] = partsOf(key);
    const value = { source: 'prediction', accountId, symbol, reason };
    return this.ports.bus.publish(TOPICS.prediction, symbol, {
      accountId,
      sessionId: '',
      body: { $case: 'rejoin', value },
    });
  }
}

/** Account and symbol of a stage's key; account ids hold no `/`. */
function partsOf(key: string): [accountId: string, symbol: string] {
  const at = key.indexOf('/');
  return [key.slice(0, at), key.slice(at + 1)];
}
