import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { atEnd, closeAll, connect, failureOf, serve } from './calls-fixture';
import { echoImage, type EchoRequest, EchoServiceDefinition } from './echo-fixture';
import { idempotencyOf } from './idempotency';
import { RpcError } from './rpc-error';

afterEach(closeAll);

const ask = { text: 'x' };
const idempotency = idempotencyOf(echoImage());

/** Serves `Look` and `Say`, and fails with `error` the first times. */
const failing = async (times: number, error: RpcError) => {
  let calls = 0;
  const handler = (request: unknown): unknown => {
    calls++;
    if (calls <= times) throw error;
    return request;
  };
  const { port } = await serve({ look: handler, say: handler });
  return { client: connect(port, { idempotency }), calls: () => calls };
};
const unavailable = new RpcError('UNAVAILABLE', 'TERMINAL_OFFLINE', 'No terminal.');

describe('a client whose service is unavailable', () => {
  it('calls again what has no effects', async () => {
    const { client, calls } = await failing(2, unavailable);
    expect(await client.look(ask)).toEqual(ask);
    expect(calls()).toBe(3);
  });

  it('never calls again what may have had an effect', async () => {
    const { client, calls } = await failing(2, unavailable);
    expect(await failureOf(client.say(ask))).toMatchObject({ status: 'UNAVAILABLE', code: 'TERMINAL_OFFLINE' });
    expect(calls()).toBe(1);
  });

  it('does not call again after any other failure', async () => {
    const { client, calls } = await failing(2, new RpcError('RESOURCE_EXHAUSTED', 'RATE_LIMITED', 'Too many.'));
    expect(await failureOf(client.look(ask))).toMatchObject({ code: 'RATE_LIMITED' });
    expect(calls()).toBe(1);
  });

  it('gives up in the end, with what the service said', async () => {
    const { client, calls } = await failing(100, unavailable);
    expect(await failureOf(client.look(ask))).toMatchObject({ code: 'TERMINAL_OFFLINE' });
    expect(calls()).toBe(6);
  });

  it('calls again within the deadline only', async () => {
    const { port } = await serve({
      look: () => {
        throw unavailable;
      },
    });
    const client = connect(port, { idempotency, deadlineMs: 20 });
    expect((await failureOf(client.look(ask))).status).toMatch(/DEADLINE_EXCEEDED|UNAVAILABLE/);
  });
});

/** A port that nobody listens on now. */
const freePort = async (): Promise<number> => {
  const server = new Server();
  const port = await new Promise<number>((resolve) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (_error, bound) => resolve(bound));
  });
  server.forceShutdown();
  return port;
};

describe('a client', () => {
  it('says at once that nobody listens', async () => {
    expect((await failureOf(connect(await freePort()).say(ask))).status).toBe('UNAVAILABLE');
  });

  it('waits for a service that starts later, where it was told to', async () => {
    const port = await freePort();
    const call = connect(port, { waitForReady: true }).say(ask);
    await failureOf(connect(port).say(ask));
    await serve({ say: (request) => request }, { port });
    expect(await call).toEqual(ask);
  });

  it('finds a service again that was restarted', async () => {
    const first = await serve({ say: (request) => request });
    const client = connect(first.port, { waitForReady: true });
    await client.say(ask);
    first.host.close();
    await serve({ say: () => ({ text: 'second' }) }, { port: first.port });
    // The connection may be found broken by the first call only, which nobody may repeat.
    const answer = await client.say(ask).catch(() => client.say(ask));
    expect(answer).toEqual({ text: 'second' });
  });

  it('spreads calls over the addresses of a list', async () => {
    const one = await serve({ say: () => ({ text: 'one' }) });
    const two = await serve({ say: () => ({ text: 'two' }) });
    for (const address of [
      `127.0.0.1:${one.port},127.0.0.1:${two.port}`,
      `ipv4:127.0.0.1:${one.port},127.0.0.1:${two.port}`,
    ]) {
      const client = connect(address);
      const answers = new Set<string>();
      for (let calls = 0; calls < 1_000 && answers.size < 2; calls++) {
        answers.add((await client.say(ask)).text);
      }
      expect(answers.size).toBe(2);
    }
  });

  it('goes on with the addresses that answer', async () => {
    const { port } = await serve({ say: (request) => request });
    const client = connect(`127.0.0.1:${await freePort()},127.0.0.1:${port}`);
    expect(await client.say(ask)).toEqual(ask);
    expect(await client.say(ask)).toEqual(ask);
  });

  it('asks a name for all its addresses', async () => {
    const { port } = await serve({ say: (request) => request });
    expect(await connect(`dns:///localhost:${port}`).say(ask)).toEqual(ask);
  });

  it.each(['execution:9090,127.0.0.1:9091', '127.0.0.1:1,[::1]:1'])('refuses the list %p', (address) => {
    expect(() => connect(address, { allowPlaintext: true })).toThrow('is not an address for gRPC');
  });

  it('refuses plaintext when one address of a list is beyond loopback', () => {
    expect(() => connect('127.0.0.1:9090,10.0.0.1:9090')).toThrow('Plaintext gRPC');
    expect(() => connect('ipv4:10.0.0.1:9090')).toThrow('Plaintext gRPC');
    expect(() => connect('dns:///execution:9090')).toThrow('Plaintext gRPC');
  });
});

