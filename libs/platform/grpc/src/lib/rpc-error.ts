import { Metadata, status } from '@grpc/grpc-js';
import { decodeErrorInfo, encodeStatus, STATUS_DETAILS } from './status-details';

/** The names of gRPC's status codes, without OK. */
export type GrpcStatusName = Exclude<keyof typeof status, 'OK'>;

/** Facts for the caller's program; no secrets. */
export type RpcErrorDetails = Readonly<Record<string, string>>;

/** A failed call: thrown by use-cases, and by clients for the same call on the other side. */
export class RpcError extends Error {
  /**
   * @param status what kind of failure it is, for retries and dashboards
   * @param code our stable code, such as `ORDER_NOT_FOUND`, for programs
   * @param message for people
   */
  constructor(
    readonly status: GrpcStatusName,
    readonly code: string,
    message: string,
    readonly details: RpcErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'RpcError';
  }
}

/** Whether a call failed because nobody was there to answer it. */
export function isUnavailable(error: unknown): error is RpcError {
  return error instanceof RpcError && (error.status === 'UNAVAILABLE' || error.status === 'DEADLINE_EXCEEDED');
}

/** Turns errors that a service knows (a kernel's, the database's) into an {@link RpcError}; undefined for others. */
export type ErrorTranslator = (error: unknown) => RpcError | undefined;

/** Our code as plain text too, for people with a command line and for programs without protobuf. */
const CODE = 'error-code';

/** Says in `ErrorInfo` whose codes these are. */
export const ERROR_DOMAIN = 'trading';

export interface WireError {
  readonly code: number;
  readonly details: string;
  readonly metadata: Metadata;
}

/**
 * The status that goes to the client: the only place where errors become statuses. Code and details travel as a
 * `google.rpc.ErrorInfo`, which clients of any language read.
 */
export function toWireError(error: RpcError): WireError {
  const metadata = new Metadata();
  metadata.set(CODE, error.code);
  const code = status[error.status];
  const info = { reason: error.code, domain: ERROR_DOMAIN, metadata: error.details };
  metadata.set(STATUS_DETAILS, encodeStatus(code, error.message, info));
  return { code, details: error.message, metadata };
}

/** Any error as an {@link RpcError}; what nobody knows becomes INTERNAL and tells the client nothing. */
export function asRpcError(error: unknown, translate?: ErrorTranslator): RpcError {
  if (error instanceof RpcError) {
    return error;
  }
  return (
    translate?.(error) ??
    new RpcError('INTERNAL', 'INTERNAL', 'The service failed to answer; its log says why.', {}, { cause: error })
  );
}

/** The error of a client's call, with the code that the server gave or, from the transport, the status's name. */
export function fromWireError(error: unknown): RpcError {
  if (error instanceof RpcError) {
    return error;
  }
  if (!isWireError(error)) {
    return asRpcError(error);
  }
  const name = status[error.code] as keyof typeof status | undefined;
  const statusName = name === undefined || name === 'OK' ? 'UNKNOWN' : name;
  const [encoded] = error.metadata?.get(STATUS_DETAILS) ?? [];
  const info = encoded instanceof Buffer ? decodeErrorInfo(encoded) : undefined;
  const code = info?.reason ?? error.metadata?.get(CODE)[0]?.toString() ?? statusName;
  return new RpcError(statusName, code, error.details, info?.metadata ?? {}, { cause: error });
}

function isWireError(error: unknown): error is { code: number; details: string; metadata?: Metadata } {
  return error instanceof Error && 'details' in error && 'code' in error && typeof error.code === 'number';
}
