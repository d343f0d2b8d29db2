import { EventEmitter } from 'node:events';
import { Controller, Injectable, Module } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { firstValueFrom, interval, map, type Observable } from 'rxjs';
import { ConfigError } from '@trading/platform-config';
import { closeGrpcClient, createGrpcClient, GrpcHost } from '@trading/platform-grpc';
import { HealthDirectory } from '@trading/platform-health';
import { memoryLogger, silentLogger } from '@trading/platform-logging';
import type { ProcessPort } from './process-lifecycle';
import { runMain, runProcess, type RunProcessOptions } from './run-process';
import { ShutdownHooks } from './shutdown-hooks';
import { startHttp } from './start-http';
import { startService } from './start-service';

class FakeProcess extends EventEmitter {
  readonly codes: number[] = [];
  readonly exited = new Promise<number>((resolve) => {
    this.once('exit', resolve);
  });

  exit(code: number): void {
    this.codes.push(code);
    this.emit('exit', code);
  }
}

interface Tick {
  readonly n: number;
}
interface TickerService {
  ticks(request: Tick): Observable<Tick>;
}
const encode = (value: Tick): Buffer => Buffer.from(JSON.stringify(value));
const decode = (bytes: Buffer): Tick => JSON.parse(bytes.toString()) as Tick;
const TickerDefinition = {
  ticks: {
    path: '/trading.ticker.v1.TickerService/Ticks',
    requestStream: false as const,
    responseStream: true as const,
    requestSerialize: encode,
    requestDeserialize: decode,
    responseSerialize: encode,
    responseDeserialize: decode,
  },
};

const order: string[] = [];

@Injectable()
class Work {
  constructor(hooks: ShutdownHooks) {
    for (const phase of ['stores', 'outbox', 'streams', 'consumers'] as const) {
      hooks.add(phase, phase, async () => {
        await Promise.resolve();
        order.push(phase);
      });
    }
  }

  onModuleDestroy(): void {
    order.push('module');
  }
}

@Controller()
class TickerController {
  @GrpcMethod('TickerService', 'Ticks')
  ticks(): Observable<Tick> {
    return interval(1).pipe(map((n) => ({ n })));
  }
}

@Module({ providers: [Work], controllers: [TickerController] })
class TickerModule {}

@Module({})
class EmptyModule {}

const optionsFor = (given: Partial<RunProcessOptions>) => {
  const fake = new FakeProcess();
  const said: string[] = [];
  const options = {
    name: 'standalone',
    logger: memoryLogger(),
    health: new HealthDirectory(),
    grpcHost: new GrpcHost(),
    drainMs: 5000,
    process: fake as unknown as ProcessPort,
    complain: (text: string) => void said.push(text),
    start: () => Promise.resolve(),
    ...given,
  };
  return { fake, said, options };
};

