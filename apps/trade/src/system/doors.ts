import type { Endpoints } from './endpoints';

/** Where each service of a system is called; the same address for all that share a process. */
export interface Doors {
  /** Every gateway. */
  readonly gateways: readonly string[];
  readonly prediction: string;
  readonly decision: string;
  readonly execution: string;
  readonly riskManager: string;
  /** Of every process, by what runs in it. */
  readonly http: Readonly<Record<string, string>>;
}

/** The doors of a system that left its endpoints. */
export function doorsOf(endpoints: Endpoints): Doors {
  if (!('services' in endpoints)) return { ...oneDoor(endpoints.grpc), http: { system: endpoints.http } };
  const { services } = endpoints;
  return {
    gateways: [services['mt4-gateway'].grpc, services['mt5-gateway'].grpc],
    prediction: services.prediction.grpc,
    decision: services.decision.grpc,
    execution: services.execution.grpc,
    riskManager: services['risk-manager'].grpc,
    http: Object.fromEntries(Object.entries(services).map(([name, { http }]) => [name, http])),
  };
}

/** One gRPC address for all services, of whose HTTP nothing is known. */
export function oneDoor(grpc: string): Doors {
  return { gateways: [grpc], prediction: grpc, decision: grpc, execution: grpc, riskManager: grpc, http: {} };
}

/** All gRPC addresses, each once. */
export function addressesOf({ gateways, prediction, decision, execution, riskManager }: Doors): readonly string[] {
  return [...new Set([prediction, decision, execution, riskManager, ...gateways])];
}
