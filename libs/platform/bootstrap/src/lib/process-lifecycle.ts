import type { GrpcHost } from '@trading/platform-grpc';
import type { HealthDirectory } from '@trading/platform-health';
import type { Logger } from '@trading/platform-logging';
import { settlesWithin, type ShutdownPhase } from './shutdown-hooks';
import type { RunningHttp } from './start-http';
import type { RunningService } from './start-service';

/** What of `process` the lifecycle uses; a fake one in tests. */
export interface ProcessPort {
  on(event: string, listener: (...args: never[]) => void): unknown;
  exit(code: number): void;
}

export interface LifecycleOptions {
  readonly logger: Logger;
  readonly health: HealthDirectory;
  readonly grpcHost: GrpcHost;
  /** What calls under way may take once shutdown has begun, in milliseconds; then they are cut off. */
  readonly drainMs?: number;
  /** How long to answer "not ready" before refusing calls, so that load balancers notice. 0 outside clusters. */
  readonly notReadyMs?: number;
}

interface Closing {
  readonly name: string;
  readonly close: () => Promise<void> | void;
}

/** What runs in this process, and the one order in which it goes down. */
export class ProcessLifecycle {
  readonly health: HealthDirectory;
  readonly grpcHost: GrpcHost;
  private readonly services: RunningService[] = [];
  private readonly https: RunningHttp[] = [];
  private readonly closings: Closing[] = [];
  private stopping: Promise<void> | undefined;
  private readonly stopRequest = new AbortController();

  constructor(private readonly options: LifecycleOptions) {
    this.health = options.health;
    this.grpcHost = options.grpcHost;
  }

  /** Aborted by the first signal, so that a start under way need not wait for what it waits for. */
  get stopRequested(): AbortSignal {
    return this.stopRequest.signal;
  }

  /** Says that the process is to end as soon as its start is over. */
  requestStop(): void {
    this.stopRequest.abort();
  }

  addService(service: RunningService): RunningService {
    this.services.push(service);
    return service;
  }

  addHttp(http: RunningHttp): RunningHttp {
    this.https.push(http);
    return http;
  }

  /** Closes something that the app made itself, after all services: the last added first, one after the other. */
  addClosing(name: string, close: () => Promise<void> | void): void {
    this.closings.unshift({ name, close });
  }

  /** Goes down in order; a second call waits for the first. Never rejects: what fails is logged and left behind. */
  shutdown(reason: string): Promise<void> {
    return (this.stopping ??= this.goDown(reason));
  }

  private async goDown(reason: string): Promise<void> {
    const { logger, grpcHost, health, drainMs = 10_000, notReadyMs = 0 } = this.options;
    logger.info({ reason }, 'Shutting down.');
    health.beginShutdown();
    grpcHost.beginDrain();
    if (notReadyMs > 0) {
      await new Promise((resolve) => setTimeout(resolve, notReadyMs));
    }
    await this.runPhase('consumers');
    await this.runPhase('streams');
    grpcHost.endStreams();
    await Promise.all([
      this.attempt('gRPC', async () => {
        if (!(await grpcHost.drain(drainMs))) {
          logger.warn({ drainMs }, 'Calls under way were cut off.');
        }
      }),
      ...this.https.map((http) => this.attempt('HTTP', () => http.stop(drainMs))),
    ]);
    await this.runPhase('outbox');
    await this.runPhase('stores');
    await Promise.all(this.services.map((service) => this.attempt(service.name, () => service.stop())));
    for (const { name, close } of this.closings) {
      await this.attempt(name, close);
    }
    logger.info({}, 'Stopped.');
  }

  private async runPhase(phase: ShutdownPhase): Promise<void> {
    await Promise.all(this.services.map((service) => service.hooks.run(phase)));
  }

  private async attempt(name: string, close: () => Promise<void> | void): Promise<void> {
    const { logger, drainMs = 10_000 } = this.options;
    try {
      // Twice the drain: closing includes it, and has something left for itself.
      if (!(await settlesWithin(Promise.resolve().then(close), 2 * drainMs))) {
        logger.error({ name }, 'Closing takes too long; going on without.');
      }
    } catch (error) {
      logger.error({ name, error }, 'Closing failed; going on without.');
    }
  }
}
