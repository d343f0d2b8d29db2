import { terminal } from '@trading/contracts';
import { ACCOUNT } from '../testing/gateway-fixture';
import { useGateway } from '../testing/gateway-suite';
import { journalled, type ScriptedTerminal } from '../testing/scripted-terminal';
import { POSITION, snapshotFrame, WORKING } from '../testing/terminal-frames';

describe('a flatten', () => {
  const suite = useGateway();
  const calls = () => suite.gateway.calls;
  const flatten = (requestId = 'r1', accountId = ACCOUNT) =>
    calls().flatten({ accountId, requestId, reason: 'enough' });
  const shows = (one: ScriptedTerminal, more: Partial<terminal.SnapshotFrame>) =>
    one.answers.set('snapshot.get', () => ({ t: 'snapshot', d: snapshotFrame(more) }));
  const bodies = (one: ScriptedTerminal, type: string) => one.of(type).map(({ d }) => d);
  const pending = () => suite.database.query('SELECT request_id FROM flatten_request');
  const HEDGED = [POSITION, { ...POSITION, position: 'p2', side: 'SELL' as const, volume: '0.10' }];

  it('cancels working orders and closes each position by its name, with the last epoch that is known', async () => {
    const one = await suite.gateway.connect({ epoch: 7, marginMode: 'HEDGING' });
    shows(one, { positions: HEDGED, orders: [WORKING, { ...WORKING, order: 't2', coid: '' }] });
    await flatten();
    expect(bodies(one, 'order.cancel')).toMatchObject([
      { coid: 'order-1', order: 't1', epoch: 7 },
      { coid: '', order: 't2', epoch: 7 },
    ]);
    expect(bodies(one, 'order.submit')).toMatchObject([
      { positionId: 'p1', side: 'SELL', volume: '0.30', reduceOnly: true, epoch: 7 },
      { positionId: 'p2', side: 'BUY', volume: '0.10', reduceOnly: true, epoch: 7 },
    ]);
    const first = bodies(one, 'order.cancel');
    await flatten();
    expect(bodies(one, 'order.cancel').slice(2)).toEqual(first);
    expect(await pending()).toEqual([]);
  });

  it('reaches a terminal that has not journalled the highest fence', async () => {
    const one = await suite.gateway.connect({ epoch: 7 });
    shows(one, { positions: [POSITION] });
    one.answers.set('fence', () => undefined);
    await calls().fence({ accountId: ACCOUNT, epoch: 8 });
    await flatten();
    expect(bodies(one, 'order.submit')).toMatchObject([{ positionId: 'p1', epoch: 8 }]);
  });

  it('waits for a terminal that is away, through restarts', async () => {
    await expect(flatten()).rejects.toMatchObject({ code: 'FLATTEN_PENDING' });
    await suite.restart('crash');
    const one = await suite.gateway.dial();
    shows(one, { positions: HEDGED });
    void one.greet({ key: Buffer.from('0123456789abcdef0123456789abcdef') });
    await suite.gateway.until(() => one.of('order.submit').length === 2);
    let left = await pending();
    while (left.length > 0) left = await pending();
    await one.end();
    const again = await suite.gateway.connect();
    shows(again, { positions: HEDGED });
    again.mark(1);
    await again.next('sim.done');
    expect(again.of('order.submit')).toEqual([]);
  });

  it('waits for a terminal whose broker is away', async () => {
    const one = await suite.gateway.connect({ caps: [], connected: false });
    shows(one, { positions: HEDGED });
    await expect(flatten()).rejects.toMatchObject({ code: 'FLATTEN_PENDING' });
    expect(one.of('order.submit')).toEqual([]);
    one.say('terminal', { connected: true, tradeAllowed: true });
    await suite.gateway.until(() => one.of('order.submit').length === 2);
  });

  it('does not happen any more once somebody has lifted the halt', async () => {
    await expect(flatten()).rejects.toMatchObject({ code: 'FLATTEN_PENDING' });
    await calls().setHalt({ accountId: ACCOUNT, halted: false, reason: 'all is well' });
    const one = await suite.gateway.connect();
    shows(one, { positions: HEDGED });
    one.mark(1);
    await one.next('sim.done');
    expect(one.of('order.submit')).toEqual([]);
  });

  it('is still to be done where nobody knows what the terminal did, and done again under the same names', async () => {
    const one = await suite.gateway.connect();
    shows(one, { positions: [POSITION] });
    one.answers.set('order.submit', () => {
      one.socket.destroy();
      return undefined;
    });
    await expect(flatten()).rejects.toMatchObject({ code: 'FLATTEN_INCOMPLETE' });
    expect(await pending()).toHaveLength(1);
    const again = await suite.gateway.dial();
    shows(again, { positions: [POSITION] });
    void again.greet({ key: Buffer.from('0123456789abcdef0123456789abcdef') });
    await again.next('order.submit');
    expect(bodies(again, 'order.submit')).toEqual(bodies(one, 'order.submit'));
  });

  it('is final where the terminal refuses', async () => {
    const one = await suite.gateway.connect();
    shows(one, { positions: [POSITION] });
    one.answers.set('order.submit', ({ coid }: terminal.OrderSubmit) => ({
      t: 'cmd.ack',
      d: { ...journalled(coid), status: 'REJECTED', code: 'COID_CONFLICT' },
    }));
    await expect(flatten()).rejects.toMatchObject({ code: 'FLATTEN_INCOMPLETE' });
    expect(await pending()).toEqual([]);
  });

  it('closes although the database is away, and says that it cannot remember', async () => {
    const one = await suite.gateway.connect();
    shows(one, { positions: [POSITION] });
    await suite.database.query('ALTER TABLE halt_flag RENAME TO halt_flag_away');
    await expect(flatten()).rejects.toMatchObject({ code: 'HALT_NOT_DURABLE' });
    await suite.database.query('ALTER TABLE halt_flag_away RENAME TO halt_flag');
    expect(one.of('order.submit')).toHaveLength(1);
    expect(await calls().submitOrder(suite.gateway.approved(suite.gateway.order()))).toMatchObject({
      code: 'GATEWAY_HALTED',
    });
  });

  it('is of every account when none is named', async () => {
    const one = await suite.gateway.connect();
    shows(one, { positions: HEDGED });
    expect((await flatten('r1', '')).coids).toHaveLength(2);
  });
});
