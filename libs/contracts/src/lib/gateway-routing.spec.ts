import type * as gateway from '../gen/trading/gateway/v1/gateway';
import { routeToGateways } from './gateway-routing';

/** A gateway that holds terminals and remembers what it was asked; without terminals it is out of reach. */
function gatewayOf(held: readonly string[] | undefined) {
  const asked: string[] = [];
  const accounts = new Set(held);
  const answer = async <T>(what: string, value: T): Promise<T> => {
    if (held === undefined) throw new Error('out of reach');
    asked.push(what);
    return value;
  };
  const client = {
    listSessions: () =>
      answer('sessions', { sessions: [...accounts].map((accountId) => ({ accountId, connected: true })) }),
    getSnapshot: ({ accountId }: gateway.GetSnapshotRequest) => answer(`snapshot ${accountId}`, { accountId }),
    submitOrder: ({ order }: gateway.SubmitOrderRequest) =>
      answer(
        `submit ${order?.accountId ?? ''}`,
        accounts.has(order?.accountId ?? '') ? {} : { code: 'TERMINAL_OFFLINE' },
      ),
    setHalt: ({ accountId }: gateway.SetHaltRequest) => answer(`halt ${accountId}`, { accountIds: [...accounts] }),
    flatten: ({ accountId }: gateway.FlattenRequest) =>
      answer(`flatten ${accountId}`, { coids: [...accounts].map((each) => `close ${each}`) }),
  } as unknown as gateway.GatewayService;
  return { client, asked, accounts };
}

const HALT_ALL = { accountId: '', halted: true, reason: 'drill' };

describe('routeToGateways', () => {
  it('takes a call to the gateway that holds the terminal of its account', async () => {
    const [mt4, mt5] = [gatewayOf(['a']), gatewayOf(['b'])];
    const routed = routeToGateways([mt4.client, mt5.client]);
    await routed.getSnapshot({ accountId: 'a' });
    await routed.submitOrder({ order: { accountId: 'b' } as never, approval: undefined, epoch: 0 });
    expect(mt4.asked).toContain('snapshot a');
    expect(mt4.asked).not.toContain('submit b');
    expect(mt5.asked).toContain('submit b');
  });

  it('takes an order where the last one went, and asks again when the terminal is there no more', async () => {
    const [mt4, mt5] = [gatewayOf(['a']), gatewayOf([])];
    const routed = routeToGateways([mt4.client, mt5.client]);
    const request = { order: { accountId: 'a' } as never, approval: undefined, epoch: 0 };
    await routed.submitOrder(request);
    await routed.submitOrder(request);
    expect(mt4.asked).toEqual(['sessions', 'submit a', 'submit a']);
    mt4.accounts.delete('a');
    mt5.accounts.add('a');
    expect(await routed.submitOrder(request)).toEqual({});
    expect(mt4.asked).toEqual(['sessions', 'submit a', 'submit a', 'submit a', 'sessions']);
    expect(mt5.asked).toEqual(['sessions', 'sessions', 'submit a']);
  });

  it('lets the last gateway answer for an account that has no terminal', async () => {
    const [mt4, mt5] = [gatewayOf(['a']), gatewayOf(['b'])];
    await routeToGateways([mt4.client, mt5.client]).getSnapshot({ accountId: 'c' });
    expect(mt5.asked).toContain('snapshot c');
  });

  it('finds a terminal past a gateway that does not answer, and fails when the terminal may be there', async () => {
    const [mt4, mt5] = [gatewayOf(undefined), gatewayOf(['b'])];
    const routed = routeToGateways([mt4.client, mt5.client]);
    await routed.getSnapshot({ accountId: 'b' });
    expect(mt5.asked).toContain('snapshot b');
    await expect(routed.getSnapshot({ accountId: 'a' })).rejects.toThrow('out of reach');
  });

  it('shows the sessions of all gateways', async () => {
    const routed = routeToGateways([gatewayOf(['a']).client, gatewayOf(['b', 'c']).client]);
    const { sessions } = await routed.listSessions({});
    expect(sessions.map(({ accountId }) => accountId)).toEqual(['a', 'b', 'c']);
  });

  it('halts everywhere, also where it can when one gateway is out of reach, and then says so', async () => {
    const reached = gatewayOf(['b']);
    await expect(routeToGateways([gatewayOf(['a']).client, reached.client]).setHalt(HALT_ALL)).resolves.toEqual({
      accountIds: ['a', 'b'],
    });
    await expect(routeToGateways([gatewayOf(undefined).client, reached.client]).setHalt(HALT_ALL)).rejects.toThrow(
      'out of reach',
    );
    expect(reached.asked).toEqual(['halt ', 'halt ']);
  });

  it('flattens everywhere when no account is named', async () => {
    const [mt4, mt5] = [gatewayOf(['a']), gatewayOf(['b'])];
    const routed = routeToGateways([mt4.client, mt5.client]);
    const order = { requestId: 'r', reason: 'drill' };
    await expect(routed.flatten({ ...order, accountId: '' })).resolves.toEqual({ coids: ['close a', 'close b'] });
    await expect(routed.flatten({ ...order, accountId: 'a' })).resolves.toEqual({ coids: ['close a'] });
    expect(mt5.asked).toEqual(['flatten ', 'sessions']);
  });
});
