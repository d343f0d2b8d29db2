import { Controller, Inject, Injectable, Module } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { createInProcessClient, GrpcHost, RpcError } from '@trading/platform-grpc';
import { HealthDirectory, ServiceProbes } from '@trading/platform-health';
import { type Logger, LOGGER, memoryLogger } from '@trading/platform-logging';
import { ShutdownHooks } from './shutdown-hooks';
import { SERVICE_NAME, startService } from './start-service';

const GREETING = Symbol('GREETING');

interface Text {
  readonly text: string;
}
interface GreeterService {
  greet(request: Text): Promise<Text>;
}
const serialize = (value: Text): Buffer => Buffer.from(value.text);
const deserialize = (bytes: Buffer): Text => ({ text: bytes.toString() });
const GreeterDefinition = {
  greet: {
    path: '/trading.greeter.v1.GreeterService/Greet',
    requestStream: false as const,
    responseStream: false as const,
    requestSerialize: serialize,
    requestDeserialize: deserialize,
    responseSerialize: serialize,
    responseDeserialize: deserialize,
  },
};

class NotPolite extends Error {}

@Injectable()
class Greeter {
  constructor(
    @Inject(GREETING) private readonly greeting: string,
    @Inject(SERVICE_NAME) readonly service: string,
    @Inject(LOGGER) readonly logger: Logger,
    hooks: ShutdownHooks,
    probes: ServiceProbes,
  ) {
    hooks.add('stores', 'greeter', () => logger.info({}, 'closing'));
    probes.add({ name: 'voice', kind: 'degraded', check: () => Promise.reject(new Error('hoarse')) });
  }

  greet(name: string): string {
    if (name === '') {
      throw new NotPolite();
    }
    return `${this.greeting}, ${name}`;
  }
}

@Controller()
class GreeterController {
  constructor(private readonly greeter: Greeter) {}

  @GrpcMethod('GreeterService', 'Greet')
  greet(request: Text): Text {
    return { text: this.greeter.greet(request.text) };
  }
}

@Module({ providers: [Greeter], controllers: [GreeterController] })
class GreeterModule {}

@Injectable()
class Broken {
  constructor(@Inject(Symbol('ABSENT')) readonly absent: unknown) {}
}
@Module({ providers: [Broken] })
class BrokenModule {}

const definition = {
  name: 'greeter',
  module: GreeterModule,
  grpc: [GreeterDefinition],
  translateError: (error: unknown) =>
    error instanceof NotPolite ? new RpcError('INVALID_ARGUMENT', 'NAME_MISSING', 'Name whom to greet.') : undefined,
};

const adapters = (greeting = 'Good day') => {
  const logger = memoryLogger();
  const providers = [{ provide: GREETING, useValue: greeting }];
  return { providers, grpcHost: new GrpcHost(), health: new HealthDirectory(), logger };
};

describe('startService', () => {
  it('binds ports to the adapters given and controllers to the host', async () => {
    const given = adapters();
    const running = await startService(definition, given);
    const client = createInProcessClient<GreeterService>(GreeterDefinition, given.grpcHost);
    expect(await client.greet({ text: 'Ada' })).toEqual({ text: 'Good day, Ada' });
    await expect(client.greet({ text: '' })).rejects.toMatchObject({
      code: 'NAME_MISSING',
      status: 'INVALID_ARGUMENT',
    });
    expect(running.get<Greeter>(Greeter).service).toBe('greeter');
    expect(await given.health.check('greeter')).toMatchObject({ isReady: true, degraded: { voice: 'hoarse' } });
    await running.stop();
  });

  it('gives two services in one process their own adapters, names and loggers', async () => {
    const first = adapters('Hello');
    const second = adapters('Salut');
    const [a, b] = [await startService(definition, first), await startService({ ...definition, name: 'b' }, second)];
    expect([a.get<Greeter>(Greeter).greet('x'), b.get<Greeter>(Greeter).greet('x')]).toEqual(['Hello, x', 'Salut, x']);
    expect(b.get<Greeter>(Greeter).service).toBe('b');
    await a.stop();
    expect(first.logger.entries.map(({ message }) => message)).toContain('closing');
    expect(second.logger.entries.map(({ message }) => message)).not.toContain('closing');
    await b.stop();
    expect(second.logger.entries.at(-1)).toMatchObject({
      message: 'The service has stopped.',
      fields: { service: 'b' },
    });
  });

  it('stops once however often asked', async () => {
    const given = adapters();
    const running = await startService(definition, given);
    await Promise.all([running.stop(), running.stop()]);
    await running.stop();
    expect(given.logger.entries.filter(({ message }) => message === 'closing')).toHaveLength(1);
  });

  it('rejects, instead of ending the process, when a module cannot be wired', async () => {
    await expect(startService({ ...definition, module: BrokenModule }, adapters())).rejects.toThrow('ABSENT');
  });

  it('takes back what a service that does not come up had begun', async () => {
    const given = adapters();
    const wrong = { ...definition, grpc: [] };
    await expect(startService(wrong, given)).rejects.toMatchObject({ code: 'UNKNOWN_RPC_METHOD' });
    expect(given.logger.entries.map(({ message }) => message)).toContain('closing');
  });
});
