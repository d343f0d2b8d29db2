import type { Metadata } from '@grpc/grpc-js';
import { gateway, routeToGateways } from '@trading/contracts';
import { createInProcessClient, type GrpcHost, type RpcHandler } from '@trading/platform-grpc';
import type { Logger } from '@trading/platform-logging';

/** One gateway of this process, on a host of its own. */
export interface GatewayDoor {
  readonly platform: string;
  readonly host: GrpcHost;
}

type Method = keyof gateway.GatewayService;

/**
 * Serves the one gateway service of the process from several gateways: a call that names an account goes to the
 * gateway that holds its terminal, one that names none to all of them.
 */
export function routeGateways(publicHost: GrpcHost, doors: readonly GatewayDoor[], logger: Logger): void {
  const clientsFor = (metadata: Metadata): gateway.GatewayService[] => {
    const token = /^Bearer +(\S+)$/i.exec(metadata.get('authorization')[0]?.toString() ?? '')?.[1];
    return doors.map(({ host }) =>
      createInProcessClient<gateway.GatewayService>(gateway.GatewayServiceService, host, { token }),
    );
  };
  const handlers: Record<string, RpcHandler> = {};
  for (const method of Object.keys(gateway.GatewayServiceService) as Method[]) {
    handlers[method] = (request, metadata) => routeToGateways(clientsFor(metadata))[method](request as never);
  }
  publicHost.addHandlers(gateway.GatewayServiceService, handlers, { service: 'gateway', logger });
}