describe('a message that is too large', () => {
  const large = { text: 'x'.repeat(5_000) };
  const answers = (answer: EchoRequest) => ({ say: () => answer });

  it.each([
    ['the client does not send', 1_000, 100_000, large, ask],
    ['the server does not take', 100_000, 1_000, large, ask],
    ['the server does not send', 100_000, 1_000, ask, large],
    ['the client does not take', 1_000, 100_000, ask, large],
  ])('%s', async (_what, client, server, request, answer) => {
    const { port } = await serve(answers(answer), { maxMessageBytes: server });
    const failure = await failureOf(connect(port, { maxMessageBytes: client }).say(request));
    expect(failure.status).toBe('RESOURCE_EXHAUSTED');
  });

  it('is one beyond 4 MiB, where nothing else is said', async () => {
    const { port } = await serve({ say: (request) => request });
    const client = connect(port);
    const fitting = { text: 'x'.repeat(4 * 1024 * 1024 - 1_000) };
    expect((await client.say(fitting)).text).toHaveLength(fitting.text.length);
    expect((await failureOf(client.say({ text: `${fitting.text}${'x'.repeat(1_000)}` }))).status).toBe(
      'RESOURCE_EXHAUSTED',
    );
  });
});

describe('an error over the wire', () => {
  it('is a google.rpc.Status with an ErrorInfo for clients of any make', async () => {
    const { port } = await serve({
      say: () => {
        throw new RpcError('NOT_FOUND', 'ORDER_NOT_FOUND', 'No order 7.', { coid: '7' });
      },
    });
    const failure = await failureOf(connect(port).say(ask));
    expect(failure).toMatchObject({ code: 'ORDER_NOT_FOUND', details: { coid: '7' } });
    const { metadata } = failure.cause as { metadata: { get(key: string): Buffer[] } };
    // As protobufjs encodes the messages of google/rpc/status.proto and google/rpc/error_details.proto.
    expect(metadata.get('grpc-status-details-bin')[0]?.toString('base64')).toBe(
      'CAUSC05vIG9yZGVyIDcuGlEKKHR5cGUuZ29vZ2xlYXBpcy5jb20vZ29vZ2xlLnJwYy5FcnJvckluZm8SJQoPT1JERVJfTk9UX0ZPVU5EEgd0cmFkaW5nGgkKBGNvaWQSATc=',
    );
    expect(String(metadata.get('error-code')[0])).toBe('ORDER_NOT_FOUND');
  });

  it('of a server of another make is read as it is', async () => {
    const server = new Server();
    server.addService(
      { say: EchoServiceDefinition.say },
      {
        say: (_call: unknown, answer: (error: object) => void) => answer({ code: status.ABORTED, details: 'No.' }),
      },
    );
    const port = await new Promise<number>((resolve) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (_error, bound) => resolve(bound));
    });
    atEnd(() => server.forceShutdown());
    expect(await failureOf(connect(port).say(ask))).toMatchObject({ status: 'ABORTED', code: 'ABORTED', details: {} });
  });

  it('leaves out details that no header could carry', async () => {
    const { port } = await serve({
      say: () => {
        throw new RpcError('ABORTED', 'MUCH', 'Much.', { all: 'x'.repeat(100_000) });
      },
    });
    const failure = await failureOf(connect(port).say(ask));
    expect(failure).toMatchObject({ status: 'ABORTED', code: 'MUCH' });
    expect(Object.keys(failure.details)).toEqual(['detailsLeftOut']);
  });
});
