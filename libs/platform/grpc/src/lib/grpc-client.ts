import { type ChannelCredentials, Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { Observable } from 'rxjs';
import { injectTrace, type TraceCarrier } from '@trading/platform-tracing';
import type { Logger } from '@trading/platform-logging';
import { isLoopback, PlaintextRefused } from './listen-errors';
import { methodsOf, type RpcMethodDefinition, type DefinitionFor } from './method';
import { fromWireError } from './rpc-error';

/** PEM texts; certificate and key for mutual TLS. Without `authority`, the system's authorities are trusted. */
export interface ClientTls {
  readonly authority?: Buffer;
  readonly certificate?: Buffer;
  readonly privateKey?: Buffer;
}

export interface GrpcClientOptions {
  /** How long a unary call may take, in milliseconds. Streams last until one side ends them. */
  readonly deadlineMs: number;
  /** Sent as `authorization: Bearer <token>`. */
  readonly token?: string | undefined;
  readonly logger: Logger;
  readonly tls?: ClientTls | undefined;
  /** Talk plaintext also beyond loopback. */
  readonly allowPlaintext?: boolean | undefined;
}

const closers = new WeakMap<object, () => void>();

/**
 * A client of a service by its ts-proto interface: unary methods return promises, streaming ones Observables that call
 * when subscribed and cancel when unsubscribed. Failures are {@link RpcError}s. Connects on first use, reconnects by
 * itself.
 *
 * @throws {PlaintextRefused} for an address beyond loopback without TLS, unless allowed
 */
export function createGrpcClient<S extends object>(
  definition: DefinitionFor<S>,
  address: string,
  options: GrpcClientOptions,
): S {
  const channel = new Client(address, credentialsFor(address, options), {
    // The defaults wait up to two minutes after a peer's restart.
    'grpc.initial_reconnect_backoff_ms': 200,
    'grpc.max_reconnect_backoff_ms': 2000,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
  });
  const client: Record<string, unknown> = {};
  for (const [key, method] of methodsOf(definition)) {
    client[key] = method.responseStream ? streaming(channel, method, options) : unary(channel, method, options);
  }
  closers.set(client, () => channel.close());
  // The definition and the interface come from the same proto; their methods have the same names and messages.
  return client as S;
}

/** Closes a client's channel; calls under way end with CANCELLED. Other objects are left alone. */
export function closeGrpcClient(client: object): void {
  closers.get(client)?.();
}

function unary(channel: Client, method: RpcMethodDefinition, options: GrpcClientOptions) {
  return (request: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      channel.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        callMetadata(options.token),
        { deadline: Date.now() + options.deadlineMs },
        (error: ServiceError | null, answer?: unknown) => {
          if (error === null) {
            resolve(answer);
          } else {
            const rpcError = fromWireError(error);
            options.logger.debug({ path: method.path, status: rpcError.status, code: rpcError.code }, 'A call failed.');
            reject(rpcError);
          }
        },
      );
    });
}

function streaming(channel: Client, method: RpcMethodDefinition, options: GrpcClientOptions) {
  return (request: unknown): Observable<unknown> =>
    new Observable((subscriber) => {
      const call = channel.makeServerStreamRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        callMetadata(options.token),
      );
      call.on('data', (message: unknown) => subscriber.next(message));
      call.on('error', (error) => subscriber.error(fromWireError(error)));
      call.on('end', () => subscriber.complete());
      return () => call.cancel();
    });
}

/** The metadata of a call from here: token and trace. */
export function callMetadata(token: string | undefined): Metadata {
  const metadata = new Metadata();
  if (token !== undefined) {
    metadata.set('authorization', `Bearer ${token}`);
  }
  const { traceparent } = injectTrace<TraceCarrier>({});
  if (traceparent !== undefined) {
    metadata.set('traceparent', traceparent);
  }
  return metadata;
}

function credentialsFor(address: string, options: GrpcClientOptions): ChannelCredentials {
  if (options.tls !== undefined) {
    const { authority, certificate, privateKey } = options.tls;
    return credentials.createSsl(authority ?? null, privateKey ?? null, certificate ?? null);
  }
  const host = address.replace(/^(?:dns|ipv4|ipv6):(?:\/\/\/?)?/, '').replace(/:\d+$/, '');
  if (!isLoopback(host) && options.allowPlaintext !== true) {
    throw new PlaintextRefused(host);
  }
  return credentials.createInsecure();
}
