import { Client, credentials } from '@grpc/grpc-js';
import { lastValueFrom, NEVER, type Observable } from 'rxjs';
import { currentCall, shielded, withDeadline, type CallContext } from './call-scope';
import { atEnd, clientOf, closeAll, connect, failureOf, serve } from './calls-fixture';
import { type EchoRequest, EchoServiceDefinition } from './echo-fixture';
import type { RpcError } from './rpc-error';

afterEach(closeAll);

const ask = { text: 'x' };
const aborted = (signal: AbortSignal): Promise<RpcError> =>
  new Promise((resolve) => {
    const look = (): void => resolve(signal.reason as RpcError);
    if (signal.aborted) look();
    else signal.addEventListener('abort', look);
  });

/** Something that a handler tells the test. */
function told<T>(): { readonly promise: Promise<T>; readonly tell: (value: T) => void } {
  let tell: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => (tell = resolve));
  return { promise, tell };
}

/** Keeps what a handler may know of its caller, and never answers. */
const silent = () => {
  const arrived = told<CallContext>();
  const handler = (): Observable<never> => {
    arrived.tell(currentCall()!);
    return NEVER;
  };
  return { handler, arrived: arrived.promise };
};

describe.each(['wire', 'inside'] as const)('a deadline (%s)', (way) => {
  it('ends a call whose handler does not answer, and tells the handler', async () => {
    const { handler, arrived } = silent();
    const call = failureOf(clientOf(way, await serve({ say: handler }), 100).say(ask));
    const { signal } = await arrived;
    expect(await call).toMatchObject({ status: 'DEADLINE_EXCEEDED' });
    expect(await aborted(signal)).toMatchObject({ status: 'DEADLINE_EXCEEDED' });
  });

  it('bounds the calls that the handler makes, however patient its clients are', async () => {
    const { handler, arrived } = silent();
    const behind = clientOf(way, await serve({ say: handler }), 60_000);
    const failure = told<RpcError>();
    const front = await serve({
      say: async () => {
        failure.tell(await failureOf(behind.say(ask)));
      },
    });
    const call = failureOf(clientOf(way, front, 150).say(ask));
    const context = await arrived;
    expect(context.remainingMs).toBeLessThanOrEqual(150);
    expect((await call).status).toBe('DEADLINE_EXCEEDED');
    expect((await failure.promise).status).toBe('DEADLINE_EXCEEDED');
    expect((await aborted(context.signal)).status).toBe('DEADLINE_EXCEEDED');
  });

  it('lets no call begin after it has passed', async () => {
    const counted = jest.fn(() => ask);
    const behind = clientOf(way, await serve({ say: counted, repeat: counted }));
    const failures = told<RpcError[]>();
    const front = await serve({
      say: async () => {
        await aborted(currentCall()!.signal);
        failures.tell([await failureOf(behind.say(ask)), await failureOf(lastValueFrom(behind.repeat(ask)))]);
      },
    });
    await failureOf(clientOf(way, front, 50).say(ask));
    expect((await failures.promise).map(({ status }) => status)).toEqual(['DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED']);
    expect(counted).not.toHaveBeenCalled();
  });

  it('does not bind work that outlives the answer', async () => {
    const behind = clientOf(way, await serve({ say: (request) => request }));
    const gate = told<undefined>();
    let later: Promise<EchoRequest> | undefined;
    const front = await serve({
      say: (request) => {
        later = gate.promise.then(() => {
          expect(currentCall()).toBeUndefined();
          return behind.say(ask);
        });
        return request;
      },
    });
    await clientOf(way, front, 1_000).say(ask);
    gate.tell(undefined);
    expect(await later).toEqual(ask);
  });

  it('does not bind what is shielded from it', async () => {
    const behind = clientOf(way, await serve({ say: (request) => request }));
    const answer = told<EchoRequest>();
    const front = await serve({
      say: async () => {
        await aborted(currentCall()!.signal);
        answer.tell(await shielded(() => behind.say(ask)));
      },
    });
    await failureOf(clientOf(way, front, 50).say(ask));
    expect(await answer.promise).toEqual(ask);
  });

  it('of a piece of work bounds its calls, and ends with it', async () => {
    const { handler } = silent();
    const client = clientOf(way, await serve({ say: handler, look: (request) => request }));
    expect(await failureOf(withDeadline(30, () => client.say(ask)))).toMatchObject({ status: 'DEADLINE_EXCEEDED' });
    expect(currentCall()).toBeUndefined();
    expect(await withDeadline(10_000, () => client.look(ask))).toEqual(ask);
  });
});

describe('a server', () => {
  it('gives a client that sets no deadline its own', async () => {
    const { handler, arrived } = silent();
    const { port } = await serve({ say: handler }, { deadlineMs: 50 });
    const raw = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    atEnd(() => raw.close());
    const { path, requestSerialize, responseDeserialize } = EchoServiceDefinition.say;
    const code = await new Promise((resolve) => {
      raw.makeUnaryRequest(path, requestSerialize, responseDeserialize, ask, (error) => resolve(error?.code));
    });
    expect(code).toBe(4);
    expect((await aborted((await arrived).signal)).status).toBe('DEADLINE_EXCEEDED');
  });
});

describe('a caller that goes away', () => {
  /** A call through `front` to a service behind that never answers, left as soon as it arrived there. */
  const leave = async (method: 'say' | 'look' | 'repeat') => {
    const { handler, arrived } = silent();
    const behind = connect((await serve({ say: handler, look: (request) => request })).port);
    const here = told<CallContext>();
    const front = await serve({
      [method]: () => {
        here.tell(currentCall()!);
        return behind.say(ask);
      },
    });
    const raw = new Client(`127.0.0.1:${front.port}`, credentials.createInsecure());
    atEnd(() => raw.close());
    const { path, requestSerialize, responseDeserialize } = EchoServiceDefinition[method];
    const call = raw.makeServerStreamRequest(path, requestSerialize, responseDeserialize, ask);
    call.on('error', () => undefined);
    const there = await arrived;
    call.cancel();
    expect((await aborted((await here.promise).signal)).status).toBe('CANCELLED');
    return { there, behind };
  };

  it.each(['look', 'repeat'] as const)('takes the calls with it that were made for it (%s)', async (method) => {
    const { there } = await leave(method);
    expect((await aborted(there.signal)).status).toBe('CANCELLED');
  });

  it('leaves a change of state to be finished', async () => {
    const { there, behind } = await leave('say');
    // A cancellation would have been sent before this call, over the same connection.
    await behind.look(ask);
    expect(there.signal.aborted).toBe(false);
  });
});
