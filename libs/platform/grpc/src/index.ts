/**
 * gRPC for services: one server per process, Nest controllers bound to it, clients by interface (over the wire or
 * within the process), deadlines, TLS, tokens, and the one place where errors become statuses. Knows no service; definitions are
 * handed in. Start with `grpc-host`.
 */
export {
  ACCESS_TOKENS,
  requireOperator,
  requireServiceOrOperator,
  type AccessTokens,
  type Caller,
} from './lib/access-tokens';
export type { HandlerOptions, RpcHandler } from './lib/call-handler';
export { currentCall, DEFAULT_DEADLINE_MS, shielded, withDeadline, type CallContext } from './lib/call-scope';
export {
  CertificateFiles,
  CertificatesUnusable,
  type CertificateFilesOptions,
  type Certificates,
  type GrpcSecurity,
} from './lib/certificate-files';
export { AddressUnusable, MAX_MESSAGE_BYTES } from './lib/channel';
export { closeGrpcClient, createGrpcClient, type GrpcClientOptions, type TokenSource } from './lib/grpc-client';
export { GrpcHost, type GrpcHostOptions } from './lib/grpc-host';
export { GrpcTransport, UnknownRpcMethod } from './lib/grpc-transport';
export { idempotencyOf, type Idempotency } from './lib/idempotency';
export { createInProcessClient, type InProcessClientOptions } from './lib/in-process-client';
export { PlaintextRefused, PortInUse } from './lib/listen-errors';
export type { DefinitionFor, RpcServiceDefinition } from './lib/method';
export {
  ERROR_DOMAIN,
  isUnavailable,
  RpcError,
  type ErrorTranslator,
  type GrpcStatusName,
  type RpcErrorDetails,
} from './lib/rpc-error';
export { RpcErrorFilter } from './lib/rpc-error-filter';
export { openTokenFiles, type TokenFiles, type TokenFilesOptions, type TokenSources } from './lib/token-files';
