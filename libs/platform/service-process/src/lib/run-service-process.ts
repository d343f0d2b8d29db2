import type { Provider } from '@nestjs/common';
import type { z } from 'zod';
import { ALERTS, openAlerts } from '@trading/platform-alerting';
import {
  explainFailure,
  runProcess,
  startHttp,
  startService,
  type ProcessLifecycle,
  type ProcessPort,
  type ServiceDefinition,
} from '@trading/platform-bootstrap';
import { ConfigError, parseConfig, type Environment } from '@trading/platform-config';
import { DATABASE, openDatabase, type Database, type MigrationClass } from '@trading/platform-database';
import {
  ACCESS_TOKENS,
  closeGrpcClient,
  createGrpcClient,
  GrpcHost,
  idempotencyOf,
  PlaintextRefused,
  PortInUse,
  type DefinitionFor,
  type GrpcClientOptions,
} from '@trading/platform-grpc';
import { HealthDirectory } from '@trading/platform-health';
import { createLogger, redact, type Logger } from '@trading/platform-logging';
import { CACHE } from '@trading/platform-cache';
import type { Catalogue as Topics } from '@trading/platform-kafka';
import { EVENT_BUS, observedBus } from '@trading/platform-messaging';
import { TIME_SERIES, type Catalogue } from '@trading/platform-timeseries';
import { startTracing } from '@trading/platform-tracing';
import { awaitStore } from './await-store';
import { openBus } from './open-bus';
import { openCache } from './open-cache';
import { openSeries } from './open-series';
import { openSecurity, type ProcessSecurity } from './security';
import type { ProcessConfig } from './process-variables';

/** What the last alerts may take at the end. */
const LAST_ALERTS_MS = 3_000;

/** Which service a process is, and what it needs beyond what all have. */
export interface ServiceProcess<C extends ProcessConfig> {
  readonly definition: ServiceDefinition;
  /** All variables of the process: those of {@link processVariables} and the service's own. */
  readonly variables: z.ZodType<C>;
  /** The service's own schema in PostgreSQL. */
  readonly database: { readonly schema: string; readonly migrations: readonly MigrationClass[] };
  /** The topics that the event bus carries. */
  readonly topics: Topics;
  /** What the time series hold; absent for a service that neither writes nor reads any. */
  readonly catalogue?: Catalogue;
  /** buf's image of all packages, for reflection. */
  readonly reflectionImage: Uint8Array;
  /** The service's configuration, clients and other ports. */
  readonly providers: (context: ProcessContext<C>) => readonly Provider[] | Promise<readonly Provider[]>;
  /** What was not configured and what does not work without it, by name; reported as degraded and logged. */
  readonly missing?: (config: C) => Readonly<Record<string, string>>;
}

export interface ProcessContext<C> {
  readonly config: C;
  readonly logger: Logger;
  /** Takes probes and what is to be closed with the process. */
  readonly lifecycle: ProcessLifecycle;
  /** A client of another service, with the token of the services unless it says another; closed with the process. */
  readonly client: <S extends object>(
    definition: DefinitionFor<S>,
    address: string,
    sends?: Pick<GrpcClientOptions, 'token' | 'metadata'>,
  ) => S;
}

/** Where a process runs; tests hand in their own. */
export interface ProcessSurroundings {
  readonly env?: Environment;
  readonly process?: ProcessPort;
  readonly complain?: (text: string) => void;
}

const CALL_DEADLINE_MS = 10_000;

/**
 * Runs a service alone in its process until a signal. `/health` answers from the first moment and `/ready` says what is
 * waited for; gRPC listens when the service has started. Exit codes: 0 after a signal, 2 for a configuration that does
 * not hold, 1 for anything else, each with one paragraph on standard error.
 */
export async function runServiceProcess<C extends ProcessConfig>(
  service: ServiceProcess<C>,
  { env = process.env, process: port = process, complain = toStandardError }: ProcessSurroundings = {},
): Promise<void> {
  const { name } = service.definition;
  let config: C;
  try {
    config = parseConfig(service.variables, env);
  } catch (error) {
    complain(explainFailure(name, error));
    port.exit(exitCodeOf(error) ?? 1);
    return;
  }
  const logger = createLogger({
    level: config.LOG_LEVEL,
    pretty: process.stdout.isTTY,
    destination: 'stdout',
    base: { service: name },
  });
  const health = new HealthDirectory();
  let failure: number | undefined;
  let security: ProcessSecurity;
  try {
    security = openSecurity(config, env, logger);
  } catch (error) {
    complain(explainFailure(name, error));
    port.exit(2);
    return;
  }
  await runProcess({
    name,
    logger,
    health,
    grpcHost: new GrpcHost({
      reflectionImage: service.reflectionImage,
      certificates: security.certificates,
      allowPlaintext: config.GRPC_ALLOW_PLAINTEXT,
      isReady: (asked) => health.isReady(asked),
    }),
    process: { on: (event, listener) => port.on(event, listener), exit: (code) => port.exit(failure ?? code) },
    complain,
    start: async (lifecycle) => {
      try {
        await start(service, config, security, lifecycle, logger, (reason) => {
          // A process that ends anyway breaks off what it was about to do.
          if (lifecycle.stopRequested.aborted) return;
          logger.error({ reason }, 'A defect: leaving, so that a fresh process goes on.');
          void lifecycle.shutdown('a defect').then(() => port.exit(1));
        });
      } catch (error) {
        failure = lifecycle.stopRequested.aborted ? undefined : exitCodeOf(error);
        throw error;
      }
    },
  });
}

