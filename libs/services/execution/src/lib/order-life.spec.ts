import type { common, gateway } from '@trading/contracts';
import { ExecutionFixture } from '../testing/execution-fixture';
import { ACCOUNT, dealOf, orderOf, resultOf, submitOf, timeOf, updateOf } from '../testing/messages';
import { until } from '../testing/until';

const deal = (ticket: string, coid: string, changes: Partial<gateway.Deal> = {}) =>
  ({ $case: 'deal', value: dealOf(ticket, coid, changes) }) as const;
const result = (coid: string, changes: Partial<gateway.CommandResult> = {}) =>
  ({ $case: 'result', value: resultOf(coid, changes) }) as const;
const update = (coid: string, state: gateway.OrderUpdateState, changes: Partial<gateway.OrderUpdate> = {}) =>
  ({ $case: 'order', value: updateOf(coid, state, changes) }) as const;

const PLACED = 'ORDER_UPDATE_STATE_PLACED';
const CANCELED = 'ORDER_UPDATE_STATE_CANCELED';

describe('the life of an order', () => {
  let system: ExecutionFixture;
  beforeAll(async () => {
    system = await ExecutionFixture.open();
  }, 30_000);
  beforeEach(async () => {
    await system.reset();
    await system.session(0, { lockstep: false });
    await system.quote(1.0999, 1.1);
  });
  afterEach(() => expect(system.errors).toEqual([]));
  afterAll(() => system.close());

  const submit = (coid: string, changes: Partial<common.OrderRequest> = {}) =>
    system.service.submitOrder(submitOf(orderOf(coid, changes)));
  const limit = (coid: string, changes: Partial<common.OrderRequest> = {}) =>
    submit(coid, {
      type: 'ORDER_TYPE_LIMIT',
      price: '1.05',
      timeInForce: 'TIME_IN_FORCE_GTC',
      ...changes,
    });
  const hear = async (...bodies: readonly NonNullable<gateway.TradeEvent['body']>[]) => {
    for (const body of bodies) await system.onTrade(body);
    await system.idle();
  };
  const modify = (
    coid: string,
    requestId: string,
    changes: { price?: string; stopLoss?: string; expiresUs?: number },
  ) => system.service.modifyOrder({ accountId: ACCOUNT, coid, requestId, ...changes });
  const cancel = (coid: string, requestId: string) =>
    system.service.cancelOrder({ accountId: ACCOUNT, coid, requestId });
  const orderNow = (coid: string) => system.service.getOrder({ accountId: ACCOUNT, coid });

  it('is placed, filled in parts, and done', async () => {
    await limit('order-1');
    expect(system.terminal.journal).toMatchObject([{ type: 'ORDER_TYPE_LIMIT', price: '1.05' }]);
    await hear(update('order-1', PLACED));
    expect(await orderNow('order-1')).toMatchObject({ state: 'ORDER_STATE_ACCEPTED', brokerTicket: 'o-order-1' });
    await hear(deal('d1', 'order-1', { volumeLots: '0.04' }));
    expect(await orderNow('order-1')).toMatchObject({ state: 'ORDER_STATE_PARTIALLY_FILLED', filledLots: '0.04' });
    await hear(deal('d2', 'order-1', { volumeLots: '0.06' }));
    expect(await system.stateOf('order-1')).toBe('FILLED');
    expect(await system.lots()).toBe('0.1');
  });

  it('is told in events that belong to no session, so that none is dropped by who missed its beginning', async () => {
    await limit('order-1');
    await hear(update('order-1', PLACED));
    const events = system.published.filter(({ body }) => body?.$case === 'event');
    expect(events.length).toBeGreaterThan(1);
    expect(events.map(({ sessionId }) => sessionId)).toEqual(events.map(() => ''));
  });

  it.each(['CANCELED', 'EXPIRED'] as const)(
    'ends as %s when the broker says so, and keeps its fills',
    async (state) => {
      await limit('order-1');
      await hear(deal('d1', 'order-1', { volumeLots: '0.04' }), update('order-1', `ORDER_UPDATE_STATE_${state}`));
      expect(await orderNow('order-1')).toMatchObject({ state: `ORDER_STATE_${state}`, filledLots: '0.04' });
      expect(await system.lots()).toBe('0.04');
    },
  );

  it('books a fill that comes after its end, says so loudly, and keeps the end', async () => {
    await limit('order-1');
    await hear(update('order-1', CANCELED), deal('d1', 'order-1', { volumeLots: '0.04' }));
    expect(await system.stateOf('order-1')).toBe('CANCELED');
    expect(await system.lots()).toBe('0.04');
    expect(system.logger.entries).toContainEqual(
      expect.objectContaining({ level: 'error', fields: expect.objectContaining({ fillId: 'd1' }) }),
    );
  });

  describe('modified', () => {
    beforeEach(async () => {
      await limit('order-1');
      await hear(update('order-1', PLACED));
    });

    it('is shown to risk, sent once per request, and changed when the terminal has done it', async () => {
      const answer = await modify('order-1', 'm-1', { price: '1.06', stopLoss: '1.01' });
      expect(answer.order).toMatchObject({ pendingCommand: 'modify', state: 'ORDER_STATE_ACCEPTED' });
      expect(system.riskManager.asked.at(-1)?.change).toMatchObject({ requestId: 'm-1', price: '1.06' });
      expect(system.terminal.modified).toMatchObject([
        { requestId: 'm-1', coid: 'order-1', price: '1.06', stopLoss: '1.01', brokerTicket: 'o-order-1', epoch: 1 },
      ]);
      await hear(result('order-1', { verb: 'modify', requestId: 'm-1' }));
      expect(await orderNow('order-1')).toMatchObject({
        pendingCommand: '',
        request: { price: '1.06', stopLoss: '1.01' },
      });
      await modify('order-1', 'm-1', { price: '1.07' });
      expect(system.terminal.tries.get('m-1')).toBe(1);
    });

    it('is as the broker says, whichever of its two words comes first', async () => {
      await modify('order-1', 'm-1', { price: '1.06' });
      await hear(
        update('order-1', 'ORDER_UPDATE_STATE_MODIFIED', { price: '1.06000' }),
        result('order-1', { verb: 'modify', requestId: 'm-1' }),
      );
      expect(await orderNow('order-1')).toMatchObject({ pendingCommand: '', request: { price: '1.06000' } });
      expect(system.events.filter(({ kind }) => kind === 'ORDER_EVENT_KIND_MODIFIED')).toHaveLength(1);
    });

    it('stays as it was when risk or the terminal refuses, and says why', async () => {
      system.riskManager.denial = 'PRICE_TOO_FAR';
      expect(await modify('order-1', 'm-1', { price: '9' })).toMatchObject({ checks: [{ code: 'PRICE_TOO_FAR' }] });
      expect(system.terminal.modified).toEqual([]);
      system.riskManager.denial = undefined;
      await modify('order-1', 'm-2', { price: '1.06' });
      await hear(result('order-1', { verb: 'modify', requestId: 'm-2', status: 'REJECTED', retcode: 10015 }));
      expect(await orderNow('order-1')).toMatchObject({
        pendingCommand: '',
        code: '10015',
        request: { price: '1.05' },
      });
    });

    it('is refused, with nothing changed, while its order is being canceled', async () => {
      await cancel('order-1', 'c-1');
      await expect(modify('order-1', 'm-1', { price: '1.06' })).rejects.toMatchObject({ code: 'ORDER_NOT_WORKING' });
      expect(await orderNow('order-1')).toMatchObject({ pendingCommand: 'cancel', request: { price: '1.05' } });
      expect(system.terminal.modified).toEqual([]);
    });

    it('is over when its order ended before it could be signed for the next writer', async () => {
      system.terminal.way = 'loses-orders';
      await modify('order-1', 'm-1', { price: '1.06' });
      await system.crash();
      system.terminal.way = 'up';
      await system.session(0, { lockstep: false });
      await hear(update('order-1', CANCELED));
      system.nowMs += 60_000;
      await system.service.tick();
      await until(async () => (await system.store.commands.pending(ACCOUNT)).length === 0);
      expect(await system.store.commands.find(ACCOUNT, 'm-1')).toMatchObject({
        state: 'REFUSED',
        code: 'ORDER_NOT_WORKING',
      });
      expect(await system.stateOf('order-1')).toBe('CANCELED');
      expect(system.terminal.modified).toEqual([]);
    });

    it('is sent again under the same request when no answer came, and after a crash', async () => {
      system.terminal.way = 'loses-orders';
      await modify('order-1', 'm-1', { price: '1.06' });
      await system.crash();
      system.terminal.way = 'up';
      await system.session(0, { lockstep: false });
      system.nowMs += 60_000;
      await system.service.tick();
      await until(() => system.terminal.modified.length === 1);
      expect(system.terminal.modified).toMatchObject([{ requestId: 'm-1', epoch: 2 }]);
      expect(await orderNow('order-1')).toMatchObject({ pendingCommand: 'modify' });
    });
  });

  describe('canceled', () => {
    beforeEach(async () => {
      await limit('order-1');
      await hear(update('order-1', PLACED));
    });

    it('without asking risk, once per request, and is over when the broker says so', async () => {
      const asked = system.riskManager.asked.length;
      expect((await cancel('order-1', 'c-1')).order).toMatchObject({ pendingCommand: 'cancel' });
      await cancel('order-1', 'c-1');
      expect(system.riskManager.asked).toHaveLength(asked);
      expect(system.terminal.tries.get('c-1')).toBe(1);
      await hear(update('order-1', CANCELED), result('order-1', { verb: 'cancel', requestId: 'c-1' }));
      expect(await system.stateOf('order-1')).toBe('CANCELED');
    });

    it('goes on when the cancel is refused, and is filled when the fill was faster', async () => {
      await cancel('order-1', 'c-1');
      await hear(result('order-1', { verb: 'cancel', requestId: 'c-1', status: 'REJECTED', retcode: 10013 }));
      expect(await orderNow('order-1')).toMatchObject({ state: 'ORDER_STATE_ACCEPTED', pendingCommand: '' });
      await cancel('order-1', 'c-2');
      await hear(deal('d1', 'order-1'), result('order-1', { verb: 'cancel', requestId: 'c-2', status: 'REJECTED' }));
      expect(await system.stateOf('order-1')).toBe('FILLED');
      await expect(cancel('order-1', 'c-3')).rejects.toMatchObject({ code: 'ORDER_NOT_WORKING' });
    });
  });

  describe('by a human in the terminal', () => {
    const theirs = { coid: '', ticket: 'h1', origin: 'ORIGIN_EXTERNAL' } as const;

    it('is followed, and halts the account', async () => {
      await hear(update('', PLACED, theirs));
      expect(system.riskManager.halts).toMatchObject([{ state: 'TRADING_STATE_HALTED' }]);
      await hear(deal('d1', '', { orderTicket: 'h1', origin: 'ORIGIN_EXTERNAL' }));
      const { orders } = await system.service.listOrders({ accountId: ACCOUNT, states: [], limit: 0, afterSeq: 0 });
      expect(orders).toMatchObject([{ state: 'ORDER_STATE_FILLED', request: { origin: 'ORIGIN_EXTERNAL' } }]);
      expect(await system.lots()).toBe('0.1');
    });

    it('halts the account before it is booked: what is booked is not looked at again after a crash', async () => {
      let booked: unknown;
      jest.spyOn(system.riskManager, 'setTradingState').mockImplementationOnce(async () => {
        booked = await system.database.query('SELECT fill_id FROM fill');
        return { accounts: [] };
      });
      await hear(deal('d1', '', { orderTicket: 'h1', origin: 'ORIGIN_EXTERNAL' }));
      expect(booked).toEqual([]);
      expect(await system.lots()).toBe('0.1');
    });

    it('is followed without a halt where the account adopts it', async () => {
      system.config = { adoptedAccounts: [ACCOUNT] };
      await system.crash();
      await system.session(0, { lockstep: false });
      await hear(update('', PLACED, theirs), update('', CANCELED, theirs));
      const { orders } = await system.service.listOrders({ accountId: ACCOUNT, states: [], limit: 0, afterSeq: 0 });
      expect(orders).toMatchObject([{ state: 'ORDER_STATE_CANCELED' }]);
      expect(system.riskManager.halts).toEqual([]);
      const { accounts } = await system.service.listAccounts();
      expect(accounts).toMatchObject([{ externalOrders: 'adopt' }]);
    });
  });

  describe('closes', () => {
    const close = (changes: object = {}) =>
      system.service.closePosition({
        ...{
          accountId: ACCOUNT,
          positionId: 'EURUSD',
          volumeLots: '',
          byPositionId: '',
          requestId: 'r-1',
          reason: 'test',
        },
        ...changes,
      });
    beforeEach(async () => {
      await submit('order-1');
      await hear(deal('d1', 'order-1'));
    });

    it('a part of a position, once per request', async () => {
      const first = await close({ volumeLots: '0.04' });
      expect(first.order?.request).toMatchObject({ side: 'SIDE_SELL', volumeLots: '0.04', reduceOnly: true });
      const { coid = '' } = first.order?.request ?? {};
      await hear(deal('d2', coid, { side: 'SIDE_SELL', volumeLots: '0.04' }));
      expect(await close({ volumeLots: '0.04' })).toMatchObject({ duplicate: true });
      expect(await system.lots()).toBe('0.06');
      await expect(close({ requestId: 'r-2', volumeLots: '0.07' })).rejects.toMatchObject({ code: 'FIELD_INVALID' });
      await expect(close({ requestId: 'r-3', positionId: 'GBPUSD' })).rejects.toMatchObject({
        code: 'POSITION_UNKNOWN',
      });
    });
  });

  it('moves the stops of a position when risk lets it', async () => {
    await submit('order-1', { stopLoss: '1.05' });
    await hear(deal('d1', 'order-1'));
    const request = {
      accountId: ACCOUNT,
      positionId: 'EURUSD',
      stopLoss: '1.08',
      takeProfit: undefined,
      requestId: 'p-1',
    };
    expect(await system.service.modifyPosition(request)).toMatchObject({
      accepted: true,
      position: { stopLoss: '1.05' },
    });
    expect(system.terminal.modified).toMatchObject([
      { coid: '', positionId: 'p1', stopLoss: '1.08', symbol: 'EURUSD' },
    ]);
    await hear(result('', { verb: 'modify', requestId: 'p-1' }));
    const { positions } = await system.service.listPositions({ accountId: ACCOUNT });
    expect(positions).toMatchObject([{ stopLoss: '1.08' }]);
    await hear({
      $case: 'position',
      value: {
        ...{ positionId: 'p1', symbol: 'EURUSD', stopLoss: '', takeProfit: '1.3' },
        ...{ origin: 'ORIGIN_EXTERNAL', timeUs: timeOf(0) },
      },
    });
    expect((await system.service.listPositions({ accountId: ACCOUNT })).positions).toMatchObject([
      { stopLoss: '', takeProfit: '1.3' },
    ]);
  });

  it('adds to a position with the stops that it has, where a fill without any would take them away', async () => {
    await submit('order-1', { stopLoss: '1.05', takeProfit: '1.3' });
    await hear(deal('d1', 'order-1'));
    await submit('order-2');
    await submit('order-3', { takeProfit: '1.4' });
    await submit('order-4', { side: 'SIDE_SELL', reduceOnly: true });
    const stops = system.terminal.journal.map(({ stopLoss, takeProfit }) => [stopLoss, takeProfit]);
    expect(stops).toEqual([
      ['1.05', '1.3'],
      ['1.05', '1.3'],
      [undefined, '1.4'],
      [undefined, undefined],
    ]);
    expect(system.riskManager.asked.find(({ order }) => order?.coid === 'order-2')?.order?.stopLoss).toBe('1.05');
  });

  it('books cash once per ticket, and keeps books, cash and stops over a crash', async () => {
    await submit('order-1');
    const swap = { dealTicket: 'c1', kind: 'swap', amount: '-3.20', timeUs: timeOf(0), comment: '' };
    await hear(deal('d1', 'order-1'), { $case: 'cash', value: swap }, { $case: 'cash', value: swap });
    const balance = async () => (await system.service.listAccounts()).accounts.map((account) => account.balance);
    expect(await balance()).toEqual(['9995.80']);
    await system.crash();
    await system.session(0, { lockstep: false });
    await system.quote(1.0999, 1.1);
    expect(await balance()).toEqual(['9995.80']);
    expect(await system.lots()).toBe('0.1');
    // 0.1 lots bought at 1.1 are worth 1 less at 1.0999.
    expect((await system.service.listAccounts()).accounts).toMatchObject([{ equity: '9994.80' }]);
    const { entries } = await system.service.listLedger({ accountId: ACCOUNT, afterNumber: 1 });
    expect(entries.map(({ kind, amount }) => `${kind} ${amount}`)).toEqual(['commission -1', 'swap -3.2']);
  });

  it('keeps its whole life, with what a crash made of it', async () => {
    system.terminal.way = 'loses-answers';
    await submit('order-1');
    await system.crash();
    system.terminal.way = 'up';
    await system.session(0, { lockstep: false });
    await hear(deal('d1', 'order-1'));
    const { events } = await system.service.listOrderEvents({ accountId: ACCOUNT, coid: 'order-1' });
    expect(events.map(({ kind, cause }) => `${kind.replace('ORDER_EVENT_KIND_', '')} ${cause}`)).toEqual([
      'INITIALIZED submit:order-1',
      'SUBMITTED submit:order-1',
      'UNKNOWN sent:order-1',
      'FILLED trade:journal-:1',
    ]);
    expect(await system.service.listOrderEvents({ accountId: 'other', coid: 'order-1' })).toEqual({ events: [] });
    expect(await system.service.getOrder({ accountId: '', coid: 'order-1' })).toMatchObject({ filledLots: '0.1' });
    await expect(system.service.getOrder({ accountId: 'other', coid: 'order-1' })).rejects.toMatchObject({
      code: 'ORDER_UNKNOWN',
    });
  });

  it('has its events published in their order after a crash between commit and bus', async () => {
    const { bus } = system;
    const publish = jest.spyOn(bus, 'publish').mockImplementation(() => new Promise(() => undefined));
    void submit('order-1');
    await until(() => system.terminal.submitted.length === 1);
    publish.mockRestore();
    await system.crash();
    expect(system.events).toEqual([]);
    await system.session(0, { lockstep: false });
    await until(() => system.events.length >= 3);
    expect(system.events.map(({ seq, kind }) => `${seq} ${kind.replace('ORDER_EVENT_KIND_', '')}`)).toEqual([
      '1 INITIALIZED',
      '2 SUBMITTED',
      '3 UNKNOWN',
    ]);
    await until(async () => {
      await system.service.tick();
      return (await system.store.account(ACCOUNT))?.publishedSeq === 3;
    });
  });

  it('is not given up for absent where time is not simulated: only a comparison may find that', async () => {
    system.terminal.way = 'loses-orders';
    await submit('order-1');
    await system.crash();
    system.terminal.way = 'up';
    await system.session(0, { lockstep: false });
    expect(await system.stateOf('order-1')).toBe('UNKNOWN');
    expect(system.terminal.tombstones.size).toBe(0);
    expect(system.terminal.submitted).toEqual(['order-1']);
  });

  it('follows the price with its stop, which only tightens', async () => {
    const trailingStop = { distance: '0.01', step: '0.001', activation: '0.005' };
    await submit('order-1', { trailingStop, stopLoss: '1.08' });
    await hear(deal('d1', 'order-1'));
    await system.quote(1.104, 1.1041);
    await system.quote(1.12, 1.1201);
    await until(() => system.terminal.modified.length === 1);
    expect(system.terminal.modified).toMatchObject([{ positionId: 'p1', stopLoss: '1.11000' }]);
    await hear(result('', { verb: 'modify', requestId: system.terminal.modified[0]?.requestId ?? '' }));
    system.nowMs += 2_000;
    await system.quote(1.115, 1.1151);
    system.nowMs += 2_000;
    await system.quote(1.13, 1.1301);
    await until(() => system.terminal.modified.length === 2);
    expect(system.terminal.modified.map(({ stopLoss }) => stopLoss)).toEqual(['1.11000', '1.12000']);
  });
});
