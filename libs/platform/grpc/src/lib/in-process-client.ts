import { Observable } from 'rxjs';
import { boundingScope, CallScope, DEFAULT_DEADLINE_MS } from './call-scope';
import { callSpan } from './call-span';
import { callMetadata, type TokenSource } from './grpc-client';
import type { GrpcHost } from './grpc-host';
import { methodsOf, type DefinitionFor, type RpcMethodDefinition } from './method';

export interface InProcessClientOptions {
  /** Shown to the service as a client over the wire would show it. */
  readonly token?: TokenSource;
  /** How long a unary call may take, in milliseconds (10 s); within a handler at most as long as its caller waits. */
  readonly deadlineMs?: number | undefined;
}

/**
 * A client of a service that runs in this process: a direct call of the same handlers, with the same deadlines, checks
 * of tokens, errors, metrics and traces, without the wire. Methods are looked up when called, so services may start in any order.
 * Messages are handed over as they are: neither side changes one after it gave it away.
 */
export function createInProcessClient<S extends object>(
  definition: DefinitionFor<S>,
  host: GrpcHost,
  { token, deadlineMs = DEFAULT_DEADLINE_MS }: InProcessClientOptions = {},
): S {
  const client: Record<string, unknown> = {};
  for (const [key, method] of methodsOf(definition)) {
    client[key] = method.responseStream ? streaming(host, method, token) : unary(host, method, token, deadlineMs);
  }
  // As for the client over the wire: definition and interface come from the same proto.
  return client as S;
}

function unary(host: GrpcHost, { path }: RpcMethodDefinition, token: TokenSource, deadlineMs: number) {
  const inSpan = callSpan(path, 'client');
  const send = async (request: unknown): Promise<unknown> => {
    const method = host.methodAt(path);
    const scope = scopeFor(deadlineMs, method.passesCancellationOn);
    return method.unary(request, callMetadata(token, false), scope);
  };
  return (request: unknown): Promise<unknown> => inSpan(() => send(request));
}

function streaming(host: GrpcHost, { path }: RpcMethodDefinition, token: TokenSource) {
  return (request: unknown): Observable<unknown> =>
    new Observable((subscriber) => {
      const method = host.methodAt(path);
      const scope = scopeFor(Infinity, method.passesCancellationOn);
      return method.stream(request, callMetadata(token, false), scope).subscribe(subscriber);
    });
}

/** @throws {RpcError} when whoever calls has run out of time itself */
function scopeFor(limitMs: number, passesCancellationOn: boolean): CallScope {
  const abandoned = boundingScope()?.abandoned;
  if (abandoned !== undefined) {
    throw abandoned;
  }
  return CallScope.within(limitMs, passesCancellationOn);
}
