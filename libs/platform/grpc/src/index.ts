/**
 * gRPC for services: one server per process, Nest controllers bound to it, clients by interface (over the wire or
 * within the process), tokens, and the one place where errors become statuses. Knows no service; definitions are
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
export { closeGrpcClient, createGrpcClient, type ClientTls, type GrpcClientOptions } from './lib/grpc-client';
export { GrpcHost, type GrpcHostOptions, type ServerTls } from './lib/grpc-host';
export { GrpcTransport, UnknownRpcMethod } from './lib/grpc-transport';
export { createInProcessClient, type InProcessClientOptions } from './lib/in-process-client';
export { PlaintextRefused, PortInUse } from './lib/listen-errors';
export type { DefinitionFor, RpcServiceDefinition } from './lib/method';
export { RpcError, type ErrorTranslator, type GrpcStatusName, type RpcErrorDetails } from './lib/rpc-error';
export { RpcErrorFilter } from './lib/rpc-error-filter';
