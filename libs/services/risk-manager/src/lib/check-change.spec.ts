import { common, execution, risk } from '@trading/contracts';
import { ACCOUNT, eventOf, INSTRUMENT, NOW_US, orderOf, RiskFixture } from '../testing/risk-fixture';

const RESTING = {
  type: 'ORDER_TYPE_LIMIT',
  price: '1.09000',
  stopLoss: '1.08000',
  timeInForce: 'TIME_IN_FORCE_GTC',
} as const;

describe('checking a change', () => {
  let system: RiskFixture;
  beforeAll(async () => {
    system = await RiskFixture.open();
  }, 30_000);
  afterEach(() => expect(system.errors).toEqual([]));
  afterAll(() => system.close());

  const change = (order: common.OrderRequest, changes: Partial<risk.OrderChange>, epoch = 1) =>
    system.service.checkOrder({
      ...{ order, asOfUs: NOW_US, epoch, barrier: 1 },
      change: risk.OrderChange.fromPartial({ requestId: 'r1', ...changes }),
    });
  const envelopeOf = ({ approval }: risk.CheckOrderResponse) => common.ApprovalEnvelope.decode(approval!.envelope);
  const halt = () => system.service.setTradingState({ accountId: '', state: 'TRADING_STATE_HALTED', reason: 'stop' });
  const lost = async () => (await system.store.reservations(system.database, ACCOUNT))[0]?.lossAtStop?.toNumber();
  const order = orderOf('order-1', RESTING);
  const placed = async () => {
    await system.ready();
    expect(await system.check('order-1', RESTING)).toMatchObject({ approved: true });
  };

  it('of a working order signs exactly the change, for its request', async () => {
    await system.reset();
    await placed();
    const verdict = await change(order, { price: '1.09500', stopLoss: '1.08500' });
    expect(verdict).toMatchObject({ approved: true, worstPrice: '1.09500', duplicate: false });
    expect(envelopeOf(verdict)).toMatchObject({
      ...{ verb: 'modify', requestId: 'r1', coid: 'order-1', accountId: ACCOUNT, symbol: 'EURUSD', positionId: '' },
      ...{ price: '1.09500', stopLoss: '1.08500', takeProfit: '', volumeLots: '0.1', epoch: 1 },
    });
    const again = await change(order, { price: '1.09500', stopLoss: '1.08500' }, 2);
    expect(again).toMatchObject({ approved: true, duplicate: true });
    expect(envelopeOf(again)).toMatchObject({ epoch: 2, requestId: 'r1' });
  });

  it('lets through what lowers risk in any state, and what raises it only as an entry', async () => {
    await system.reset();
    await placed();
    await halt();
    expect(await change(order, { requestId: 'r1', stopLoss: '1.08500' })).toMatchObject({ approved: true });
    expect(await change(order, { requestId: 'r2', stopLoss: '1.07' })).toMatchObject({ code: 'TRADING_STATE_HALTED' });
    expect(await change(order, { requestId: 'r3', stopLoss: '' })).toMatchObject({ code: 'TRADING_STATE_HALTED' });
  });

  it('does not let through again after a halt what raised risk', async () => {
    await system.reset();
    await placed();
    expect(await change(order, { requestId: 'r1', stopLoss: '1.07' })).toMatchObject({ approved: true });
    expect(await change(order, { requestId: 'r2', stopLoss: '1.085' })).toMatchObject({ approved: true });
    await halt();
    expect(await change(order, { requestId: 'r1', stopLoss: '1.07' })).toMatchObject({ code: 'TRADING_STATE_HALTED' });
    expect(await change(order, { requestId: 'r2', stopLoss: '1.085' })).toMatchObject({ approved: true });
  });

  it('reserves the worse of both until it is known what became of it', async () => {
    await system.reset();
    await placed();
    expect(await lost()).toBe(100);
    await change(order, { requestId: 'r1', stopLoss: '1.07000' });
    expect(await lost()).toBe(200);
    const answered = (seq: number, kind: execution.OrderEventKind) => ({
      ...eventOf(seq, order, 'ORDER_STATE_ACCEPTED'),
      kind,
    });
    await system.step({ events: [answered(1, 'ORDER_EVENT_KIND_MODIFY_REFUSED')] });
    expect(await lost()).toBe(100);
    await change(order, { requestId: 'r2', stopLoss: '1.06000' });
    expect(await lost()).toBe(300);
    await system.step({ events: [answered(2, 'ORDER_EVENT_KIND_MODIFIED')] });
    expect(await lost()).toBe(300);
    await system.step({ events: [eventOf(3, order, 'ORDER_STATE_PARTIALLY_FILLED', { lots: '0.05' })] });
    expect(await lost()).toBe(150);
  });

  it('of an order that is not working is refused, unless it lowers risk', async () => {
    await system.reset();
    await system.ready();
    expect(await change(order, { stopLoss: '1.07' })).toMatchObject({ approved: false, code: 'ORDER_UNKNOWN' });
    expect(await system.reserved()).toEqual({});
  });

  describe("of a position's stops", () => {
    const long = orderOf('order-1', { stopLoss: '1.09' });
    const stops = (stopLoss: string, requestId = stopLoss) =>
      change(orderOf('any', { stopLoss: '1.09' }), { requestId, stopLoss, positionId: '77' });
    const stop = async () =>
      (await system.store.positions(system.database, ACCOUNT)).get('EURUSD')?.stopLoss?.toNumber();
    const told = (stopLoss: string) =>
      system.positions({
        $case: 'position',
        value: execution.Position.fromPartial({ accountId: ACCOUNT, symbol: 'EURUSD', positionId: 'EURUSD', stopLoss }),
      });
    const held = async () => {
      await system.ready();
      await system.step({ events: [eventOf(1, long, 'ORDER_STATE_FILLED', { lots: '0.1' })] });
    };

    it('signs no order, but the position', async () => {
      await system.reset();
      await held();
      const verdict = await stops('1.095');
      expect(envelopeOf(verdict)).toMatchObject({ coid: '', positionId: '77', stopLoss: '1.095', verb: 'modify' });
    });

    it('lets them come nearer in any state, and go off only as an entry with that stop', async () => {
      await system.reset({ maxRiskPerTradePct: '2' });
      await held();
      expect(await stops('1.08')).toMatchObject({ approved: true });
      // What is let through counts from then on, and what the position says after it.
      expect(await stop()).toBe(1.08);
      await told('1.085');
      await system.step();
      expect(await stop()).toBe(1.085);
      expect(await stops('1.0799')).toMatchObject({ code: 'TRADE_RISK_EXCEEDED' });
      await halt();
      expect(await stops('1.084')).toMatchObject({ code: 'TRADING_STATE_HALTED' });
      expect(await stops('1.0851')).toMatchObject({ approved: true });
      expect(await stop()).toBe(1.085);
    });

    it('is refused for a position that is not there', async () => {
      await system.reset();
      await system.ready();
      expect(await stops('1.095')).toMatchObject({ code: 'ORDER_UNKNOWN' });
    });
  });

  describe('where the broker takes stops only after an entry', () => {
    const ask = async (changes: Partial<common.OrderRequest>) => {
      await system.reset();
      await system.session();
      await system.onAccount({ $case: 'instrument', value: { ...INSTRUMENT, stopsOnOpen: 'STOPS_ON_OPEN_AFTER' } });
      await system.step();
      return system.check('order-1', changes);
    };

    it('approves with an entry the close that protects it', async () => {
      const { protectiveClose } = await ask({ stopLoss: '1.09' });
      expect(common.ApprovalEnvelope.decode(protectiveClose!.envelope)).toMatchObject({
        ...{ coid: 'order-1-pc', side: 'SIDE_SELL', type: 'ORDER_TYPE_MARKET', volumeLots: '0.1', reduceOnly: true },
        // Ten percent below the bid, on tick.
        ...{ verb: 'submit', worstPrice: '0.99000', stopLoss: '', epoch: 1 },
      });
    });

    it('approves none with an entry that has no stop', async () => {
      expect(await ask({})).toMatchObject({ approved: true, protectiveClose: undefined });
    });
  });
});
