import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { common, risk } from '@trading/contracts';

/** A method of a service as one who wants to break it sees it. */
export interface HostileMethod {
  readonly path: string;
  readonly isStream: boolean;
  readonly request: {
    readonly encode: (fields: Readonly<Record<string, unknown>>) => Buffer;
    /** @throws what the codec throws */
    readonly decode: (bytes: Buffer) => object;
    /** Every field of the request with its default, those of an order too. */
    readonly fields: Readonly<Record<string, unknown>>;
  };
}

/** What stands in the requests' fields for messages, which are absent by default. */
const NESTED: Readonly<Record<string, () => object>> = {
  order: () => common.OrderRequest.fromPartial({}),
  approval: () => common.Approval.fromPartial({}),
  limits: () => risk.Limits.fromPartial({}),
};

export function methodsOf(definition: ServiceDefinition): HostileMethod[] {
  return (Object.values(definition) as MethodDefinition<object, object>[]).map((method) => ({
    path: method.path,
    isStream: method.responseStream,
    request: {
      decode: (bytes) => method.requestDeserialize(bytes),
      encode: (fields) => method.requestSerialize(fields),
      fields: Object.fromEntries(
        Object.entries(method.requestDeserialize(Buffer.alloc(0))).map(([name, value]) => [
          name,
          value ?? NESTED[name]?.(),
        ]),
      ),
    },
  }));
}
