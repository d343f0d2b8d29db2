import type * as gateway from '../gen/trading/gateway/v1/gateway';

/** A gateway's word for a terminal that is not connected to it: nothing was sent. */
const TERMINAL_OFFLINE = 'TERMINAL_OFFLINE';

/**
 * One client of several gateways: a call that names an account goes to the gateway that holds its terminal, one that
 * names none to all of them. Orders go where the account's last one went, without asking again, until that gateway no
 * longer has the terminal. A gateway that does not answer keeps nobody from the others; halting or flattening everywhere reaches
 * all that can be reached and then fails if one could not.
 */
export function routeToGateways(clients: readonly gateway.GatewayService[]): gateway.GatewayService {
  const of = (accountId: string): Promise<gateway.GatewayService> => holderOf(accountId, clients);
  const holders = new Map<string, gateway.GatewayService>();
  const order = async (accountId: string, call: OrderCall): Promise<gateway.SubmitOrderResponse> => {
    const known = holders.get(accountId);
    const holder = known ?? (await of(accountId));
    holders.delete(accountId);
    const answer = await call(holder);
    if (answer.code !== TERMINAL_OFFLINE) {
      holders.set(accountId, holder);
      return answer;
    }
    const other = known === undefined ? holder : await of(accountId);
    return other === holder ? answer : call(other);
  };
  return {
    submitOrder: (request) => order(request.order?.accountId ?? '', (client) => client.submitOrder(request)),
    modifyOrder: async (request) => (await of(request.accountId)).modifyOrder(request),
    cancelOrder: async (request) => (await of(request.accountId)).cancelOrder(request),
    queryOrder: async (request) => (await of(request.accountId)).queryOrder(request),
    fence: async (request) => (await of(request.accountId)).fence(request),
    endSync: async (request) => (await of(request.accountId)).endSync(request),
    listHistory: async (request) => (await of(request.accountId)).listHistory(request),
    getSnapshot: async (request) => (await of(request.accountId)).getSnapshot(request),
    listSymbols: async (request) => (await of(request.accountId)).listSymbols(request),
    getHistory: async (request) => (await of(request.accountId)).getHistory(request),
    flatten: async (request) => {
      if (request.accountId !== '') return (await of(request.accountId)).flatten(request);
      const answers = await fromAll(clients, (client) => client.flatten(request));
      return { coids: answers.flatMap(({ coids }) => coids) };
    },
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

type OrderCall = (client: gateway.GatewayService) => Promise<gateway.SubmitOrderResponse>;

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
    const session = sessions.find((each) => each.accountId === accountId);
    return session && { client, connected: session.connected };
  });
  const settled = await Promise.allSettled(asked);
  const holders = settled.flatMap((answer) => (answer.status === 'fulfilled' && answer.value ? [answer.value] : []));
  const holder = holders.find(({ connected }) => connected) ?? holders[0];
  if (holder !== undefined) return holder.client;
  // The terminal may be at one that did not answer; then this throws that one's failure.
  await Promise.all(asked);
  const last = clients.at(-1);
  if (last === undefined) throw new Error('No gateway is configured.');
  return last;
}
