import 'reflect-metadata';
import {
  type DynamicModule,
  type INestMicroservice,
  type InjectionToken,
  Module,
  type Provider,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  type ErrorTranslator,
  type GrpcHost,
  GrpcTransport,
  RpcErrorFilter,
  type RpcServiceDefinition,
} from '@trading/platform-grpc';
import { HealthDirectory, ServiceProbes } from '@trading/platform-health';
import { type Logger, LOGGER, NestLogAdapter } from '@trading/platform-logging';
import { SHUTDOWN_PHASES, ShutdownHooks } from './shutdown-hooks';
import { storeAway } from './store-away';
import { unstorableText } from './unstorable-text';

/** Injection token of the service's name (a string, as in metrics and logs). */
export const SERVICE_NAME = Symbol('SERVICE_NAME');

/** What a service is; its room in libs/services exports one. */
export interface ServiceDefinition {
  /** As in metrics, logs and `/ready/<name>`: `execution`. */
  readonly name: string;
  readonly module: Type | DynamicModule;
  /** ts-proto's definitions of what it serves; its controllers handle their methods with `@GrpcMethod`. */
  readonly grpc: readonly RpcServiceDefinition[];
  /** Turns the service's own errors into statuses; a database that is away is known without it. */
  readonly translateError?: ErrorTranslator;
}

/** What a service runs on, picked by an app. */
export interface ServiceAdapters {
  /** Ports bound to adapters; every module of the service sees them. */
  readonly providers: readonly Provider[];
  readonly grpcHost: GrpcHost;
  readonly health: HealthDirectory;
  readonly logger: Logger;
}

export interface RunningService {
  readonly name: string;
  readonly hooks: ShutdownHooks;
  /** A provider of the service, by token. */
  get<T>(token: InjectionToken<T>): T;
  /** Runs the hooks that have not run, in the order of their phases, then closes the Nest application. */
  stop(): Promise<void>;
}

@Module({})
class AdaptersModule {}

@Module({})
class RootModule {}

/**
 * Starts a service as a Nest application of its own. Its gRPC methods are bound to the host, which listens later, when
 * all services of the process are there. Services may inject {@link ShutdownHooks}, `ServiceProbes`, `LOGGER`,
 * {@link SERVICE_NAME} and whatever `providers` bind.
 */
export async function startService(definition: ServiceDefinition, adapters: ServiceAdapters): Promise<RunningService> {
  const { name } = definition;
  const logger = adapters.logger.child({ service: name });
  const hooks = new ShutdownHooks(logger);
  const transport = new GrpcTransport(adapters.grpcHost, definition.grpc, {
    service: name,
    logger,
    translateError: (error) => definition.translateError?.(error) ?? storeAway(error) ?? unstorableText(error),
  });
  const adaptersModule = globalModule([
    { provide: SERVICE_NAME, useValue: name },
    { provide: LOGGER, useValue: logger },
    { provide: ShutdownHooks, useValue: hooks },
    { provide: HealthDirectory, useValue: adapters.health },
    { provide: ServiceProbes, useValue: new ServiceProbes(adapters.health, name) },
    ...adapters.providers,
  ]);
  let app: INestMicroservice | undefined;
  try {
    app = await NestFactory.createMicroservice(
      { module: RootModule, imports: [adaptersModule, definition.module] },
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares these options as a class and takes plain objects
      { strategy: transport, logger: new NestLogAdapter(logger), abortOnError: false },
    );
    app.useGlobalFilters(new RpcErrorFilter());
    await app.listen();
  } catch (error) {
    // What started already (consumers, pools) must not outlive a service that did not come up.
    await runAllPhases(hooks);
    await app?.close();
    throw error;
  }
  adapters.health.registerService(name);
  logger.info({}, 'The service has started.');

  let stopping: Promise<void> | undefined;
  const running = app;
  const stop = async (): Promise<void> => {
    await runAllPhases(hooks);
    await running.close();
    logger.info({}, 'The service has stopped.');
  };
  return {
    name,
    hooks,
    get: <T>(token: InjectionToken<T>): T => running.get<T>(token, { strict: false }),
    stop: () => (stopping ??= stop()),
  };
}

async function runAllPhases(hooks: ShutdownHooks): Promise<void> {
  for (const phase of SHUTDOWN_PHASES) {
    await hooks.run(phase);
  }
}

function globalModule(providers: Provider[]): DynamicModule {
  const tokens = providers.map((provider) => (typeof provider === 'function' ? provider : provider.provide));
  return { module: AdaptersModule, global: true, providers, exports: tokens };
}