describe('runProcess', () => {
  it('goes down in order on SIGTERM, past an open stream, and exits with 0', async () => {
    order.length = 0;
    const { fake, options } = optionsFor({});
    let grpcPort = 0;
    let httpPort = 0;
    let readyAtConsumers: number | undefined;
    await runProcess({
      ...options,
      start: async (lifecycle) => {
        const shared = { providers: [], grpcHost: options.grpcHost, health: options.health, logger: silentLogger };
        const service = await startService({ name: 'ticker', module: TickerModule, grpc: [TickerDefinition] }, shared);
        service.hooks.add('consumers', 'looks', async () => {
          readyAtConsumers = (await fetch(`http://127.0.0.1:${httpPort}/ready`)).status;
        });
        lifecycle.addService(service);
        grpcPort = await options.grpcHost.listen('127.0.0.1', 0);
        httpPort = lifecycle.addHttp(await startHttp({ health: options.health, host: '127.0.0.1', port: 0 })).port;
        lifecycle.addClosing('database server', () => void order.push('database server'));
        lifecycle.addClosing('pool', () => void order.push('pool'));
      },
    });
    expect((await fetch(`http://127.0.0.1:${httpPort}/ready`)).status).toBe(200);
    const client = createGrpcClient<TickerService>(TickerDefinition, `127.0.0.1:${grpcPort}`, {
      deadlineMs: 1000,
      logger: silentLogger,
    });
    const streamEnd = new Promise<unknown>((resolve) => {
      client.ticks({ n: 0 }).subscribe({ error: resolve });
    }).then((error) => {
      order.push('stream');
      return error;
    });
    await firstValueFrom(client.ticks({ n: 0 }));

    fake.emit('SIGTERM', 'SIGTERM');
    expect(await fake.exited).toBe(0);
    expect(await streamEnd).toMatchObject({ status: 'UNAVAILABLE' });
    expect(readyAtConsumers).toBe(503);
    expect(order.filter((step) => step !== 'stream')).toEqual([
      'consumers',
      'streams',
      'outbox',
      'stores',
      'module',
      'pool',
      'database server',
    ]);
    expect(order.indexOf('stream')).toBeLessThan(order.indexOf('outbox'));
    await expect(fetch(`http://127.0.0.1:${httpPort}/health`)).rejects.toThrow();
    closeGrpcClient(client);
  });

  it('leaves at once on the second signal', async () => {
    const { fake, options } = optionsFor({ drainMs: 10 });
    await runProcess({
      ...options,
      start: async (lifecycle) => lifecycle.addClosing('hangs', () => new Promise(() => undefined)),
    });
    fake.emit('SIGINT', 'SIGINT');
    expect(fake.codes).toEqual([]);
    fake.emit('SIGINT', 'SIGINT');
    expect(fake.codes).toEqual([1]);
  });

  it('finishes a start under way before it goes down', async () => {
    const { fake, options } = optionsFor({});
    let release = (): void => undefined;
    let closed = false;
    const running = runProcess({
      ...options,
      start: async (lifecycle) => {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        lifecycle.addClosing('late', () => {
          closed = true;
        });
      },
    });
    fake.emit('SIGTERM', 'SIGTERM');
    release();
    await running;
    expect(await fake.exited).toBe(0);
    expect(closed).toBe(true);
  });

  it('takes a start that a signal made give up for no failure', async () => {
    const { fake, said, options } = optionsFor({});
    let closed = false;
    const running = runProcess({
      ...options,
      start: (lifecycle) =>
        new Promise((_, reject) => {
          lifecycle.addClosing('early', () => void (closed = true));
          lifecycle.stopRequested.addEventListener('abort', () => reject(new Error('given up')));
        }),
    });
    fake.emit('SIGTERM', 'SIGTERM');
    await running;
    expect(await fake.exited).toBe(0);
    expect(fake.codes).toEqual([0]);
    expect(said).toEqual([]);
    expect(closed).toBe(true);
  });

  it('logs one line and exits with 1 when a rejection is nobody’s', async () => {
    const { fake, options } = optionsFor({});
    const logger = memoryLogger();
    await runProcess({ ...options, logger });
    fake.emit('unhandledRejection', new Error('lost'));
    expect(fake.codes).toEqual([1]);
    expect(logger.entries).toEqual([
      {
        level: 'error',
        message: 'An error that nobody handled: leaving.',
        fields: { error: expect.objectContaining({ message: 'lost' }) },
      },
    ]);
    options.grpcHost.close();
  });

  it('explains a failed start in one paragraph without a stack, and stops what had started', async () => {
    order.length = 0;
    const { fake, said, options } = optionsFor({});
    await runProcess({
      ...options,
      start: async (lifecycle) => {
        const shared = { providers: [], grpcHost: options.grpcHost, health: options.health, logger: silentLogger };
        lifecycle.addService(
          await startService({ name: 'ticker', module: TickerModule, grpc: [TickerDefinition] }, shared),
        );
        lifecycle.addService(await startService({ name: 'empty', module: EmptyModule, grpc: [] }, shared));
        throw new ConfigError([{ name: 'DATABASE_URL', expected: 'is required' }]);
      },
    });
    expect(fake.codes).toEqual([1]);
    expect(said).toEqual(['standalone did not start. The configuration is not valid:\n  DATABASE_URL: is required\n']);
    expect(order).toContain('stores');
  });
});

describe('runMain', () => {
  it('explains what fails before there is anything to stop', async () => {
    const fake = new FakeProcess();
    const said: string[] = [];
    await runMain('execution', () => Promise.reject(new ConfigError([{ name: 'X', expected: 'is required' }])), {
      process: fake as unknown as ProcessPort,
      complain: (text) => void said.push(text),
    });
    expect(said).toEqual(['execution did not start. The configuration is not valid:\n  X: is required\n']);
    expect(fake.codes).toEqual([1]);
  });
});
