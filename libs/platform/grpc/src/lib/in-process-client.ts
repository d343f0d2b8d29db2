import { Observable } from 'rxjs';
import { callMetadata } from './grpc-client';
import type { GrpcHost } from './grpc-host';
import { methodsOf, type DefinitionFor } from './method';

export interface InProcessClientOptions {
  /** Shown to the service as a client over the wire would show it. */
  readonly token?: string | undefined;
}

/**
 * A client of a service that runs in this process: a direct call of the same handlers, with the same checks of tokens,
 * errors, metrics and traces, without the wire. Methods are looked up when called, so services may start in any order.
 * Messages are handed over as they are: neither side changes one after it gave it away.
 */
export function createInProcessClient<S extends object>(
  definition: DefinitionFor<S>,
  host: GrpcHost,
  options: InProcessClientOptions = {},
): S {
  const client: Record<string, unknown> = {};
  for (const [key, { path, responseStream }] of methodsOf(definition)) {
    client[key] = responseStream
      ? (request: unknown): Observable<unknown> =>
          new Observable((subscriber) =>
            host.methodAt(path).stream(request, callMetadata(options.token)).subscribe(subscriber),
          )
      : async (request: unknown): Promise<unknown> => host.methodAt(path).unary(request, callMetadata(options.token));
  }
  // As for the client over the wire: definition and interface come from the same proto.
  return client as S;
}
