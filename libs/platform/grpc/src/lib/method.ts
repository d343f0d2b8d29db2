import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';

/** A ts-proto (grpc-js) service definition: camelCase method → path, kinds of streams, codec. */
export type RpcServiceDefinition = ServiceDefinition;

/** The definition that belongs to a ts-proto service interface. */
export type DefinitionFor<S> = { readonly [K in keyof S]: RpcServiceDefinition[string] };

export type RpcMethodDefinition = MethodDefinition<unknown, unknown>;

export function methodsOf(definition: object): [key: string, method: RpcMethodDefinition][] {
  return Object.entries(definition) as [string, RpcMethodDefinition][];
}

/** `/trading.execution.v1.ExecutionService/SubmitOrder` taken apart. */
export interface RpcPath {
  /** With its package: `trading.execution.v1.ExecutionService`. */
  readonly fullService: string;
  readonly service: string;
  readonly method: string;
}

export function parsePath(path: string): RpcPath {
  const [, fullService, method] = /^\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  if (fullService === undefined || method === undefined) {
    throw new TypeError(`Not the path of a gRPC method: ${path}.`);
  }
  return { fullService, service: fullService.slice(fullService.lastIndexOf('.') + 1), method };
}

/** The name of the service that a definition defines, with its package. */
export function fullServiceName(definition: RpcServiceDefinition): string {
  const [first] = methodsOf(definition);
  if (first === undefined) {
    throw new TypeError('A service definition without methods.');
  }
  return parsePath(first[1].path).fullService;
}
