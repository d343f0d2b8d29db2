import { ExecutionFixture } from '../testing/execution-fixture';
import { until } from '../testing/until';
import { ACCOUNT, dealOf, orderOf, resultOf, submitOf, ticks } from '../testing/messages';

describe('submitting an order', () => {
  let system: ExecutionFixture;
  beforeAll(async () => {
    system = await ExecutionFixture.open();
  }, 30_000);
  beforeEach(() => system.reset());
  afterEach(() => expect(system.errors).toEqual([]));
  afterAll(() => system.close());

  const submit = (coid: string, changes = {}) => system.service.submitOrder(submitOf(orderOf(coid, changes)));
  const deal = (ticket: string, coid: string) => ({ $case: 'deal', value: dealOf(ticket, coid) }) as const;
  const quoted = { ticks: [ticks(1.0999, 1.1)] };

  async function begin(): Promise<void> {
    await system.session();
    await system.step(quoted);
  }

  it('takes it through risk to the terminal, with the worst price that risk names', async () => {
    await begin();
    const { order, checks, duplicate } = await submit('order-1');
    expect(order).toMatchObject({ state: 'ORDER_STATE_SUBMITTED', barrier: 1, hops: { gatewaySentUs: 1 } });
    expect([checks.length, duplicate]).toEqual([1, false]);
    expect(system.terminal.journal).toMatchObject([{ coid: 'order-1', worstPrice: '1.20000' }]);
    expect(system.riskManager.asked).toMatchObject([{ barrier: 1, epoch: 1, order: { coid: 'order-1' } }]);
  });

  it('sends what is stored before the bus has accepted its events, and answers when it has', async () => {
    await begin();
    const { bus } = system;
    const publish = bus.publish.bind(bus);
    let accept = (): void => undefined;
    const accepted = new Promise<void>((resolve) => (accept = resolve));
    const slow = jest.spyOn(bus, 'publish').mockImplementation(async (...message) => {
      await publish(...message);
      await accepted;
    });
    let isAnswered = false;
    const answer = submit('order-1').finally(() => (isAnswered = true));
    await until(() => system.terminal.submitted.length === 1);
    expect(isAnswered).toBe(false);
    accept();
    expect(await answer).toMatchObject({ order: { state: 'ORDER_STATE_SUBMITTED' } });
    slow.mockRestore();
  });

  it('stores a denial with its checks, and sends nothing', async () => {
    await begin();
    system.riskManager.denial = 'SPREAD_TOO_WIDE';
    const { order } = await submit('order-1');
    expect(order).toMatchObject({
      state: 'ORDER_STATE_DENIED',
      code: 'SPREAD_TOO_WIDE',
      checks: [{ code: 'SPREAD_TOO_WIDE', passed: false }],
    });
    expect(system.terminal.submitted).toEqual([]);
  });

  it('denies when risk-manager does not answer', async () => {
    await begin();
    system.riskManager.isDown = true;
    const { order } = await submit('order-1', { origin: 'ORIGIN_OPERATOR' });
    expect(order).toMatchObject({ state: 'ORDER_STATE_DENIED', code: 'RISK_UNAVAILABLE' });
    expect(system.terminal.submitted).toEqual([]);
  });

  it('has a strategy’s order of simulated time wait for risk-manager', async () => {
    await begin();
    system.riskManager.isDown = true;
    await expect(submit('order-1')).rejects.toMatchObject({ status: 'UNAVAILABLE' });
    await expect(system.stateOf('order-1')).rejects.toMatchObject({ code: 'ORDER_UNKNOWN' });
    system.riskManager.isDown = false;
    expect(await submit('order-1')).toMatchObject({ order: { state: 'ORDER_STATE_SUBMITTED' } });
  });

  it('answers a client order id that it knows from its store, whatever became of the order', async () => {
    await begin();
    await submit('order-1');
    await system.step({ trades: [deal('d1', 'order-1')] });
    expect(await submit('order-1')).toMatchObject({ duplicate: true, order: { state: 'ORDER_STATE_FILLED' } });
    system.riskManager.denial = 'SPREAD_TOO_WIDE';
    await submit('order-2');
    system.riskManager.denial = undefined;
    expect(await submit('order-2')).toMatchObject({ duplicate: true, order: { state: 'ORDER_STATE_DENIED' } });
    expect(system.terminal.submitted).toEqual(['order-1']);
    expect(system.riskManager.asked).toHaveLength(2);
  });

  it('takes concurrent submits of one client order id as one', async () => {
    await begin();
    const answers = await Promise.all([submit('order-1'), submit('order-1'), submit('order-1')]);
    expect(answers.map(({ order }) => order?.state)).toEqual(Array(3).fill('ORDER_STATE_SUBMITTED'));
    expect(system.terminal.submitted).toEqual(['order-1']);
    await system.idle();
    expect(system.events.map((event) => event.seq)).toEqual([1, 2]);
  });

  it('numbers concurrent orders of an account without gaps or doubles, also during a barrier', async () => {
    await begin();
    await submit('order-0');
    const step = system.step({ trades: [deal('d0', 'order-0')] });
    await Promise.all(['order-1', 'order-2', 'order-3'].map((coid) => submit(coid, { origin: 'ORIGIN_OPERATOR' })));
    await step;
    expect(system.events.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await system.lots()).toBe('0.1');
  });

  it.each([
    ['coid', { coid: 'a b' }],
    ['symbol', { symbol: '' }],
    ['side', { side: 'SIDE_UNSPECIFIED' }],
    ['type', { type: 'ORDER_TYPE_UNSPECIFIED' }],
    ['price', { type: 'ORDER_TYPE_LIMIT' }],
    ['stop_limit_price', { type: 'ORDER_TYPE_STOP_LIMIT', price: '1.1' }],
    ['expires_us', { type: 'ORDER_TYPE_LIMIT', price: '1.1', timeInForce: 'TIME_IN_FORCE_GTD' }],
    ['position_id', { closeByPositionId: 'p2', reduceOnly: true }],
    ['time_in_force', { timeInForce: 'TIME_IN_FORCE_UNSPECIFIED' }],
    ['origin', { origin: 'ORIGIN_BROKER' }],
    ['volume_lots', { volumeLots: '-1' }],
    ['stop_loss', { stopLoss: 'near' }],
  ])('refuses a request whose %s is not of its form, and stores nothing', async (field, changes) => {
    await begin();
    await expect(submit('order-1', changes)).rejects.toMatchObject({ code: 'FIELD_INVALID', details: { field } });
    expect(await system.store.eventsAfter(ACCOUNT, 0)).toEqual([]);
  });

  it('refuses orders of an account that it does not know, and of one whose terminal has not called', async () => {
    await expect(submit('order-1')).rejects.toMatchObject({ code: 'ACCOUNT_UNKNOWN' });
    await begin();
    await system.crash();
    await expect(submit('order-1')).rejects.toMatchObject({ status: 'UNAVAILABLE', code: 'NO_SESSION' });
    expect(system.riskManager.asked).toEqual([]);
  });

  it('takes no new order while history is played again, so that none stands before it', async () => {
    await begin();
    await submit('order-1');
    await system.step({ trades: [deal('d1', 'order-1')] });
    await system.crash();
    await system.session(0, { tradeSeq: 0 });
    const operators = { origin: 'ORIGIN_OPERATOR' };
    await expect(submit('order-2', operators)).rejects.toMatchObject({ status: 'UNAVAILABLE', code: 'CATCHING_UP' });
    await system.step(quoted);
    expect(await submit('order-1')).toMatchObject({ duplicate: true });
    await expect(system.service.flatten({ accountId: ACCOUNT, requestId: 'r', reason: '' })).rejects.toMatchObject({
      code: 'CATCHING_UP',
    });
    await system.step({ trades: [deal('d1', 'order-1')] });
    expect(await submit('order-2', operators)).toMatchObject({ order: { state: 'ORDER_STATE_SUBMITTED', lastSeq: 5 } });
  });

  it('takes an order for UNKNOWN when the gateway does not answer, and for REJECTED when it says no', async () => {
    await begin();
    system.terminal.way = 'down';
    expect((await submit('order-1')).order).toMatchObject({
      state: 'ORDER_STATE_UNKNOWN',
      code: 'GATEWAY_UNAVAILABLE',
    });
    system.terminal.way = 'loses-answers';
    expect((await submit('order-2')).order).toMatchObject({ state: 'ORDER_STATE_UNKNOWN', code: 'NO_ACK' });
    system.terminal.way = 'offline';
    expect((await submit('order-3', { origin: 'ORIGIN_OPERATOR' })).order).toMatchObject({
      state: 'ORDER_STATE_REJECTED',
      code: 'TERMINAL_OFFLINE',
    });
  });

  describe('and restarting', () => {
    /** Killed, and back at barrier 0 with the terminal connected. */
    async function restart(): Promise<void> {
      await system.crash();
      system.terminal.way = 'up';
      await system.session(0, { tradeSeq: 0 });
    }

    it('books the fill of an order whose acknowledgement was lost, and sends nothing', async () => {
      await begin();
      system.terminal.way = 'loses-answers';
      await submit('order-1');
      await restart();
      expect(await system.stateOf('order-1')).toBe('UNKNOWN');
      await system.step(quoted);
      await submit('order-1');
      await system.step({ trades: [deal('d1', 'order-1')] });
      expect(await system.stateOf('order-1')).toBe('FILLED');
      expect(system.terminal.submitted).toEqual(['order-1']);
    });

    it.each(['loses-orders', 'down', 'offline'] as const)(
      'delivers a strategy’s order that the terminal never had (%s) when its decision comes again, once',
      async (way) => {
        await begin();
        system.terminal.way = way;
        await submit('order-1');
        await restart();
        expect(system.terminal.tombstones.size).toBe(0);
        await system.step(quoted);
        await Promise.all([submit('order-1'), submit('order-1')]);
        await submit('order-1');
        expect(system.terminal.journal.map((order) => order.coid)).toEqual(['order-1']);
        await system.step({ trades: [deal('d1', 'order-1')] });
        expect(await system.stateOf('order-1')).toBe('FILLED');
        expect(system.terminal.submitted).toHaveLength(2);
      },
    );

    it('delivers an order that was committed and not sent when it was killed', async () => {
      await begin();
      system.terminal.pause = new Promise(() => undefined);
      void submit('order-1');
      await until(async () => system.terminal.submitted.length === 1);
      system.terminal.pause = undefined;
      await restart();
      await system.step(quoted);
      await submit('order-1');
      expect(system.terminal.journal.map((order) => order.coid)).toEqual(['order-1']);
      expect(system.words).toEqual([
        'session from 0',
        'barrier 1',
        'order-1 INITIALIZED',
        'order-1 SUBMITTED',
        'order-1 UNKNOWN',
      ]);
    });

    it('asks risk again before it delivers: an account halted since sends nothing', async () => {
      await begin();
      system.terminal.way = 'loses-orders';
      await submit('order-1');
      await restart();
      await system.step(quoted);
      system.riskManager.isDown = true;
      await expect(submit('order-1')).rejects.toMatchObject({ status: 'UNAVAILABLE' });
      expect(await system.stateOf('order-1')).toBe('UNKNOWN');
      system.riskManager.isDown = false;
      system.riskManager.denial = 'TRADING_STATE_HALTED';
      expect(await submit('order-1')).toMatchObject({
        order: { state: 'ORDER_STATE_REJECTED', code: 'TRADING_STATE_HALTED' },
      });
      expect(system.terminal.submitted).toEqual(['order-1']);
    });

    it('has an operator’s order that never arrived refused for ever', async () => {
      await begin();
      system.terminal.way = 'loses-orders';
      await submit('order-1', { origin: 'ORIGIN_OPERATOR' });
      await restart();
      expect([...system.terminal.tombstones]).toEqual(['order-1']);
      await system.step(quoted);
      expect(await submit('order-1')).toMatchObject({ order: { state: 'ORDER_STATE_REJECTED', code: 'NEVER_SENT' } });
      expect(system.terminal.journal).toEqual([]);
    });

    it('has a strategy’s order refused for ever when no decision of it comes again', async () => {
      await begin();
      system.terminal.way = 'loses-orders';
      await submit('order-1');
      await system.step({}, { checkpoint: true });
      await system.crash();
      system.terminal.way = 'up';
      await system.session(2);
      expect([...system.terminal.tombstones]).toEqual(['order-1']);
      expect(await system.stateOf('order-1')).toBe('REJECTED');
    });

    it('leaves an order UNKNOWN while the gateway cannot be asked', async () => {
      await begin();
      system.terminal.way = 'loses-orders';
      await submit('order-1');
      await system.crash();
      system.terminal.way = 'down';
      await system.session(0, { tradeSeq: 0 });
      await system.step(quoted);
      await submit('order-1');
      expect(await system.stateOf('order-1')).toBe('UNKNOWN');
      await system.crash();
      system.terminal.way = 'up';
      await system.session(0, { tradeSeq: 0 });
      await system.step(quoted);
      await submit('order-1');
      expect(system.terminal.journal.map((order) => order.coid)).toEqual(['order-1']);
    });

    it('has reservations released of orders that were never submitted; of one that has ended its event does it, with the fill', async () => {
      await begin();
      system.terminal.way = 'loses-answers';
      await submit('order-1');
      await submit('order-2');
      await system.step({ trades: [deal('d2', 'order-2'), { $case: 'result', value: resultOf('order-1') }] });
      system.riskManager.reserved.add('never-submitted');
      await system.crash();
      system.terminal.way = 'up';
      await system.session(2);
      const [last] = system.riskManager.releases.slice(-1);
      expect([...(last?.coids ?? [])].sort()).toEqual(['order-1', 'order-2']);
      expect([...system.riskManager.reserved].sort()).toEqual(['order-1', 'order-2']);
    });

    it('keeps the reservation of an order that is being checked while the session begins anew', async () => {
      await begin();
      let answer: () => void = () => undefined;
      system.riskManager.pause = new Promise((resolve) => {
        answer = resolve;
      });
      const submitted = submit('order-1', { origin: 'ORIGIN_OPERATOR' });
      await until(async () => system.riskManager.reserved.has('order-1'));
      await system.session(1);
      expect(system.riskManager.releases.at(-1)?.coids).toEqual(['order-1']);
      answer();
      expect((await submitted).order).toMatchObject({ state: 'ORDER_STATE_SUBMITTED' });
    });
  });
});