async function start<C extends ProcessConfig>(
  service: ServiceProcess<C>,
  config: C,
  security: ProcessSecurity,
  lifecycle: ProcessLifecycle,
  logger: Logger,
  onDefect: (reason: string) => void,
): Promise<void> {
  const { definition } = service;
  const { name } = definition;
  const { health, grpcHost } = lifecycle;
  lifecycle.addClosing('security', () => security.close());
  const stopTracing = startTracing(config, { service: name, log: logger, clean: (text) => String(redact(text)) });
  if (stopTracing !== undefined) lifecycle.addClosing('tracing', () => stopTracing());
  let waitsFor: string | undefined = 'the service is starting';
  const check = (): void => {
    if (waitsFor !== undefined) throw new Error(waitsFor);
  };
  health.registerProbe(name, { name: 'start', kind: 'ready', check });
  const { LISTEN_HOST: host, HTTP_PORT, GRPC_PORT } = config;
  const http = lifecycle.addHttp(await startHttp({ health, host, port: HTTP_PORT, logger }));
  logger.info({ http: `http://${host}:${http.port}` }, 'HTTP answers.');
  reportMissing(service, config, lifecycle, logger);

  const stores = await openStores(service, config, lifecycle, logger, (reason) => (waitsFor = reason));
  const alerts = openAlerts(name, config, logger);
  lifecycle.addClosing('alerts', () => alerts.drain(LAST_ALERTS_MS));
  const bus = observedBus(openBus(name, config, service.topics, lifecycle, logger, onDefect), name);
  const context: ProcessContext<C> = {
    config,
    logger,
    lifecycle,
    client: clientMaker(service, config, security, lifecycle, logger),
  };
  const providers: readonly Provider[] = [
    ...stores,
    { provide: EVENT_BUS, useValue: bus },
    { provide: CACHE, useValue: await openCache(name, config, lifecycle, logger) },
    { provide: ACCESS_TOKENS, useValue: security.tokens },
    { provide: ALERTS, useValue: alerts },
    ...(await service.providers(context)),
  ];
  waitsFor = 'the service is taking up its work';
  lifecycle.addService(await startService(definition, { providers, grpcHost, health, logger }));
  const grpcPort = await grpcHost.listen(host, GRPC_PORT);
  waitsFor = undefined;
  logger.info({ http: `http://${host}:${http.port}`, grpc: `${host}:${grpcPort}` }, 'Listening.');
}

/** Connects to PostgreSQL, waiting for it if need be. */
async function openStores<C extends ProcessConfig>(
  { definition, database: { schema, migrations }, catalogue }: ServiceProcess<C>,
  config: C,
  lifecycle: ProcessLifecycle,
  logger: Logger,
  onWait: (reason: string) => void,
): Promise<Provider[]> {
  const { DATABASE_URL: url, DATABASE_WAIT_S } = config;
  const options = {
    waitMs: DATABASE_WAIT_S * 1_000,
    logger,
    signal: lifecycle.stopRequested,
    onFailure: (error: Error) => onWait(`PostgreSQL cannot be reached yet: ${error.message}`),
  };
  const onIdleConnectionLost = (error: Error): void =>
    logger.warn({ reason: error.message }, 'An idle connection to PostgreSQL was lost.');
  const open = (): Promise<Database> =>
    openDatabase({
      url,
      schema,
      migrations,
      onIdleConnectionLost,
      onPartitions: (changes) => logger.info({ changes }, 'Partitions were made or dropped.'),
      onPartitionsFailed: (error) => logger.error({ reason: error.message }, 'Partitions could not be looked after.'),
    });
  const database = await awaitStore(open, options);
  lifecycle.addClosing('database', () => database.close());
  const providers: Provider[] = [{ provide: DATABASE, useValue: database }];
  if (catalogue !== undefined) {
    const series = await openSeries(definition.name, config, catalogue, lifecycle, logger, options);
    providers.push({ provide: TIME_SERIES, useValue: series });
  }
  return providers;
}

function clientMaker<C extends ProcessConfig>(
  { reflectionImage }: ServiceProcess<C>,
  config: ProcessConfig,
  { certificates, tokens }: ProcessSecurity,
  lifecycle: ProcessLifecycle,
  logger: Logger,
): ProcessContext<unknown>['client'] {
  const idempotency = idempotencyOf(reflectionImage);
  return (definition, address, sends) => {
    const client = createGrpcClient(definition, address, {
      deadlineMs: CALL_DEADLINE_MS,
      token: () => tokens.service,
      ...sends,
      certificates,
      allowPlaintext: config.GRPC_ALLOW_PLAINTEXT,
      idempotency,
      logger,
    });
    lifecycle.addClosing(`client of ${address}`, () => closeGrpcClient(client));
    return client;
  };
}

function reportMissing<C extends ProcessConfig>(
  service: ServiceProcess<C>,
  config: C,
  { health }: ProcessLifecycle,
  logger: Logger,
): void {
  const missing: Record<string, string> = { ...service.missing?.(config) };
  if (config.OPERATOR_TOKEN === undefined)
    missing['operator-token'] = "OPERATOR_TOKEN is not set: no operator's call is let in.";
  if (config.SERVICE_TOKEN === undefined)
    missing['service-token'] = 'SERVICE_TOKEN is not set: no other service is let in, and none lets this one in.';
  for (const [name, reason] of Object.entries(missing)) {
    const check = (): never => {
      throw new Error(reason);
    };
    health.registerProbe(service.definition.name, { name, kind: 'degraded', check });
    logger.warn({ missing: name }, reason);
  }
}

/** 2 for what whoever starts the process has to change. */
function exitCodeOf(error: unknown): 2 | undefined {
  return error instanceof ConfigError || error instanceof PlaintextRefused || error instanceof PortInUse
    ? 2
    : undefined;
}

function toStandardError(text: string): void {
  process.stderr.write(text);
}
