import { type CustomTransportStrategy, type MessageHandler, ServerGrpc, Transport } from '@nestjs/microservices';
import type { RpcHandler, HandlerOptions } from './call-handler';
import type { GrpcHost } from './grpc-host';
import { methodsOf, parsePath, type RpcServiceDefinition } from './method';

interface GrpcPattern {
  readonly service: string;
  readonly rpc: string;
}

/** A controller's `@GrpcMethod` that no given definition has. */
export class UnknownRpcMethod extends Error {
  readonly code = 'UNKNOWN_RPC_METHOD';

  constructor(service: string, method: string) {
    super(`No service definition given to this service has ${service}.${method}, which a controller handles.`);
    this.name = 'UnknownRpcMethod';
  }
}

/**
 * Binds Nest's controllers (`@GrpcMethod('ExecutionService', 'SubmitOrder')`) to the process's {@link GrpcHost}. It
 * opens no port and closes none: several Nest applications share the host.
 *
 * It extends Nest's own gRPC server for one thing only: Nest hands `(request, metadata, call)` to a controller if the
 * strategy is a `ServerGrpc`, and nothing but the request otherwise.
 */
export class GrpcTransport extends ServerGrpc implements CustomTransportStrategy {
  private readonly handled: { readonly pattern: GrpcPattern; readonly handler: MessageHandler }[] = [];

  constructor(
    private readonly host: GrpcHost,
    private readonly definitions: readonly RpcServiceDefinition[],
    private readonly handlerOptions: HandlerOptions,
  ) {
    super({ package: '', protoPath: '' });
    this.transportId = Transport.GRPC;
  }

  override addHandler(pattern: unknown, handler: MessageHandler, isEventHandler = false): void {
    if (isEventHandler || !isGrpcPattern(pattern)) {
      throw new TypeError('Controllers of a service handle gRPC methods only (@GrpcMethod).');
    }
    this.handled.push({ pattern, handler });
  }

  override async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      this.bind();
    } catch (error) {
      callback(error);
      return;
    }
    callback();
  }

  /** The host outlives this application: from now on it answers for it that the service is stopped. */
  override close(): Promise<void> {
    this.host.retire(this.definitions);
    return Promise.resolve();
  }

  private bind(): void {
    const unbound = new Set(this.handled);
    for (const definition of this.definitions) {
      const handlers: Record<string, RpcHandler> = {};
      const missing: string[] = [];
      for (const [key, { path }] of methodsOf(definition)) {
        const { service, fullService, method } = parsePath(path);
        const found = this.handled.find(
          ({ pattern }) => (pattern.service === service || pattern.service === fullService) && pattern.rpc === method,
        );
        if (found === undefined) {
          missing.push(`${service}.${method}`);
          continue;
        }
        unbound.delete(found);
        // Nest's handler is a proxy around the controller: interceptors, guards, pipes. Its type knows two arguments.
        handlers[key] = found.handler;
      }
      if (missing.length > 0) {
        this.handlerOptions.logger.debug({ methods: missing }, 'Methods without a handler answer UNIMPLEMENTED.');
      }
      this.host.addHandlers(definition, handlers, this.handlerOptions);
    }
    for (const { pattern } of unbound) {
      throw new UnknownRpcMethod(pattern.service, pattern.rpc);
    }
  }
}

function isGrpcPattern(pattern: unknown): pattern is GrpcPattern {
  return typeof pattern === 'object' && pattern !== null && 'service' in pattern && 'rpc' in pattern;
}
