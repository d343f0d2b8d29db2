import type {
  handleServerStreamingCall,
  handleUnaryCall,
  ServerUnaryCall,
  ServerWritableStream,
  UntypedHandleCall,
} from '@grpc/grpc-js';
import type { BoundMethod } from './call-handler';
import { CallScope } from './call-scope';
import { asRpcError, RpcError, toWireError } from './rpc-error';

/** Messages that may wait for a slow reader before its stream is ended: memory is the server's, not the client's. */
const MAX_WAITING_MESSAGES = 10_000;

/** Streams that are open now, so that shutdown can end them. */
export class OpenStreams {
  private readonly endings = new Set<(reason: RpcError) => void>();

  get size(): number {
    return this.endings.size;
  }

  add(end: (reason: RpcError) => void): () => void {
    this.endings.add(end);
    return () => this.endings.delete(end);
  }

  /** Ends every open stream with UNAVAILABLE: clients come back, to this process or another. */
  endAll(): void {
    const reason = new RpcError('UNAVAILABLE', 'SHUTTING_DOWN', 'The server is shutting down.');
    for (const end of [...this.endings]) {
      end(reason);
    }
  }
}

/**
 * The grpc-js handler that serves a bound method; a unary call whose client sets no deadline has `deadlineMs`
 * milliseconds.
 */
export function toWireHandler(method: BoundMethod, streams: OpenStreams, deadlineMs: number): UntypedHandleCall {
  const { requestStream, responseStream, path } = method.definition;
  if (requestStream) {
    throw new TypeError(`${path} streams requests; only unary and server-streaming methods are served.`);
  }
  return responseStream ? streamHandler(method, streams) : unaryHandler(method, deadlineMs);
}

function unaryHandler(method: BoundMethod, deadlineMs: number): handleUnaryCall<unknown, unknown> {
  return (call, callback) => {
    const scope = scopeOf(call, method, deadlineMs);
    method.unary(call.request, call.metadata, scope, call).then(
      (answer) => callback(null, answer),
      (error: unknown) => callback(toWireError(asRpcError(error))),
    );
  };
}

function scopeOf(
  call: ServerUnaryCall<unknown, unknown> | ServerWritableStream<unknown, unknown>,
  method: BoundMethod,
  defaultMs: number,
): CallScope {
  const given = Number(call.getDeadline());
  const scope = new CallScope(Number.isFinite(given) ? given : Date.now() + defaultMs, method.passesCancellationOn);
  if (!Number.isFinite(given)) {
    // The deadline of a client is watched by grpc-js.
    scope.endIn(defaultMs);
  }
  call.on('cancelled', () => scope.callerLeft());
  return scope;
}

function streamHandler(method: BoundMethod, streams: OpenStreams): handleServerStreamingCall<unknown, unknown> {
  return (call) => {
    const fail = (error: unknown): void => {
      call.emit('error', toWireError(asRpcError(error)));
    };
    const scope = scopeOf(call, method, Infinity);
    const subscription = method.stream(call.request, call.metadata, scope, call).subscribe({
      next: (message) => {
        if (isTooSlow(call)) {
          subscription.unsubscribe();
          fail(new RpcError('RESOURCE_EXHAUSTED', 'READER_TOO_SLOW', 'The stream was ended: its reader is too slow.'));
        } else {
          call.write(message);
        }
      },
      error: fail,
      complete: () => call.end(),
    });
    const remove = streams.add((reason) => {
      subscription.unsubscribe();
      fail(reason);
    });
    subscription.add(remove);
  };
}

function isTooSlow(call: ServerWritableStream<unknown, unknown>): boolean {
  return call.writableLength > MAX_WAITING_MESSAGES;
}
