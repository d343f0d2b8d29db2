import { Inject, Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { risk } from '@trading/contracts';
import { requireInStep } from '@trading/platform-barrier';
import { ALERTS, type AlertSink } from '@trading/platform-alerting';
import { CACHE, type Cache } from '@trading/platform-cache';
import { ShutdownHooks, type ServiceDefinition } from '@trading/platform-bootstrap';
import { CheckpointStore, DATABASE, type Database } from '@trading/platform-database';
import { ServiceProbes } from '@trading/platform-health';
import { LOGGER, type Logger } from '@trading/platform-logging';
import { EVENT_BUS, type EventBus } from '@trading/platform-messaging';
import { RISK_MANAGER_CONFIG, type RiskManagerConfig } from './risk-config';
import { RiskController } from './risk-controller';
import { RiskUseCases } from './risk-service';
import { RiskStore } from './risk-store';

@Injectable()
class RiskLifecycle implements OnApplicationBootstrap {
  constructor(
    private readonly useCases: RiskUseCases,
    private readonly hooks: ShutdownHooks,
    private readonly probes: ServiceProbes,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.probes.add({ name: 'database', kind: 'ready', check: () => this.database.ping() });
    this.probes.add({ name: 'stages', kind: 'degraded', check: () => requireInStep(this.useCases.outOfStep) });
    this.hooks.add('consumers', 'risk consumers', () => this.useCases.stop());
    await this.useCases.start();
  }
}

@Module({
  controllers: [RiskController],
  providers: [
    RiskLifecycle,
    {
      provide: RiskUseCases,
      inject: [EVENT_BUS, DATABASE, CACHE, ALERTS, LOGGER, RISK_MANAGER_CONFIG],
      useFactory: (
        bus: EventBus,
        database: Database,
        cache: Cache,
        alerts: AlertSink,
        logger: Logger,
        config: RiskManagerConfig,
      ) =>
        new RiskUseCases({
          bus,
          store: new RiskStore(database),
          checkpoints: new CheckpointStore(database),
          cache,
          alerts,
          logger,
          config,
        }),
    },
  ],
})
export class RiskManagerModule {}

/** risk-manager as a process starts it. */
export const RISK_MANAGER_SERVICE: ServiceDefinition = {
  name: 'risk-manager',
  module: RiskManagerModule,
  grpc: [risk.RiskManagerServiceService],
};
