import type { Provider } from '@nestjs/common';
import {
  decision,
  DECISION_CLIENT,
  execution,
  EXECUTION_CLIENT,
  gateway,
  GATEWAY_CLIENT,
  prediction,
  PREDICTION_CLIENT,
  reflectionImage,
  risk,
  RISK_MANAGER_CLIENT,
  type ServiceClients,
} from '@trading/contracts';
import {
  startService,
  type ProcessLifecycle,
  type RunningService,
  type ServiceDefinition,
} from '@trading/platform-bootstrap';
import { ALERTS, openAlerts, type AlertConfig } from '@trading/platform-alerting';
import { CACHE, InMemoryCache } from '@trading/platform-cache';
import { DATABASE, type Database } from '@trading/platform-database';
import { ACCESS_TOKENS, createInProcessClient, GrpcHost } from '@trading/platform-grpc';
import { OnnxRuntime } from '@trading/platform-inference';
import type { Logger } from '@trading/platform-logging';
import { EVENT_BUS, observedBus, type EventBus } from '@trading/platform-messaging';
import { OBJECT_STORE, type ObjectStore } from '@trading/platform-object-store';
import { TIME_SERIES } from '@trading/platform-timeseries';
import { DECISION_CONFIG, DECISION_SERVICE, type DecisionConfig } from '@trading/service-decision';
import { EXECUTION_CONFIG, EXECUTION_SERVICE } from '@trading/service-execution';
import {
  GATEWAY_CONFIG,
  GatewayLifecycle,
  MT4_GATEWAY_SERVICE,
  MT5_GATEWAY_SERVICE,
  type GatewayConfig,
} from '@trading/service-gateway';
import { PREDICTION_CONFIG, PREDICTION_SERVICE, type PredictionConfig } from '@trading/service-prediction';
import { RISK_MANAGER_CONFIG, RISK_MANAGER_SERVICE, type RiskManagerConfig } from '@trading/service-risk-manager';
import { INFERENCE_RUNTIME } from '@trading/trading-models';
import { routeGateways } from './gateway-router';
import type { Secrets } from './secrets';
import type { Stores } from './stores';

/** What the last alerts may take at the end. */
const LAST_ALERTS_MS = 3_000;

/** What the services of one standalone system are told. */
export interface ServiceConfigs {
  readonly runId: string;
  readonly mt4: GatewayConfig;
  readonly mt5: GatewayConfig;
  readonly prediction: PredictionConfig;
  readonly decision: DecisionConfig;
  readonly riskManager: RiskManagerConfig;
}

export interface SystemPorts {
  readonly stores: Stores;
  readonly bus: EventBus;
  readonly models: ObjectStore;
  readonly secrets: Secrets;
  readonly logger: Logger;
  readonly alerts: AlertConfig;
}

export interface RunningServices {
  readonly clients: ServiceClients;
  readonly byName: ReadonlyMap<string, RunningService>;
  /** The port that MetaTrader 5 terminals dial. */
  readonly terminalPort: number;
}

/** The host of the process, with reflection for trading tools. */
export const createHost = (isReady: (service: string) => Promise<boolean>): GrpcHost =>
  new GrpcHost({ reflectionImage: reflectionImage(), isReady });

/** Clients of every service of this process, which may start and stop in any order. */
export function clientsOf(host: GrpcHost, token: string): ServiceClients {
  return {
    gateway: createInProcessClient<gateway.GatewayService>(gateway.GatewayServiceService, host, { token }),
    prediction: createInProcessClient<prediction.PredictionService>(prediction.PredictionServiceService, host, {
      token,
    }),
    decision: createInProcessClient<decision.DecisionService>(decision.DecisionServiceService, host, { token }),
    execution: createInProcessClient<execution.ExecutionService>(execution.ExecutionServiceService, host, { token }),
    riskManager: createInProcessClient<risk.RiskManagerService>(risk.RiskManagerServiceService, host, { token }),
  };
}

/** Starts the six services, none aware of the others being in the same process. Gateways come last: they let data in. */
export async function startServices(
  configs: ServiceConfigs,
  ports: SystemPorts,
  lifecycle: ProcessLifecycle,
): Promise<RunningServices> {
  const { stores, bus, models, secrets, logger } = ports;
  const clients = clientsOf(lifecycle.grpcHost, secrets.serviceToken);
  const byName = new Map<string, RunningService>();
  const shared: Provider[] = [
    { provide: TIME_SERIES, useValue: stores.timeSeries },
    { provide: CACHE, useValue: new InMemoryCache() },
    { provide: OBJECT_STORE, useValue: models },
    { provide: INFERENCE_RUNTIME, useValue: new OnnxRuntime() },
    { provide: ACCESS_TOKENS, useValue: { operator: secrets.operatorToken, service: secrets.serviceToken } },
    { provide: GATEWAY_CLIENT, useValue: clients.gateway },
    { provide: PREDICTION_CLIENT, useValue: clients.prediction },
    { provide: DECISION_CLIENT, useValue: clients.decision },
    { provide: EXECUTION_CLIENT, useValue: clients.execution },
    { provide: RISK_MANAGER_CLIENT, useValue: clients.riskManager },
  ];
  const start = async (
    definition: ServiceDefinition,
    database: Database,
    config: Provider,
    grpcHost = lifecycle.grpcHost,
  ): Promise<RunningService> => {
    const alerts = openAlerts(definition.name, ports.alerts, logger);
    lifecycle.addClosing(`alerts of ${definition.name}`, () => alerts.drain(LAST_ALERTS_MS));
    const observed = { provide: EVENT_BUS, useValue: observedBus(bus, definition.name) };
    const providers = [
      ...shared,
      observed,
      { provide: ALERTS, useValue: alerts },
      { provide: DATABASE, useValue: database },
      config,
    ];
    const service = await startService(definition, { providers, grpcHost, health: lifecycle.health, logger });
    byName.set(definition.name, service);
    return lifecycle.addService(service);
  };
  const mt4 = { platform: 'MT4', host: new GrpcHost() };
  const mt5 = { platform: 'MT5', host: new GrpcHost() };
  routeGateways(lifecycle.grpcHost, [mt4, mt5], logger);
  await start(RISK_MANAGER_SERVICE, stores.riskManager, {
    provide: RISK_MANAGER_CONFIG,
    useValue: configs.riskManager,
  });
  await start(EXECUTION_SERVICE, stores.execution, { provide: EXECUTION_CONFIG, useValue: { runId: configs.runId } });
  await start(DECISION_SERVICE, stores.decision, { provide: DECISION_CONFIG, useValue: configs.decision });
  await start(PREDICTION_SERVICE, stores.prediction, { provide: PREDICTION_CONFIG, useValue: configs.prediction });
  await start(MT4_GATEWAY_SERVICE, stores.gateway, { provide: GATEWAY_CONFIG, useValue: configs.mt4 }, mt4.host);
  const gatewayService = await start(
    MT5_GATEWAY_SERVICE,
    stores.gateway,
    { provide: GATEWAY_CONFIG, useValue: configs.mt5 },
    mt5.host,
  );
  return { clients, byName, terminalPort: gatewayService.get(GatewayLifecycle).terminalPort };
}
