import { Inject, Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { decision, EXECUTION_CLIENT, type execution } from '@trading/contracts';
import { requireInStep } from '@trading/platform-barrier';
import { ShutdownHooks, type ServiceDefinition } from '@trading/platform-bootstrap';
import { CheckpointStore, DATABASE, type Database } from '@trading/platform-database';
import { ServiceProbes } from '@trading/platform-health';
import { LOGGER, type Logger } from '@trading/platform-logging';
import { EVENT_BUS, type EventBus } from '@trading/platform-messaging';
import { DECISION_CONFIG, type DecisionConfig } from './decision-config';
import { DecisionController } from './decision-controller';
import { DecisionUseCases } from './decision-service';
import { DecisionStore } from './decision-store';

@Injectable()
class DecisionLifecycle implements OnApplicationBootstrap {
  constructor(
    private readonly useCases: DecisionUseCases,
    private readonly hooks: ShutdownHooks,
    private readonly probes: ServiceProbes,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.probes.add({ name: 'database', kind: 'ready', check: () => this.database.ping() });
    this.probes.add({ name: 'stages', kind: 'degraded', check: () => requireInStep(this.useCases.outOfStep) });
    this.hooks.add('consumers', 'decision consumers', () => this.useCases.stop());
    await this.useCases.start();
  }
}

@Module({
  controllers: [DecisionController],
  providers: [
    DecisionLifecycle,
    {
      provide: DecisionUseCases,
      inject: [DECISION_CONFIG, EVENT_BUS, DATABASE, EXECUTION_CLIENT, LOGGER],
      useFactory: (
        config: DecisionConfig,
        bus: EventBus,
        database: Database,
        client: execution.ExecutionService,
        logger: Logger,
      ) =>
        new DecisionUseCases(config, {
          bus,
          store: new DecisionStore(database),
          checkpoints: new CheckpointStore(database),
          execution: client,
          logger,
        }),
    },
  ],
})
export class DecisionModule {}

/** Decision as a process starts it. */
export const DECISION_SERVICE: ServiceDefinition = {
  name: 'decision',
  module: DecisionModule,
  grpc: [decision.DecisionServiceService],
};
