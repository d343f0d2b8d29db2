import { gateway, type risk } from '@trading/contracts';
import { UNSET_LIMITS, type LossLimit } from '@trading/trading-risk';
import { ACCOUNT, eventOf, NOW_US, orderOf, RiskFixture } from '../testing/risk-fixture';
import { limitsMessage } from './limits-message';

const PEAK: LossLimit = {
  ...{ name: 'max-loss', anchor: 'peak', base: 'equity', measure: 'equity', limit: '10%' },
  ...{ resetTime: '', resetZone: '', buffer: '', action: 'halt' },
};
const DAY_US = 86_400_000_000;

describe('a live session', () => {
  let system: RiskFixture;
  beforeAll(async () => {
    system = await RiskFixture.open();
  }, 30_000);
  afterEach(() => expect(system.errors).toEqual([]));
  afterAll(() => system.close());

  const begin = async () => {
    await system.session({ lockstep: false });
    await system.quote();
  };
  const money = async (equity: string, balance?: string) => {
    await system.money(equity, balance);
    await system.idle();
  };
  const kept = async () => (await system.store.history.anchors(ACCOUNT))?.state.tracker.limits[0]?.value;
  const flattens = (): (risk.FlattenWanted | undefined)[] =>
    system.published.flatMap(({ body }) => (body?.$case === 'flatten' ? [body.value] : []));

  /** Waits until the keeper has written, which it does at most once a second. */
  const keptIs = async (value: string) => {
    for (const deadline = Date.now() + 5_000; (await kept()) !== value;) {
      if (Date.now() > deadline) throw new Error(`${value} was not kept within five seconds, but ${await kept()}.`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  it('measures from the same peak after kill -9, and writes what moves at most once a second', async () => {
    await system.reset({ lossLimits: [PEAK] });
    await begin();
    await money('10000');
    expect(await kept()).toBe('10000');
    await money('12000');
    await money('12500');
    expect(await kept()).toBe('10000');
    await keptIs('12500');
    await system.crash();
    await begin();
    await money('11499.99');
    expect(await system.state()).toBe('HALTED');
  });

  it('books what execution says between a restart and the session that begins anew', async () => {
    await system.reset();
    await begin();
    await money('10000');
    const buy = (seq: number) => eventOf(seq, orderOf(`order-${seq}`), 'ORDER_STATE_FILLED', { lots: '0.1' });
    await system.onOrder(buy(1), '');
    await system.idle();
    await system.crash();
    await system.onOrder(buy(2), '');
    await system.idle();
    // It dies again before the session has begun: the bus does not say the event once more.
    await system.crash();
    await begin();
    await system.onOrder(buy(3), '');
    await system.idle();
    expect(await system.exposure()).toEqual({ EURUSD: '0.3' });
    expect(await system.state()).toBe('ACTIVE');
  });

  it('keeps a breach with its halt, at once', async () => {
    await system.reset({ lossLimits: [PEAK] });
    await begin();
    await money('10000');
    await money('8000');
    await system.service.setTradingState({ accountId: '', state: 'TRADING_STATE_ACTIVE', reason: 'on' });
    await system.crash();
    await begin();
    await money('8000');
    expect(await system.state()).toBe('ACTIVE');
    expect(await system.check('order-1')).toMatchObject({ approved: false });
  });

  it('moves anchors with deposits, withdrawals and credit, each once, and with nothing else', async () => {
    await system.reset({ lossLimits: [PEAK] });
    await begin();
    await money('10000');
    await system.cash('1', 'deposit', '5000');
    await system.cash('1', 'deposit', '5000');
    await system.cash('2', 'swap', '-700');
    await system.cash('3', 'withdrawal', '-1000', NOW_US - 1);
    await system.idle();
    expect(await kept()).toBe('15000');
    await system.crash();
    await begin();
    await system.cash('1', 'deposit', '5000');
    await system.cash('4', 'withdrawal', '-6000');
    await system.cash('5', 'credit', '500');
    await system.idle();
    expect(await kept()).toBe('9500');
    await money('9000', '9000');
    expect(await system.state()).toBe('ACTIVE');
  });

  it('remembers what it sent, what was canceled and what was lost', async () => {
    await system.reset({ maxOrdersPerMinute: 1 });
    await begin();
    await money('10000');
    expect(await system.check('order-1')).toMatchObject({ approved: true });
    await system.crash();
    await begin();
    await money('10000');
    expect(await system.check('order-2')).toMatchObject({ code: 'RATE_EXCEEDED' });

    await system.reset({ maxCancelsPerMinute: 1 });
    await begin();
    await money('10000');
    const canceled = {
      ...eventOf(1, orderOf('order-1'), 'ORDER_STATE_ACCEPTED'),
      kind: 'ORDER_EVENT_KIND_CANCEL_REQUESTED',
    };
    await system.onOrder(canceled as typeof canceled & { kind: 'ORDER_EVENT_KIND_CANCEL_REQUESTED' });
    await system.idle();
    await system.crash();
    await begin();
    await money('10000');
    expect(await system.check('order-2')).toMatchObject({ code: 'RATE_EXCEEDED' });

    await system.reset({ coolDownAfterLossMs: 60_000 });
    await begin();
    await money('10000');
    await system.onOrder(eventOf(1, orderOf('order-1'), 'ORDER_STATE_FILLED', { lots: '0.1' }));
    const close = eventOf(2, orderOf('order-2', { side: 'SIDE_SELL' }), 'ORDER_STATE_FILLED', { lots: '0.1' });
    await system.onOrder({ ...close, fill: { ...close.fill!, realised: '3', commission: '-2', swap: '-2' } });
    await system.idle();
    await system.crash();
    await begin();
    await money('10000');
    expect(await system.check('order-3')).toMatchObject({ code: 'COOLING_DOWN' });
  });

  it('wants to be flat once when a limit says so, under one id, halted already', async () => {
    await system.reset({ lossLimits: [{ ...PEAK, action: 'flatten' }] });
    await begin();
    await money('10000');
    await money('8000');
    await money('7000');
    expect(await system.state()).toBe('HALTED');
    expect(flattens()).toMatchObject([
      { requestId: 'flatten:paper-1:loss-limit:max-loss@10000.00@never', reason: expect.stringContaining('max-loss') },
    ]);
    await system.crash();
    await begin();
    await money('7000');
    expect(flattens()).toEqual([]);
  });

  it('says what a killed process could not say any more', async () => {
    await system.reset({ lossLimits: [{ ...PEAK, action: 'flatten' }] });
    await begin();
    await money('10000');
    const { publish } = system.bus;
    system.bus.publish = () => Promise.reject(new Error('the bus is gone'));
    await system.store.database.transaction((tx) =>
      system.store.history.announce(tx, {
        ...{ accountId: ACCOUNT, sessionId: '', seq: 0, timeUs: 1 },
        body: { $case: 'flatten', value: { requestId: 'r1', reason: 'so' } },
      }),
    );
    system.bus.publish = publish;
    await system.crash();
    await begin();
    expect(flattens()).toMatchObject([{ requestId: 'r1' }]);
    await system.crash();
    await begin();
    expect(flattens()).toEqual([]);
  });

  it('wants to be flat once for the weekend', async () => {
    // 2014-05-05 is a Monday.
    await system.reset({ weeklyFlat: 'Mon 13:00' });
    await begin();
    await money('10000');
    expect(flattens()).toEqual([]);
    await system.quote(NOW_US + 3_600_000_000);
    await system.quote(NOW_US + 3_601_000_000);
    expect(flattens()).toMatchObject([{ requestId: `flatten:paper-1:weekly-flat@${NOW_US + 3_600_000_000}` }]);
    await system.crash();
    await begin();
    await system.quote(NOW_US + 3_602_000_000);
    expect(flattens()).toEqual([]);
    // Sunday has come, and then the next Monday.
    await system.quote(NOW_US + 6 * DAY_US);
    expect(flattens()).toEqual([]);
    await system.quote(NOW_US + 7 * DAY_US + 3_600_000_000);
    expect(flattens()).toHaveLength(1);
  });

  it('halts though the bus does not answer', async () => {
    await system.reset();
    await begin();
    await money('10000');
    const { publish } = system.bus;
    system.bus.publish = () => Promise.reject(new Error('the bus is gone'));
    const { accounts } = await system.service.setTradingState({
      ...{ accountId: ACCOUNT, state: 'TRADING_STATE_HALTED', reason: 'stop' },
    });
    system.bus.publish = publish;
    expect(accounts).toMatchObject([{ state: 'TRADING_STATE_HALTED' }]);
    expect(await system.check('order-1')).toMatchObject({ code: 'TRADING_STATE_HALTED' });
    // Told with the next change.
    await system.service.setTradingState({ accountId: ACCOUNT, state: 'TRADING_STATE_ACTIVE', reason: 'on' });
    await system.idle();
    const said = system.published.flatMap(({ body }) => (body?.$case === 'state' ? [body.value.state] : []));
    expect(said.slice(-2)).toEqual(['TRADING_STATE_HALTED', 'TRADING_STATE_ACTIVE']);
  });

  it('tells where an account stands', async () => {
    await system.reset({ lossLimits: [PEAK] });
    await begin();
    await money('10000');
    await system.check('order-1', { stopLoss: '1.09510' });
    await system.onOrder(eventOf(1, orderOf('order-0', { stopLoss: '1.09' }), 'ORDER_STATE_FILLED', { lots: '0.2' }));
    await system.idle();
    // 0.2 lots from 1.1 to 1.09 lose 200; what is reserved 0.1 lots from 1.1001 to 1.0951: 50.
    expect(await system.service.getAccountRisk({ accountId: ACCOUNT })).toMatchObject({
      ...{ state: 'TRADING_STATE_ACTIVE', equity: '10000.00', worstCaseEquity: '9750.00', lastOrderSeq: 1 },
      anchors: [{ name: 'max-loss', value: '10000.00', floor: '9000.00' }],
      reservations: [{ coid: 'order-1', lots: '0.1', side: 'SIDE_BUY' }],
      positionLots: { EURUSD: '0.2' },
    });
    await expect(system.service.getAccountRisk({ accountId: 'nobody' })).rejects.toMatchObject({ status: 'NOT_FOUND' });
  });

  it('keeps positions of a hedging account apart', async () => {
    await system.reset();
    await begin();
    const account = {
      currency: 'USD',
      balance: '10000',
      equity: '10000',
      margin: '0',
      freeMargin: '10000',
      leverage: 30,
    };
    const hedging = { ...account, tradeMode: 'TRADE_MODE_DEMO', marginMode: 'MARGIN_MODE_HEDGING' } as const;
    await system.onAccount({ $case: 'account', value: gateway.AccountSnapshot.fromPartial(hedging) });
    const fill = (seq: number, side: 'SIDE_BUY' | 'SIDE_SELL', positionId: string) => {
      const event = eventOf(seq, orderOf(`order-${seq}`, { side }), 'ORDER_STATE_FILLED', { lots: '0.1' });
      return system.onOrder({ ...event, fill: { ...event.fill!, positionId } });
    };
    await fill(1, 'SIDE_BUY', 'p1');
    await fill(2, 'SIDE_SELL', 'p2');
    await system.idle();
    expect(await system.exposure()).toEqual({ p1: '0.1', p2: '-0.1' });
    const close = { side: 'SIDE_SELL', reduceOnly: true } as const;
    expect(await system.check('close-1', close)).toMatchObject({ code: 'POSITION_UNNAMED' });
    expect(await system.check('close-2', { ...close, positionId: 'p1' })).toMatchObject({ approved: true });
    expect(await system.check('close-3', { ...close, positionId: 'p1' })).toMatchObject({
      code: 'REDUCTION_TOO_LARGE',
    });
    await fill(3, 'SIDE_SELL', 'p1');
    await system.idle();
    expect(await system.exposure()).toEqual({ p2: '-0.1' });
  });

  it('announces limits that are set', async () => {
    await system.reset();
    await begin();
    const limits = limitsMessage(ACCOUNT, 0, { ...UNSET_LIMITS, maxOrderLots: '3' });
    await system.service.setLimits({ limits, reason: 'so' });
    await system.idle();
    expect(system.published.at(-1)?.body).toMatchObject({ $case: 'limits', value: { maxOrderLots: '3', version: 1 } });
  });
});
