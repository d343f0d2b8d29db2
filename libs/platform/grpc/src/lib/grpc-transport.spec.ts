import 'reflect-metadata';
import type { Metadata } from '@grpc/grpc-js';
import { Controller, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GrpcMethod } from '@nestjs/microservices';
import { lastValueFrom, type Observable, of, toArray } from 'rxjs';
import { memoryLogger, NestLogAdapter, silentLogger } from '@trading/platform-logging';
import { type EchoRequest, type EchoService, EchoServiceDefinition } from './echo-fixture';
import { closeGrpcClient, createGrpcClient } from './grpc-client';
import { GrpcHost } from './grpc-host';
import { GrpcTransport } from './grpc-transport';
import { RpcError } from './rpc-error';
import { RpcErrorFilter } from './rpc-error-filter';

@Controller()
class EchoController {
  @GrpcMethod('EchoService', 'Say')
  async say(request: EchoRequest, metadata: Metadata, call: { getPeer(): string }): Promise<EchoRequest> {
    if (request.text === 'refuse') {
      throw new RpcError('NOT_FOUND', 'NOT_HERE', 'Not here.');
    }
    const token = metadata.get('authorization')[0]?.toString() ?? '';
    return { text: `${request.text} ${token} ${call.getPeer().split(':')[0] ?? ''}` };
  }

  @GrpcMethod('EchoService')
  repeat(request: EchoRequest): Observable<EchoRequest> {
    if (request.text === 'refuse') {
      throw new RpcError('NOT_FOUND', 'NOT_HERE', 'Not here.');
    }
    return of(request, request);
  }
}

@Controller()
class StrangeController {
  @GrpcMethod('EchoService', 'Whisper')
  whisper(request: EchoRequest): EchoRequest {
    return request;
  }
}

@Module({ controllers: [EchoController] })
class EchoModule {}

@Module({ controllers: [EchoController, StrangeController] })
class StrangeModule {}

const start = async (module: Type) => {
  const host = new GrpcHost();
  const logger = memoryLogger();
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares these options as a class and takes plain objects
  const app = await NestFactory.createMicroservice(module, {
    strategy: new GrpcTransport(host, [EchoServiceDefinition], { service: 'echo', logger }),
    logger: new NestLogAdapter(silentLogger),
    abortOnError: false,
  });
  app.useGlobalFilters(new RpcErrorFilter());
  await app.listen();
  const port = await host.listen('127.0.0.1', 0);
  const client = createGrpcClient<EchoService>(EchoServiceDefinition, `127.0.0.1:${port}`, {
    deadlineMs: 5000,
    token: 't',
    logger,
  });
  return {
    client,
    app,
    logger,
    stop: async () => {
      closeGrpcClient(client);
      await app.close();
      host.close();
    },
  };
};

describe('GrpcTransport', () => {
  it('hands request, metadata and call to controllers and their answers back', async () => {
    const { client, stop } = await start(EchoModule);
    expect(await client.say({ text: 'hello' })).toEqual({ text: 'hello Bearer t 127.0.0.1' });
    expect(await lastValueFrom(client.repeat({ text: 'a' }).pipe(toArray()))).toEqual([{ text: 'a' }, { text: 'a' }]);
    await stop();
  });

  it('lets the errors of controllers through with status and code', async () => {
    const { client, stop } = await start(EchoModule);
    const expected = { status: 'NOT_FOUND', code: 'NOT_HERE', message: 'Not here.' };
    await expect(client.say({ text: 'refuse' })).rejects.toMatchObject(expected);
    await expect(lastValueFrom(client.repeat({ text: 'refuse' }))).rejects.toMatchObject(expected);
    await stop();
  });

  it('notes methods that no controller handles', async () => {
    const { logger, stop } = await start(EchoModule);
    expect(logger.entries).toContainEqual({
      level: 'debug',
      message: 'Methods without a handler answer UNIMPLEMENTED.',
      fields: { methods: ['EchoService.Look'] },
    });
    await stop();
  });

  it('answers for a stopped application that it is stopped, while the host goes on', async () => {
    const { client, app, stop } = await start(EchoModule);
    await app.close();
    await expect(client.say({ text: 'hello' })).rejects.toMatchObject({
      status: 'UNAVAILABLE',
      code: 'SERVICE_STOPPED',
    });
    await stop();
  });

  it('refuses a controller for a method that no definition has', async () => {
    await expect(start(StrangeModule)).rejects.toMatchObject({ code: 'UNKNOWN_RPC_METHOD' });
  });
});
