import type * as gateway from '../gen/trading/gateway/v1/gateway';

/**
 * One client of several gateways: a call that names an account goes to the gateway that holds its terminal, one that
 * names none to all of them. A gateway that does not answer keeps nobody from the others; halting everywhere reaches
 * all that can be reached and then fails if one could not.
 */
export function routeToGateways(clients: readonly gateway.GatewayService[]): gateway.GatewayService {
  const of = (accountId: string): Promise<gateway.GatewayService> => holderOf(accountId, clients);
  return {
    submitOrder: async (request) => (await of(request.order?.accountId ?? '')).submitOrder(request),
    modifyOrder: async (request) => (await of(request.accountId)).modifyOrder(request),
    cancelOrder: async (request) => (await of(request.accountId)).cancelOrder(request),
    closePosition: async (request) => (await of(request.order?.accountId ?? '')).closePosition(request),
    queryOrder: async (request) => (await of(request.accountId)).queryOrder(request),
    getSnapshot: async (request) => (await of(request.accountId)).getSnapshot(request),
    listSymbols: async (request) => (await of(request.accountId)).listSymbols(request),
    getHistory: async (request) => (await of(request.accountId)).getHistory(request),
    flatten: async (request) => (await of(request.accountId)).flatten(request),
    listSessions: async (request) => {
      const answers = await fromAll(clients, (client) => client.listSessions(request));
      return { sessions: answers.flatMap(({ sessions }) => sessions) };
    },
    setHalt: async (request) => {
      if (request.accountId !== '') return (await of(request.accountId)).setHalt(request);
      const answers = await fromAll(clients, (client) => client.setHalt(request));
      return { accountIds: answers.flatMap(({ accountIds }) => accountIds) };
    },
  };
}

/** Every gateway's answer; all have answered or failed before the first failure is thrown. */
async function fromAll<T>(
  clients: readonly gateway.GatewayService[],
  ask: (client: gateway.GatewayService) => Promise<T>,
): Promise<T[]> {
  const answers = clients.map(ask);
  await Promise.allSettled(answers);
  return Promise.all(answers);
}

/** The gateway that holds the account's terminal; the last one when none does, so that its answer says so. */
async function holderOf(
  accountId: string,
  clients: readonly gateway.GatewayService[],
): Promise<gateway.GatewayService> {
  const asked = clients.map(async (client) => {
    const { sessions } = await client.listSessions({});
    return sessions.some((session) => session.accountId === accountId) ? client : undefined;
  });
  for (const answer of await Promise.allSettled(asked)) {
    if (answer.status === 'fulfilled' && answer.value !== undefined) return answer.value;
  }
  // The terminal may be at one that did not answer; then this throws that one's failure.
  await Promise.all(asked);
  const last = clients.at(-1);
  if (last === undefined) throw new Error('No gateway is configured.');
  return last;
}
