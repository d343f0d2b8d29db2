import { Inject, Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { GATEWAY_CLIENT, prediction, type gateway } from '@trading/contracts';
import { requireInStep } from '@trading/platform-barrier';
import { ShutdownHooks, type ServiceDefinition } from '@trading/platform-bootstrap';
import { CheckpointStore, DATABASE, type Database } from '@trading/platform-database';
import { ServiceProbes } from '@trading/platform-health';
import { LOGGER, type Logger } from '@trading/platform-logging';
import { EVENT_BUS, type EventBus } from '@trading/platform-messaging';
import { OBJECT_STORE, type ObjectStore } from '@trading/platform-object-store';
import { TIME_SERIES, type TimeSeriesStore } from '@trading/platform-timeseries';
import { INFERENCE_RUNTIME, type InferenceRuntime } from '@trading/trading-models';
import { PREDICTION_CONFIG, type PredictionConfig } from './prediction-config';
import { PredictionController } from './prediction-controller';
import { PredictionUseCases } from './prediction-service';
import { WarmUp } from './warm-up';

@Injectable()
class PredictionLifecycle implements OnApplicationBootstrap {
  constructor(
    private readonly useCases: PredictionUseCases,
    private readonly hooks: ShutdownHooks,
    private readonly probes: ServiceProbes,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.probes.add({ name: 'database', kind: 'ready', check: () => this.database.ping() });
    this.probes.add({ name: 'stages', kind: 'degraded', check: () => requireInStep(this.useCases.outOfStep) });
    this.hooks.add('consumers', 'prediction consumers', () => this.useCases.stop());
    await this.useCases.start();
  }
}

@Module({
  controllers: [PredictionController],
  providers: [
    PredictionLifecycle,
    {
      provide: PredictionUseCases,
      inject: [
        PREDICTION_CONFIG,
        EVENT_BUS,
        DATABASE,
        TIME_SERIES,
        OBJECT_STORE,
        INFERENCE_RUNTIME,
        LOGGER,
        { token: GATEWAY_CLIENT, optional: true },
      ],
      useFactory: (
        config: PredictionConfig,
        bus: EventBus,
        database: Database,
        timeSeries: TimeSeriesStore,
        store: ObjectStore,
        runtime: InferenceRuntime,
        logger: Logger,
        gateway?: gateway.GatewayService,
      ) => {
        const warmUp = new WarmUp({ gateway, timeSeries, logger });
        const ports = { bus, database, checkpoints: new CheckpointStore(database), timeSeries, warmUp };
        return new PredictionUseCases(config, ports, store, runtime, logger);
      },
    },
  ],
})
export class PredictionModule {}

/** Prediction as a process starts it. */
export const PREDICTION_SERVICE: ServiceDefinition = {
  name: 'prediction',
  module: PredictionModule,
  grpc: [prediction.PredictionServiceService],
};
