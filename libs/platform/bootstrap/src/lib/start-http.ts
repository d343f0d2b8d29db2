import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request, Response } from 'express';
import { PortInUse } from '@trading/platform-grpc';
import { type HealthDirectory, HealthModule } from '@trading/platform-health';
import { type Logger, NestLogAdapter, silentLogger } from '@trading/platform-logging';
import { MetricsModule } from '@trading/platform-metrics';
import { settlesWithin } from './shutdown-hooks';

/** A page of an app besides health and metrics. */
export interface HttpRoute {
  readonly path: string;
  readonly handle: (request: Request, response: Response) => Promise<void> | void;
}

export interface HttpOptions {
  readonly health: HealthDirectory;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly logger?: Logger;
  /** GET only: nothing is changed over HTTP. */
  readonly extraRoutes?: readonly HttpRoute[];
}

export interface RunningHttp {
  readonly port: number;
  /** Takes no new connections, waits for requests under way at most `deadlineMs`, then cuts them off. */
  stop(deadlineMs: number): Promise<void>;
}

@Module({})
class HttpModule {}

/**
 * Starts the one HTTP listener of a process: `/health`, `/ready`, `/ready/<service>`, `/metrics`.
 *
 * @throws {PortInUse}
 */
export async function startHttp(options: HttpOptions): Promise<RunningHttp> {
  const logger = options.logger ?? silentLogger;
  const app = await NestFactory.create<NestExpressApplication>(
    { module: HttpModule, imports: [HealthModule.forDirectory(options.health), MetricsModule.forProcess()] },
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares these options as a class and takes plain objects
    { logger: new NestLogAdapter(logger), abortOnError: false },
  );
  app.disable('x-powered-by');
  for (const { path, handle } of options.extraRoutes ?? []) {
    const express = app.getHttpAdapter().getInstance();
    express.get(path, (request, response) => {
      Promise.resolve()
        .then(() => handle(request, response))
        .catch((error: unknown) => {
          logger.error({ path, error }, 'A page failed.');
          response.status(500).end();
        });
    });
  }
  try {
    await app.listen(options.port, options.host);
  } catch (error) {
    await app.close();
    throw (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      ? new PortInUse(options.host, options.port, { cause: error })
      : error;
  }
  const server = app.getHttpServer();
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    stop: async (deadlineMs) => {
      const closed = app.close();
      server.closeIdleConnections();
      if (!(await settlesWithin(closed, deadlineMs))) {
        server.closeAllConnections();
        await closed;
      }
    },
  };
}
