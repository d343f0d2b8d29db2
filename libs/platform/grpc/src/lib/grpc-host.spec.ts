import { createServer } from 'node:net';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { service as healthDefinition } from 'grpc-health-check';
import { firstValueFrom, interval, lastValueFrom, map, NEVER, Observable, of, throwError, toArray } from 'rxjs';
import { memoryLogger, silentLogger } from '@trading/platform-logging';
import { metricsText } from '@trading/platform-metrics';
import { currentTraceContext, InMemoryTracer, installTracer, runWithTrace } from '@trading/platform-tracing';
import { requireOperator } from './access-tokens';
import type { RpcHandler } from './call-handler';
import { echoImage, type EchoRequest, type EchoService, EchoServiceDefinition } from './echo-fixture';
import { closeGrpcClient, createGrpcClient } from './grpc-client';
import { GrpcHost, type GrpcHostOptions } from './grpc-host';
import { createInProcessClient } from './in-process-client';
import { RpcError } from './rpc-error';

class KernelError extends Error {
  readonly code = 'QUOTE_STALE';
}

const closings: (() => void)[] = [];
afterEach(() => {
  for (const close of closings.splice(0)) {
    close();
  }
});

const start = async (handlers: Record<string, RpcHandler>, options: GrpcHostOptions = {}) => {
  const logger = memoryLogger();
  const host = new GrpcHost({ watchHealthEveryMs: 5, ...options });
  host.addHandlers(EchoServiceDefinition, handlers, {
    service: 'echo',
    logger,
    translateError: (error) =>
      error instanceof KernelError
        ? new RpcError('FAILED_PRECONDITION', error.code, error.message, { symbol: 'EURUSD' })
        : undefined,
  });
  const port = await host.listen('127.0.0.1', 0);
  const client = createGrpcClient<EchoService>(EchoServiceDefinition, `127.0.0.1:${port}`, {
    deadlineMs: 5000,
    token: 'op',
    logger: silentLogger,
  });
  closings.push(
    () => closeGrpcClient(client),
    () => host.close(),
  );
  return {
    host,
    port,
    logger,
    wire: client,
    inside: createInProcessClient<EchoService>(EchoServiceDefinition, host, { token: 'op' }),
  };
};
const failureOf = async (call: Promise<unknown>): Promise<RpcError> => {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(RpcError);
  return error as RpcError;
};
const say: RpcHandler = (request) => request;

