import type { Metadata } from '@grpc/grpc-js';
import { gateway } from '@trading/contracts';
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
    handlers[method] = async (request, metadata) => {
      const clients = clientsFor(metadata);
      if (method === 'listSessions') return { sessions: await allSessions(clients) };
      if (method === 'setHalt' && accountOf(request) === '')
        return haltEverywhere(clients, request as gateway.SetHaltRequest);
      const client = await clientOf(accountOf(request), clients);
      return client[method](request as never);
    };
  }
  publicHost.addHandlers(gateway.GatewayServiceService, handlers, { service: 'gateway', logger });
}

async function allSessions(clients: readonly gateway.GatewayService[]): Promise<gateway.TerminalSession[]> {
  return (await Promise.all(clients.map((client) => client.listSessions({})))).flatMap((answer) => answer.sessions);
}

async function haltEverywhere(
  clients: readonly gateway.GatewayService[],
  request: gateway.SetHaltRequest,
): Promise<gateway.SetHaltResponse> {
  const answers = await Promise.all(clients.map((client) => client.setHalt(request)));
  return { accountIds: answers.flatMap((answer) => answer.accountIds) };
}

/** The gateway that holds the account's terminal; the last one when none does, so that its answer says so. */
async function clientOf(
  accountId: string,
  clients: readonly gateway.GatewayService[],
): Promise<gateway.GatewayService> {
  for (const client of clients) {
    const { sessions } = await client.listSessions({});
    if (sessions.some((session) => session.accountId === accountId)) return client;
  }
  const last = clients.at(-1);
  if (last === undefined) throw new Error('No gateway runs in this process.');
  return last;
}

function accountOf(request: unknown): string {
  const { accountId, order } = request as { accountId?: string; order?: { accountId?: string } };
  return accountId ?? order?.accountId ?? '';
}
