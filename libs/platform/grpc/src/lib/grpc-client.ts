import { Client, Metadata, type ServiceError } from '@grpc/grpc-js';
import { Observable } from 'rxjs';
import { injectTrace, type TraceCarrier } from '@trading/platform-tracing';
import type { Logger } from '@trading/platform-logging';
import { tokensIn } from './access-tokens';
import { boundingScope, type CallScope, DEFAULT_DEADLINE_MS } from './call-scope';
import { callSpan } from './call-span';
import type { CertificateFiles } from './certificate-files';
import { channelOptions, credentialsFor, targetOf } from './channel';
import { type Idempotency, NOTHING_IDEMPOTENT } from './idempotency';
import { methodsOf, type RpcMethodDefinition, type DefinitionFor } from './method';
import { fromWireError, type RpcError } from './rpc-error';

/** A token, or where to ask for it before each call: it may be rotated. Of several in a list the first is sent. */
export type TokenSource = string | (() => string | undefined) | undefined;

export interface GrpcClientOptions {
  /**
   * How long a unary call may take, in milliseconds (10 s); within a handler at most as long as its own caller waits.
   * Streams last until one side ends them, or the call that they are made in.
   */
  readonly deadlineMs?: number | undefined;
  /** Sent as `authorization: Bearer <token>`. */
  readonly token?: TokenSource;
  /** Sent with each call; names in small letters. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly logger: Logger;
  /** TLS with these; without, plaintext. */
  readonly certificates?: CertificateFiles | undefined;
  /** The name that the server's certificate must have, where it is not the address's. */
  readonly serverName?: string | undefined;
  /** Talk plaintext also beyond loopback. */
  readonly allowPlaintext?: boolean | undefined;
  /** Which methods are called again when the service is UNAVAILABLE; none where nothing is said. */
  readonly idempotency?: Idempotency | undefined;
  /**
   * Let calls wait, within their deadline, for a service that cannot be reached, instead of failing at once with
   * UNAVAILABLE: for services that start in any order. Nothing is sent before the connection is there.
   */
  readonly waitForReady?: boolean | undefined;
  /** The largest message in either direction, in bytes (4 MiB); beyond it calls fail with RESOURCE_EXHAUSTED. */
  readonly maxMessageBytes?: number | undefined;
}

const closers = new WeakMap<object, () => void>();

/**
 * A client of a service by its ts-proto interface: unary methods return promises, streaming ones Observables that call
 * when subscribed and cancel when unsubscribed. Failures are {@link RpcError}s. Connects on first use, reconnects by
 * itself, at most a second after the service came back. Calls made while a call is served are bound by its deadline and
 * end with it.
 *
 * @param address `host:port` (one server), `dns:///host:port` (all addresses of the name, in turn), or IP addresses with
 *   ports, separated by commas (in turn)
 * @throws {PlaintextRefused} for an address beyond loopback without TLS, unless allowed
 * @throws {AddressUnusable}
 */
export function createGrpcClient<S extends object>(
  definition: DefinitionFor<S>,
  address: string,
  options: GrpcClientOptions,
): S {
  const { idempotency = NOTHING_IDEMPOTENT, certificates, allowPlaintext = false } = options;
  const methods = methodsOf(definition);
  const target = targetOf(address);
  const paths = methods.map(([, { path }]) => path);
  const channel = new Client(
    target,
    credentialsFor(target, certificates, allowPlaintext),
    channelOptions(target, { ...options, paths, idempotency }),
  );
  const client: Record<string, unknown> = {};
  for (const [key, method] of methods) {
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
  const { deadlineMs = DEFAULT_DEADLINE_MS, waitForReady = false, logger } = options;
  const inSpan = callSpan(method.path, 'client');
  const send = (request: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const scope = boundingScope();
      if (scope?.abandoned !== undefined) {
        reject(scope.abandoned);
        return;
      }
      const call = channel.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        callMetadata(options.token, waitForReady, options.metadata),
        { deadline: Math.min(Date.now() + deadlineMs, scope?.deadlineEpochMs ?? Infinity) },
        (error: ServiceError | null, answer?: unknown) => {
          leave?.();
          if (error === null) {
            resolve(answer);
          } else {
            const rpcError = failureOf(error, scope);
            logger.debug({ path: method.path, status: rpcError.status, code: rpcError.code }, 'A call failed.');
            reject(rpcError);
          }
        },
      );
      const leave = scope?.whenAbandoned(() => call.cancel());
    });
  return (request: unknown) => inSpan(() => send(request));
}

function streaming(channel: Client, method: RpcMethodDefinition, options: GrpcClientOptions) {
  return (request: unknown): Observable<unknown> =>
    new Observable((subscriber) => {
      const scope = boundingScope();
      if (scope?.abandoned !== undefined) {
        subscriber.error(scope.abandoned);
        return undefined;
      }
      const call = channel.makeServerStreamRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        callMetadata(options.token, options.waitForReady ?? false, options.metadata),
        { deadline: scope?.deadlineEpochMs ?? Infinity },
      );
      call.on('data', (message: unknown) => subscriber.next(message));
      call.on('error', (error) => subscriber.error(failureOf(error, scope)));
      call.on('end', () => subscriber.complete());
      const leave = scope?.whenAbandoned(() => call.cancel());
      return () => {
        leave?.();
        call.cancel();
      };
    });
}

/** What a call failed with; one that was given up for its caller says why the caller gave up. */
function failureOf(error: unknown, scope: CallScope | undefined): RpcError {
  const rpcError = fromWireError(error);
  return rpcError.status === 'CANCELLED' ? (scope?.abandoned ?? rpcError) : rpcError;
}

/** The metadata of a call from here: token, trace, and what is sent with every call. */
export function callMetadata(
  token: TokenSource,
  waitForReady: boolean,
  always: Readonly<Record<string, string>> = {},
): Metadata {
  const metadata = new Metadata({ waitForReady });
  for (const [name, value] of Object.entries(always)) metadata.set(name, value);
  const [sent] = tokensIn(typeof token === 'function' ? token() : token);
  if (sent !== undefined) {
    metadata.set('authorization', `Bearer ${sent}`);
  }
  const { traceparent } = injectTrace<TraceCarrier>({});
  if (traceparent !== undefined) {
    metadata.set('traceparent', traceparent);
  }
  return metadata;
}