describe.each(['wire', 'inside'] as const)('a client (%s)', (way) => {
  it('gets the answer of a unary method, whether a value, a promise or an Observable', async () => {
    for (const answer of [{ text: 'a' }, Promise.resolve({ text: 'a' }), of({ text: 'a' })]) {
      const started = await start({ say: () => answer });
      expect(await started[way].say({ text: 'x' })).toEqual({ text: 'a' });
    }
  });

  it('gets the messages of a stream and its end', async () => {
    const started = await start({ repeat: (request) => of(request, request, request) });
    const texts = await lastValueFrom(started[way].repeat({ text: 'a' }).pipe(toArray()));
    expect(texts).toEqual([{ text: 'a' }, { text: 'a' }, { text: 'a' }]);
  });

  it('gets status, code, message and details of a refusal', async () => {
    const refusal = new RpcError('NOT_FOUND', 'ORDER_NOT_FOUND', 'No order ä/1.', { coid: 'ü1' });
    const started = await start({
      say: () => {
        throw refusal;
      },
      repeat: () => throwError(() => refusal),
    });
    for (const call of [started[way].say({ text: 'x' }), lastValueFrom(started[way].repeat({ text: 'x' }))]) {
      expect(await failureOf(call)).toMatchObject({
        status: 'NOT_FOUND',
        code: 'ORDER_NOT_FOUND',
        message: 'No order ä/1.',
        details: { coid: 'ü1' },
      });
    }
  });

  it("gets a kernel's error as the service translates it", async () => {
    const started = await start({ say: () => Promise.reject(new KernelError('too old')) });
    expect(await failureOf(started[way].say({ text: 'x' }))).toMatchObject({
      status: 'FAILED_PRECONDITION',
      code: 'QUOTE_STALE',
      details: { symbol: 'EURUSD' },
    });
  });

  it('learns nothing of an unexpected error, the log everything', async () => {
    const started = await start({ say: () => Promise.reject(new TypeError('secret internals')) });
    const error = await failureOf(started[way].say({ text: 'x' }));
    expect(error).toMatchObject({ status: 'INTERNAL', code: 'INTERNAL' });
    expect(error.message).not.toContain('secret internals');
    const [entry] = started.logger.entries.filter(({ level }) => level === 'error');
    expect(entry?.fields).toMatchObject({ method: 'Say', error: { message: 'secret internals' } });
  });

  it('gets UNIMPLEMENTED for a method without a handler', async () => {
    const started = await start({});
    expect(await failureOf(started[way].look({ text: 'x' }))).toMatchObject({ status: 'UNIMPLEMENTED' });
  });

  it('is known by its token', async () => {
    const started = await start({
      say: (request, metadata) => {
        requireOperator(metadata, { operator: (request as EchoRequest).text });
        return request;
      },
    });
    expect(await started[way].say({ text: 'op' })).toEqual({ text: 'op' });
    expect(await failureOf(started[way].say({ text: 'another' }))).toMatchObject({ status: 'UNAUTHENTICATED' });
  });

  it('and its server share a trace', async () => {
    const started = await start({
      say: () => ({ text: currentTraceContext()?.traceId }),
      repeat: () => of({ text: currentTraceContext()?.traceId }),
    });
    await runWithTrace({}, async () => {
      const traceId = currentTraceContext()!.traceId;
      expect(await started[way].say({ text: 'x' })).toEqual({ text: traceId });
      expect(await lastValueFrom(started[way].repeat({ text: 'x' }))).toEqual({ text: traceId });
    });
  });

  it('and its server show one call as a span each, with what became of it', async () => {
    const tracer = new InMemoryTracer();
    const before = installTracer(tracer);
    const started = await start({
      say: (request) => {
        if ((request as EchoRequest).text === 'bad') throw new RpcError('ABORTED', 'X', 'not now');
        return request;
      },
    });
    const root = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
    await runWithTrace(root, () => started[way].say({ text: 'good' }));
    await runWithTrace(root, () => failureOf(started[way].say({ text: 'bad' })));
    installTracer(before);
    const name = 'trading.echo.v1.EchoService/Say';
    const said = { 'rpc.system': 'grpc', 'rpc.service': 'trading.echo.v1.EchoService', 'rpc.method': 'Say' };
    const ofKind = (wanted: string) => tracer.spans.filter(({ kind }) => kind === wanted);
    const failed = { error: 'not now', attributes: { ...said, 'rpc.grpc.status_code': 10 } };
    expect(ofKind('client')).toMatchObject([{ name, attributes: said, parentSpanId: 'b'.repeat(16) }, failed]);
    const parents = ofKind('client').map(({ context }) => context.spanId);
    expect(ofKind('server')).toMatchObject([
      { name, attributes: said, error: undefined, parentSpanId: parents[0] },
      { ...failed, parentSpanId: parents[1] },
    ]);
    expect(tracer.spans).toHaveLength(4);
  });

  it('ends the work of a stream by unsubscribing', async () => {
    const stopped = new Promise<void>((resolve) => {
      void start({
        repeat: () =>
          new Observable((subscriber) => {
            subscriber.next({ text: 'first' });
            return resolve;
          }),
      }).then((started) => firstValueFrom(started[way].repeat({ text: 'x' })));
    });
    await stopped;
  });
});

