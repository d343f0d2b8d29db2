import { Inject, Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { GATEWAY_CLIENT, RISK_MANAGER_CLIENT, execution, type gateway, type risk } from '@trading/contracts';
import { ALERTS, type AlertSink } from '@trading/platform-alerting';
import { requireInStep } from '@trading/platform-barrier';
import { ShutdownHooks, type ServiceDefinition } from '@trading/platform-bootstrap';
import { CheckpointStore, DATABASE, type Database } from '@trading/platform-database';
import { ServiceProbes } from '@trading/platform-health';
import { LOGGER, type Logger } from '@trading/platform-logging';
import { EVENT_BUS, type EventBus } from '@trading/platform-messaging';
import { TIME_SERIES, type TimeSeriesStore } from '@trading/platform-timeseries';
import { ExecutionController } from './execution-controller';
import { EXECUTION_CONFIG, EXECUTION_PEERS, type ExecutionConfig } from './execution-config';
import { ExecutionUseCases } from './execution-service';
import type { ExecutionClientMaker } from './forwarding';
import { OrderStore } from './order-store';
import { reconciliationsOf } from './reconcile-service';

@Injectable()
class ExecutionLifecycle implements OnApplicationBootstrap {
  constructor(
    private readonly useCases: ExecutionUseCases,
    private readonly hooks: ShutdownHooks,
    private readonly probes: ServiceProbes,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.probes.add({ name: 'database', kind: 'ready', check: () => this.database.ping() });
    this.probes.add({ name: 'stages', kind: 'degraded', check: () => requireInStep(this.useCases.outOfStep) });
    this.hooks.add('consumers', 'execution consumers', () => this.useCases.stop());
    await this.useCases.start();
  }
}

@Module({
  controllers: [ExecutionController],
  providers: [
    ExecutionLifecycle,
    {
      provide: ExecutionUseCases,
      inject: [
        EVENT_BUS,
        DATABASE,
        TIME_SERIES,
        GATEWAY_CLIENT,
        RISK_MANAGER_CLIENT,
        ALERTS,
        LOGGER,
        EXECUTION_CONFIG,
        { token: EXECUTION_PEERS, optional: true },
      ],
      useFactory: (
        bus: EventBus,
        database: Database,
        timeSeries: TimeSeriesStore,
        gatewayClient: gateway.GatewayService,
        riskManager: risk.RiskManagerService,
        alerts: AlertSink,
        logger: Logger,
        config: ExecutionConfig,
        peers?: ExecutionClientMaker,
      ) => {
        const store = new OrderStore(database);
        const compared = { bus, database, store, gateway: gatewayClient, riskManager, alerts, logger };
        return new ExecutionUseCases({
          bus,
          store,
          checkpoints: new CheckpointStore(database),
          timeSeries,
          gateway: gatewayClient,
          riskManager,
          alerts,
          logger,
          config,
          peers,
          reconciliation: reconciliationsOf(compared),
        });
      },
    },
  ],
})
export class ExecutionModule {}

/** Execution as a process starts it. */
export const EXECUTION_SERVICE: ServiceDefinition = {
  name: 'execution',
  module: ExecutionModule,
  grpc: [execution.ExecutionServiceService],
};
