import { common, gateway as contract, terminal } from '@trading/contracts';
import { ACCOUNT } from '../testing/gateway-fixture';
import { useGateway } from '../testing/gateway-suite';
import type { ScriptedTerminal } from '../testing/scripted-terminal';
import { DEAL, ORDER_EVENT, POSITION, snapshotFrame, WORKING } from '../testing/terminal-frames';

const { JOURNALLED, REJECTED, UNKNOWN } = contract.SubmitStatus;

describe('a gateway that is given a command', () => {
  const suite = useGateway();
  const calls = () => suite.gateway.calls;
  const bodies = (one: ScriptedTerminal, type: string) => one.of(type).map(({ d }) => d);

  const change = (more: Partial<contract.ModifyOrderRequest> = {}): contract.ModifyOrderRequest =>
    contract.ModifyOrderRequest.fromPartial({
      accountId: ACCOUNT,
      coid: 'order-1',
      symbol: 'EURUSD',
      epoch: 1,
      requestId: 'r1',
      ...more,
    });
  const approvedChange = (
    request: contract.ModifyOrderRequest,
    more: Partial<common.ApprovalEnvelope> = {},
  ): contract.ModifyOrderRequest => {
    const { accountId, coid, symbol, positionId, epoch, requestId } = request;
    const { price = '', stopLimitPrice = '', stopLoss = '', takeProfit = '', expiresUs = 0 } = request;
    const takenAway = [
      ...(request.stopLoss === '' ? ['stop_loss'] : []),
      ...(request.takeProfit === '' ? ['take_profit'] : []),
    ];
    const levels = { price, stopLimitPrice, stopLoss, takeProfit, expiresUs, takenAway };
    const named = { accountId, coid, symbol, positionId, epoch, requestId, verb: 'modify', notAfterUs: 1_000_000 };
    return { ...request, approval: suite.gateway.signed({ ...named, ...levels, ...more }) };
  };
  const cancel = (more: Partial<contract.CancelOrderRequest> = {}): contract.CancelOrderRequest => ({
    accountId: ACCOUNT,
    coid: 'order-1',
    epoch: 1,
    requestId: 'r2',
    brokerTicket: '',
    ...more,
  });

  describe('to submit', () => {
    it('says everything that was approved of a pending order and of a close-by', async () => {
      const one = await suite.gateway.connect();
      const pending = suite.gateway.order({
        type: common.OrderType.STOP_LIMIT,
        price: '1.20',
        stopLimitPrice: '1.19',
        timeInForce: common.TimeInForce.GTD,
        expiresUs: 77,
      });
      expect(await calls().submitOrder(suite.gateway.approved(pending))).toMatchObject({ status: JOURNALLED });
      const closeBy = suite.gateway.order({ coid: 'c2', positionId: 'p1', closeByPositionId: 'p2', reduceOnly: true });
      expect(await calls().submitOrder(suite.gateway.approved(closeBy))).toMatchObject({
        status: JOURNALLED,
      });
      expect(bodies(one, 'order.submit')).toMatchObject([
        { type: 'STOP_LIMIT', price: '1.20', stopLimit: '1.19', expires: 77, tif: 'GTD' },
        { coid: 'c2', positionId: 'p1', closeByPositionId: 'p2', reduceOnly: true },
      ]);
    });

    it.each<[string, Partial<common.OrderRequest>]>([
      ['stop-limit price', { stopLimitPrice: '1.18' }],
      ['expiry', { expiresUs: 78 }],
      ['opposite position', { closeByPositionId: 'p3' }],
    ])('refuses another %s than was approved', async (_what, more) => {
      const one = await suite.gateway.connect();
      const approved = suite.gateway.approved(suite.gateway.order());
      const other = { ...approved, order: suite.gateway.order(more) };
      expect(await calls().submitOrder(other)).toMatchObject({ status: REJECTED, code: 'APPROVAL_MISMATCH' });
      expect(bodies(one, 'order.submit')).toEqual([]);
    });

    it('submits only with an approval of a submit', async () => {
      await suite.gateway.connect();
      const approved = suite.gateway.approved(suite.gateway.order(), { verb: 'modify' });
      expect(await calls().submitOrder(approved)).toMatchObject({ code: 'APPROVAL_MISMATCH' });
    });
  });

  describe('to modify', () => {
    it('sends a change of an order or a position with its approval, under the name of the broker', async () => {
      const one = await suite.gateway.connect();
      const ofOrder = change({ price: '1.06', expiresUs: 9, brokerTicket: 't1' });
      expect(await calls().modifyOrder(approvedChange(ofOrder))).toEqual({ status: JOURNALLED, code: '', message: '' });
      const ofPosition = change({ requestId: 'r2', positionId: 'p1', stopLoss: '1.08', takeProfit: '' });
      expect(await calls().modifyOrder(approvedChange(ofPosition))).toMatchObject({ status: JOURNALLED });
      const named = { coid: 'order-1', symbol: 'EURUSD.m', epoch: 1, notAfter: 1_000_000 };
      expect(bodies(one, 'order.modify')).toEqual([
        { ...named, requestId: 'r1', order: 't1', price: '1.06', expires: 9 },
        { ...named, requestId: 'r2', positionId: 'p1', sl: '1.08', tp: '' },
      ]);
    });

    it.each<[string, Partial<common.ApprovalEnvelope>]>([
      ['verb', { verb: 'submit' }],
      ['request', { requestId: 'r0' }],
      ['order', { coid: 'order-2' }],
      ['position', { positionId: 'p2' }],
      ['symbol', { symbol: 'GBPUSD' }],
      ['account', { accountId: 'acc-2' }],
      ['epoch', { epoch: 2 }],
      ['stop loss', { stopLoss: '1.01' }],
      ['take profit', { takeProfit: '1.30', takenAway: [] }],
      ['change, which leaves the take profit as it is', { takenAway: [] }],
      ['change, which takes the stop loss away too', { takenAway: ['stop_loss', 'take_profit'] }],
      ['change, of the price too', { price: '1.06' }],
      ['expiry', { expiresUs: 5 }],
    ])('refuses an approval of another %s', async (_what, more) => {
      const one = await suite.gateway.connect();
      const request = change({ positionId: 'p1', stopLoss: '1.08', takeProfit: '' });
      expect(await calls().modifyOrder(approvedChange(request, more))).toMatchObject({
        status: REJECTED,
        code: 'APPROVAL_MISMATCH',
      });
      expect(bodies(one, 'order.modify')).toEqual([]);
    });

    it('refuses one without an approval, or past its time', async () => {
      const one = await suite.gateway.connect();
      expect(await calls().modifyOrder(change())).toMatchObject({ code: 'APPROVAL_MISSING' });
      one.mark(1, 1_000_001);
      await one.next('sim.done');
      expect(await calls().modifyOrder(approvedChange(change()))).toMatchObject({ code: 'APPROVAL_EXPIRED' });
      expect(bodies(one, 'order.modify')).toEqual([]);
    });

    it('does not know the outcome without an answer, and does not send again', async () => {
      const one = await suite.gateway.connect();
      one.answers.set('order.modify', () => {
        one.socket.destroy();
        return undefined;
      });
      expect(await calls().modifyOrder(approvedChange(change()))).toMatchObject({ status: UNKNOWN, code: 'NO_ACK' });
      const again = await suite.gateway.connect();
      again.mark(1);
      await again.next('sim.done');
      expect(again.of('order.modify')).toEqual([]);
    });

    it('lets only a tighter protection of a position through while the account is held', async () => {
      const one = await suite.gateway.connect();
      one.answers.set('snapshot.get', () => ({
        t: 'snapshot',
        d: snapshotFrame({ positions: [{ ...POSITION, sl: '1.05', tp: '1.20' }], orders: [WORKING] }),
      }));
      await calls().setHalt({ accountId: ACCOUNT, halted: true, reason: 'enough' });
      const modify = (more: Partial<contract.ModifyOrderRequest>) =>
        calls().modifyOrder(approvedChange(change({ requestId: JSON.stringify(more), ...more })));
      for (const looser of [{ stopLoss: '1.04' }, { stopLoss: '' }, { takeProfit: '1.30' }, { takeProfit: '' }]) {
        expect(await modify({ positionId: 'p1', ...looser })).toMatchObject({ code: 'GATEWAY_HALTED' });
      }
      expect(await modify({ price: '1.06' })).toMatchObject({ code: 'GATEWAY_HALTED' });
      expect(await modify({ positionId: 'p9', stopLoss: '1.06' })).toMatchObject({ code: 'GATEWAY_HALTED' });
      expect(await modify({ positionId: 'p1', stopLoss: '1.06', takeProfit: '1.15' })).toMatchObject({
        status: JOURNALLED,
      });
      expect(one.of('order.modify')).toHaveLength(1);
    });
  });

  describe('to cancel', () => {
    it('sends it without an approval, also while the account is held', async () => {
      const one = await suite.gateway.connect();
      await calls().setHalt({ accountId: ACCOUNT, halted: true, reason: 'enough' });
      expect(await calls().cancelOrder(cancel({ brokerTicket: 't1' }))).toMatchObject({ status: JOURNALLED });
      expect(bodies(one, 'order.cancel')).toEqual([{ requestId: 'r2', coid: 'order-1', order: 't1', epoch: 1 }]);
    });

    it('says so when the terminal is away or refuses', async () => {
      expect(await calls().cancelOrder(cancel())).toMatchObject({ status: REJECTED, code: 'TERMINAL_OFFLINE' });
      const one = await suite.gateway.connect();
      one.answers.set('order.cancel', ({ coid }: terminal.OrderCancel) => ({
        t: 'cmd.ack',
        d: { coid, status: 'REJECTED', code: 'ORDER_UNKNOWN', message: 'no', dup: false } satisfies terminal.CmdAck,
      }));
      expect(await calls().cancelOrder(cancel())).toMatchObject({ status: REJECTED, code: 'ORDER_UNKNOWN' });
    });
  });

  describe('behind a fence', () => {
    const fence = (epoch: number) => calls().fence({ accountId: ACCOUNT, epoch });

    it('refuses every command of a lower epoch itself', async () => {
      const one = await suite.gateway.connect();
      expect(await fence(3)).toEqual({ journalled: true, epoch: 3 });
      const order = suite.gateway.order();
      const stale = { status: REJECTED, code: 'EPOCH_STALE' };
      expect(await calls().submitOrder(suite.gateway.approved(order, { epoch: 2 }))).toMatchObject(stale);
      expect(await calls().modifyOrder(approvedChange(change({ epoch: 2 })))).toMatchObject(stale);
      expect(await calls().cancelOrder(cancel({ epoch: 2 }))).toMatchObject(stale);
      expect(await calls().submitOrder(suite.gateway.approved(order, { epoch: 3 }))).toMatchObject({
        status: JOURNALLED,
      });
      await expect(fence(2)).rejects.toMatchObject({ code: 'EPOCH_STALE' });
      expect(bodies(one, 'fence')).toEqual([{ epoch: 3 }]);
      expect(one.of('order.submit')).toHaveLength(1);
    });

    it('tells a terminal that was away in its next handshake, also after a crash', async () => {
      expect(await fence(4)).toEqual({ journalled: false, epoch: 0 });
      await suite.restart('crash');
      const one = await suite.gateway.connect();
      expect(one.of('welcome')[0]?.d).toMatchObject({ epoch: 4 });
      expect((await calls().listSessions()).sessions).toMatchObject([{ epoch: 4 }]);
      expect(await calls().cancelOrder(cancel({ epoch: 3 }))).toMatchObject({ code: 'EPOCH_STALE' });
      // A terminal whose journal holds more than anybody here knows has the last word.
      await one.end();
      const ahead = await suite.gateway.connect({ epoch: 9 });
      expect(ahead.of('welcome')[0]?.d).toMatchObject({ epoch: 9 });
      expect(await calls().cancelOrder(cancel({ epoch: 8 }))).toMatchObject({ code: 'EPOCH_STALE' });
      await expect(fence(8)).rejects.toMatchObject({ code: 'EPOCH_STALE' });
    });

    it('holds although the terminal did not journal it', async () => {
      const one = await suite.gateway.connect();
      one.answers.set('fence', () => ({
        t: 'cmd.ack',
        d: { coid: '5', status: 'REJECTED', code: 'DISK_FULL', message: '', dup: false } satisfies terminal.CmdAck,
      }));
      expect(await fence(5)).toEqual({ journalled: false, epoch: 1 });
      expect(await calls().cancelOrder(cancel())).toMatchObject({ code: 'EPOCH_STALE' });
    });
  });

  describe('to read', () => {
    it('pages through the history of the broker', async () => {
      const one = await suite.gateway.connect();
      const page = { deals: [DEAL], orders: [ORDER_EVENT], cash: [], coversFrom: 7 };
      one.answers.set('history.get', ({ after }: terminal.HistoryGet) => ({
        t: 'history',
        d: after === undefined ? { ...page, next: 'n1' } : { ...page, deals: [] },
      }));
      const first = await calls().listHistory({ accountId: ACCOUNT, fromUs: 5, after: '' });
      expect(first).toMatchObject({
        deals: [{ dealTicket: 'd1', symbol: 'EURUSD' }],
        orders: [{ ticket: 't1', state: 'ORDER_UPDATE_STATE_PLACED', symbol: 'EURUSD' }],
        next: 'n1',
        coversFromUs: 7,
      });
      const second = await calls().listHistory({ accountId: ACCOUNT, fromUs: 5, after: first.next });
      expect(second).toMatchObject({ deals: [], next: '' });
      expect(bodies(one, 'history.get')).toEqual([
        { from: 5, limit: 500 },
        { from: 5, limit: 500, after: 'n1' },
      ]);
    });

    it('says when a terminal refuses, or answers something else, which ends its connection', async () => {
      const one = await suite.gateway.connect();
      const list = () => calls().listHistory({ accountId: ACCOUNT, fromUs: 0, after: '' });
      one.answers.set('history.get', () => ({
        t: 'cmd.ack',
        d: { coid: '', status: 'REJECTED', code: 'COMMAND_UNKNOWN', message: 'no', dup: false },
      }));
      await expect(list()).rejects.toMatchObject({ code: 'COMMAND_UNKNOWN' });
      one.answers.set('history.get', () => ({ t: 'history', d: { deals: [{ ...DEAL, volume: 0.1 }] } }));
      await expect(list()).rejects.toMatchObject({ code: 'TERMINAL_NO_ANSWER' });
      await one.closed();
    });

    it('says of a snapshot which journal and sequence it is of, and whether the broker is reached', async () => {
      const one = await suite.gateway.connect();
      one.answers.set('snapshot.get', () => ({ t: 'snapshot', d: snapshotFrame({ orders: [WORKING], seq: 12 }) }));
      expect(await calls().getSnapshot({ accountId: ACCOUNT })).toMatchObject({
        journalId: 'journal-1',
        seq: 12,
        connected: true,
        orders: [{ ticket: 't1', filledLots: '0.00', stopLoss: '1.04000', placedUs: 3 }],
      });
    });

    it('says of an order whether it is refused for ever, and whether absence means anything', async () => {
      const one = await suite.gateway.connect();
      const query = () => calls().queryOrder({ accountId: ACCOUNT, coid: 'order-1', tombstone: true });
      const absent = { coid: 'order-1', known: false };
      one.answers.set('query.coid', () => ({
        t: 'query.result',
        d: { ...absent, tombstoned: true, connected: false },
      }));
      expect(await query()).toMatchObject({ status: 'QUERY_STATUS_ABSENT', tombstoned: true, connected: false });
      one.answers.set('query.coid', () => ({ t: 'query.result', d: absent }));
      expect(await query()).toMatchObject({ status: 'QUERY_STATUS_ABSENT', tombstoned: false, connected: true });
    });
  });
});
