import { Metadata, status } from '@grpc/grpc-js';

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

/** Turns errors that a service knows (a kernel's, the database's) into an {@link RpcError}; undefined for others. */
export type ErrorTranslator = (error: unknown) => RpcError | undefined;

const CODE = 'error-code';
const DETAILS = 'error-details-bin';

export interface WireError {
  readonly code: number;
  readonly details: string;
  readonly metadata: Metadata;
}

/** The status that goes to the client: the only place where errors become statuses. */
export function toWireError(error: RpcError): WireError {
  const metadata = new Metadata();
  metadata.set(CODE, error.code);
  if (Object.keys(error.details).length > 0) {
    metadata.set(DETAILS, Buffer.from(JSON.stringify(error.details)));
  }
  return { code: status[error.status], details: error.message, metadata };
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
  const code = error.metadata?.get(CODE)[0]?.toString() ?? statusName;
  const details = detailsOf(error.metadata?.get(DETAILS)[0]);
  return new RpcError(statusName, code, error.details, details, { cause: error });
}

function isWireError(error: unknown): error is { code: number; details: string; metadata?: Metadata } {
  return error instanceof Error && 'details' in error && 'code' in error && typeof error.code === 'number';
}

function detailsOf(value: string | Buffer | undefined): RpcErrorDetails {
  try {
    return value === undefined ? {} : (JSON.parse(value.toString()) as RpcErrorDetails);
  } catch {
    // A foreign server's details: their meaning is unknown, the status is not.
    return {};
  }
}