describe('flattening', () => {
  let system: ExecutionFixture;
  beforeAll(async () => {
    system = await ExecutionFixture.open();
  }, 30_000);
  beforeEach(() => system.reset());
  afterAll(() => system.close());

  it('is one close per position and request, whatever of it is done when it is asked for again', async () => {
    await system.session();
    await system.step({ ticks: [ticks(1.0999, 1.1)] });
    for (const [n, symbol] of ['EURUSD', 'GBPUSD'].entries()) {
      await system.learn(symbol);
      await system.service.submitOrder(submitOf(orderOf(`order-${n}`, { symbol })));
      await system.step({ trades: [{ $case: 'deal', value: dealOf(`d${n}`, `order-${n}`, { symbol }) }] });
    }
    const flatten = () => system.service.flatten({ accountId: ACCOUNT, requestId: 'r1', reason: 'enough' });
    const first = await flatten();
    expect(first.orders.map((order) => order.request?.symbol)).toEqual(['EURUSD', 'GBPUSD']);
    const again = await flatten();
    expect(again.orders.map((order) => order.request?.coid)).toEqual(first.orders.map((o) => o.request?.coid));

    const closed = first.orders[0]?.request?.coid ?? '';
    await system.step({ trades: [{ $case: 'deal', value: dealOf('d9', closed, { side: 'SIDE_SELL' }) }] });
    const rest = await flatten();
    expect(rest.orders).toMatchObject([{ request: { symbol: 'GBPUSD', coid: first.orders[1]?.request?.coid } }]);
    expect(system.terminal.submitted).toHaveLength(4);
  });
});