describe('GrpcHost', () => {
  it('measures calls by service, method and status', async () => {
    const { wire } = await start({
      say: (request) => {
        if ((request as EchoRequest).text === 'bad') {
          throw new RpcError('ABORTED', 'X', 'x');
        }
        return request;
      },
    });
    const count = async (code: string): Promise<number> => {
      const line = `trading_rpc_duration_seconds_count{service="echo",method="Say",code="${code}"} `;
      return Number((await metricsText()).split(line)[1]?.split('\n')[0] ?? 0);
    };
    const [ok, aborted] = [await count('OK'), await count('ABORTED')];
    await wire.say({ text: 'good' });
    await failureOf(wire.say({ text: 'bad' }));
    expect([await count('OK'), await count('ABORTED')]).toEqual([ok + 1, aborted + 1]);
  });

  it('ends the work of a stream whose deadline has passed', async () => {
    const begun: true[] = [];
    let stop: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => (stop = resolve));
    const { port } = await start({
      repeat: () => {
        begun.push(true);
        return new Observable(() => stop);
      },
    });
    const raw = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    closings.push(() => raw.close());
    const { path, requestSerialize, responseDeserialize } = EchoServiceDefinition.repeat;
    // As short as a busy machine allows for the call to arrive before its deadline.
    for (let deadlineMs = 50; begun.length === 0; deadlineMs *= 2) {
      const deadline = Date.now() + deadlineMs;
      const options = [new Metadata(), { deadline }] as const;
      const call = raw.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { text: 'x' }, ...options);
      await new Promise((resolve) => {
        call.on('error', resolve);
        call.resume();
      });
    }
    await stopped;
  });

  it('gives up on a unary call after the deadline of the client', async () => {
    const { port } = await start({ say: () => NEVER });
    const client = createGrpcClient<EchoService>(EchoServiceDefinition, `127.0.0.1:${port}`, {
      deadlineMs: 20,
      logger: silentLogger,
    });
    closings.push(() => closeGrpcClient(client));
    expect(await failureOf(client.say({ text: 'x' }))).toMatchObject({
      status: 'DEADLINE_EXCEEDED',
      code: 'DEADLINE_EXCEEDED',
    });
  });

  it('names the port that is taken', async () => {
    const blocker = createServer();
    const port = await new Promise<number>((resolve) => {
      blocker.listen(0, '127.0.0.1', () => resolve((blocker.address() as { port: number }).port));
    });
    const host = new GrpcHost();
    await expect(host.listen('127.0.0.1', port)).rejects.toMatchObject({ code: 'PORT_IN_USE', port });
    host.close();
    blocker.close();
  });

  it('refuses plaintext beyond loopback on both sides, unless allowed', async () => {
    await expect(new GrpcHost().listen('0.0.0.0', 0)).rejects.toMatchObject({ code: 'PLAINTEXT_REFUSED' });
    const options = { deadlineMs: 1, logger: silentLogger };
    const connect = (address: string, allowPlaintext = false): EchoService =>
      createGrpcClient<EchoService>(EchoServiceDefinition, address, { ...options, allowPlaintext });
    expect(() => connect('execution:9090')).toThrow('Plaintext gRPC');
    for (const client of [connect('execution:9090', true), connect('localhost:1'), connect('[::1]:1')]) {
      closeGrpcClient(client);
    }
  });

  it('drains in time although a stream is open', async () => {
    const { host, wire } = await start({ repeat: () => interval(1).pipe(map(() => ({ text: 'tick' }))) });
    const ended = new Promise<unknown>((resolve) => {
      wire.repeat({ text: 'x' }).subscribe({ error: resolve });
    });
    await firstValueFrom(wire.repeat({ text: 'x' }));
    host.endStreams();
    expect(await ended).toMatchObject({ status: 'UNAVAILABLE', code: 'SHUTTING_DOWN' });
    expect(await host.drain(5000)).toBe(true);
    expect(host.openStreams).toBe(0);
  });

  it('cuts off a call that outlasts the drain', async () => {
    const { host, wire } = await start({ say: () => NEVER });
    const call = failureOf(wire.say({ text: 'x' }));
    // The call has to have arrived, or there is nothing to cut off: a second one over the same connection shows it.
    await failureOf(wire.look({ text: 'x' }));
    expect(await host.drain(10)).toBe(false);
    expect((await call).status).toMatch(/UNAVAILABLE|CANCELLED/);
  });
});

