import { Client, credentials } from '@grpc/grpc-js';
import { lastValueFrom, NEVER, type Observable } from 'rxjs';
import { currentCall, shielded, withDeadline, type CallContext } from './call-scope';
import { atEnd, clientOf, closeAll, connect, failureOf, serve, type Served } from './calls-fixture';
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
  const seen: { remainingMs: number }[] = [];
  const handler = (): Observable<never> => {
    const context = currentCall()!;
    seen.push({ remainingMs: context.remainingMs });
    arrived.tell(context);
    return NEVER;
  };
  return { handler, arrived: arrived.promise, seen };
};

/** Calls with a deadline that is as short as a busy machine allows for the call to arrive before it. */
const callInVain = async (way: 'wire' | 'inside', served: Served, hasArrived: () => boolean): Promise<RpcError> => {
  for (let deadlineMs = 50; ; deadlineMs *= 2) {
    const failure = await failureOf(clientOf(way, served, deadlineMs).say(ask));
    if (hasArrived()) return failure;
  }
};

describe.each(['wire', 'inside'] as const)('a deadline (%s)', (way) => {
  it('ends a call whose handler does not answer, and tells the handler', async () => {
    const { handler, arrived, seen } = silent();
    const failure = await callInVain(way, await serve({ say: handler }), () => seen.length > 0);
    expect(failure.status).toBe('DEADLINE_EXCEEDED');
    expect((await aborted((await arrived).signal)).status).toBe('DEADLINE_EXCEEDED');
  });

  it('bounds the calls that the handler makes, however patient its clients are', async () => {
    const { handler, arrived, seen } = silent();
    const behind = clientOf(way, await serve({ say: handler }), 600_000);
    const failures: Promise<RpcError>[] = [];
    const front = await serve({
      say: () => {
        const failure = failureOf(behind.say(ask));
        failures.push(failure);
        return failure;
      },
    });
    const failure = await callInVain(way, front, () => seen.length > 0);
    expect(failure.status).toBe('DEADLINE_EXCEEDED');
    expect(seen.at(-1)?.remainingMs).toBeLessThan(300_000);
    expect((await Promise.all(failures)).at(-1)?.status).toBe('DEADLINE_EXCEEDED');
    expect((await aborted((await arrived).signal)).status).toBe('DEADLINE_EXCEEDED');
  });

  it('lets no call begin after it has passed', async () => {
    const counted = jest.fn(() => ask);
    const behind = clientOf(way, await serve({ say: counted, repeat: counted }));
    const failures = told<RpcError[]>();
    let hasArrived = false;
    const front = await serve({
      say: async () => {
        hasArrived = true;
        await aborted(currentCall()!.signal);
        failures.tell([await failureOf(behind.say(ask)), await failureOf(lastValueFrom(behind.repeat(ask)))]);
      },
    });
    await callInVain(way, front, () => hasArrived);
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
    await clientOf(way, front).say(ask);
    gate.tell(undefined);
    expect(await later).toEqual(ask);
  });

  it('does not bind what is shielded from it', async () => {
    const behind = clientOf(way, await serve({ say: (request) => request }));
    const answer = told<EchoRequest>();
    let hasArrived = false;
    const front = await serve({
      say: async () => {
        hasArrived = true;
        await aborted(currentCall()!.signal);
        answer.tell(await shielded(() => behind.say(ask)));
      },
    });
    await callInVain(way, front, () => hasArrived);
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