describe('the health service', () => {
  const check = (port: number, service: string): Promise<string> => {
    const raw = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    closings.push(() => raw.close());
    const { path, requestSerialize, responseDeserialize } = healthDefinition['Check']!;
    return new Promise((resolve) => {
      raw.makeUnaryRequest(path, requestSerialize, responseDeserialize, { service }, (error, answer) =>
        resolve(error === null ? (answer as { status: string }).status : String(error.code)),
      );
    });
  };

  it('answers for the server and each service from their readiness', async () => {
    let isReady = true;
    const { host, port } = await start({ say }, { isReady: async () => isReady });
    expect(await check(port, '')).toBe('SERVING');
    expect(await check(port, 'trading.echo.v1.EchoService')).toBe('SERVING');
    expect(await check(port, 'trading.other.v1.Other')).toBe('5');
    isReady = false;
    expect(await check(port, 'trading.echo.v1.EchoService')).toBe('NOT_SERVING');
    isReady = true;
    host.beginDrain();
    expect(await check(port, '')).toBe('NOT_SERVING');
  });

  it('tells watchers of changes and does not keep the server open', async () => {
    const { host, port } = await start({ say });
    const raw = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    closings.push(() => raw.close());
    const { path, requestSerialize, responseDeserialize } = healthDefinition['Watch']!;
    const call = raw.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { service: '' });
    const seen: string[] = [];
    await new Promise<void>((resolve) => {
      call.on('error', () => resolve());
      call.on('data', (message: { status: string }) => {
        seen.push(message.status);
        if (seen.length === 1) {
          host.beginDrain();
        } else {
          host.endStreams();
        }
      });
    });
    expect(seen).toEqual(['SERVING', 'NOT_SERVING']);
    expect(await host.drain(5000)).toBe(true);
  });
});

describe('reflection', () => {
  /** Sends one `ServerReflectionRequest` and returns the fields of the answer by number. */
  const ask = async (port: number, field: 4 | 7, value: string): Promise<Map<number, Uint8Array>> => {
    const raw = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    closings.push(() => raw.close());
    const bytes = (buffer: Buffer): Buffer => buffer;
    const call = raw.makeBidiStreamRequest(
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      bytes,
      bytes,
      new Metadata(),
    );
    const answer = new Promise<Buffer>((resolve, reject) => {
      call.on('data', resolve);
      call.on('error', reject);
    });
    call.write(
      Buffer.from(
        new BinaryWriter()
          .uint32((field << 3) | 2)
          .string(value)
          .finish(),
      ),
    );
    const fields = fieldsOf(await answer);
    call.end();
    return fields;
  };
  const fieldsOf = (message: Uint8Array): Map<number, Uint8Array> => {
    const reader = new BinaryReader(message);
    const fields = new Map<number, Uint8Array>();
    while (reader.pos < reader.len) {
      const [number, wireType] = reader.tag();
      if (wireType === WireType.LengthDelimited) {
        fields.set(number, reader.bytes());
      } else {
        reader.skip(wireType);
      }
    }
    return fields;
  };

  it('lists what this server serves and describes it', async () => {
    const { port } = await start({ say }, { reflectionImage: echoImage() });
    const listed = Buffer.from((await ask(port, 7, '*')).get(6)!).toString();
    expect(listed).toContain('trading.echo.v1.EchoService');
    expect(listed).not.toContain('ServiceOfAnotherProcess');
    const described = fieldsOf((await ask(port, 4, 'trading.echo.v1.EchoService')).get(4)!);
    const file = fieldsOf(described.get(1)!);
    expect(Buffer.from(file.get(1)!).toString()).toBe('trading/echo/v1/echo.proto');
    expect((await ask(port, 4, 'trading.nothing')).has(7)).toBe(true);
  });
});
