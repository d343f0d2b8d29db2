import { common, type risk } from '@trading/contracts';
import type { LossLimit } from '@trading/trading-risk';
import { ACCOUNT, eventOf, orderOf, RiskFixture } from '../testing/risk-fixture';

const { FILLED, PARTIALLY_FILLED, SUBMITTED, REJECTED } = common.OrderState;

const limit = (changes: Partial<LossLimit> = {}): LossLimit => ({
  name: 'max-loss',
  anchor: 'peak',
  base: 'equity',
  measure: 'equity',
  limit: '10%',
  resetTime: '',
  resetZone: '',
  buffer: '',
  action: 'halt',
  ...changes,
});

describe('the risk stage', () => {
  let system: RiskFixture;
  beforeAll(async () => {
    system = await RiskFixture.open();
  }, 30_000);
  beforeEach(() => system.reset());
  afterEach(() => expect(system.errors).toEqual([]));
  afterAll(() => system.close());

  const operator = (state: risk.SetTradingStateRequest['state']) =>
    system.service.setTradingState({ accountId: ACCOUNT, state, reason: 'as I say' });
  const breaches = () => system.published.filter(({ body }) => body?.$case === 'breach');

  describe('with the events of orders', () => {
    it('releases the reservation with the fill, which moves exposure', async () => {
      await system.ready();
      await system.check('order-1');
      const order = orderOf('order-1');
      await system.step({ events: [eventOf(1, order, SUBMITTED)] });
      expect([await system.reserved(), await system.exposure()]).toEqual([{ 'order-1': '0.1' }, {}]);
      await system.step({ events: [eventOf(2, order, PARTIALLY_FILLED, { lots: '0.04' })] });
      expect([await system.reserved(), await system.exposure()]).toEqual([{ 'order-1': '0.06' }, { EURUSD: '0.04' }]);
      await system.step({ events: [eventOf(3, order, FILLED, { lots: '0.06', filledLots: '0.1' })] });
      expect([await system.reserved(), await system.exposure()]).toEqual([{}, { EURUSD: '0.1' }]);
    });

    it('does both in one transaction: a release that fails leaves no fill behind', async () => {
      await system.ready();
      await system.check('order-1');
      const broken = {
        ...eventOf(2, orderOf('order-1'), REJECTED),
        order: { ...eventOf(2, orderOf('order-1'), REJECTED).order!, state: common.OrderState.UNSPECIFIED },
      };
      const events = [eventOf(1, orderOf('order-1'), FILLED, { lots: '0.1' }), broken];
      await expect(system.store.applyOrderEvents(ACCOUNT, events)).rejects.toThrow();
      expect([await system.reserved(), await system.exposure()]).toEqual([{ 'order-1': '0.1' }, {}]);
      await system.store.applyOrderEvents(ACCOUNT, events.slice(0, 1));
      expect([await system.reserved(), await system.exposure()]).toEqual([{}, { EURUSD: '0.1' }]);
    });

    it('applies each once, by its sequence, also when all of them come again', async () => {
      const order = orderOf('order-1');
      const events = [eventOf(1, order, SUBMITTED), eventOf(2, order, FILLED, { lots: '0.1' })];
      await system.ready();
      await system.step({ events: [...events, ...events] });
      await system.crash();
      await system.session();
      await system.step();
      await system.step({ events });
      expect(await system.exposure()).toEqual({ EURUSD: '0.1' });
      expect(await system.state()).toBe('ACTIVE');
    });

    it('averages, reduces and flips a position as its fills say', async () => {
      await system.ready();
      const fill = (seq: number, side: common.Side, lots: string, price: string) =>
        eventOf(seq, orderOf(`order-${seq}`, { side, strategyId: `s${seq}` }), FILLED, { lots, price });
      const held = async () => {
        const position = (await system.store.positions(system.database, ACCOUNT)).get('EURUSD');
        return [position?.lots.toFixed(), position?.averagePrice.toFixed(), position?.strategyId];
      };
      await system.step({ events: [fill(1, 'SIDE_BUY', '0.1', '1.1')] });
      await system.step({ events: [fill(2, 'SIDE_BUY', '0.3', '1.2')] });
      expect(await held()).toEqual(['0.4', '1.175', 's2']);
      await system.step({ events: [fill(3, 'SIDE_SELL', '0.1', '1.3')] });
      expect(await held()).toEqual(['0.3', '1.175', 's2']);
      await system.step({ events: [fill(4, 'SIDE_SELL', '0.5', '1.3')] });
      expect(await held()).toEqual(['-0.2', '1.3', 's4']);
      await system.step({ events: [fill(5, 'SIDE_BUY', '0.2', '1.2')] });
      expect(await held()).toEqual([undefined, undefined, undefined]);
    });

    it('halts an account of whose events some are missing, and says which', async () => {
      await system.ready();
      await system.step({ events: [eventOf(1, orderOf('order-1'), SUBMITTED)] });
      await system.step({ events: [eventOf(4, orderOf('order-2'), FILLED, { lots: '0.1' })] });
      const [account] = await system.store.accounts(ACCOUNT);
      expect(account).toMatchObject({ state: 'HALTED', changedBy: 'risk-manager' });
      expect(account?.reason).toContain('2 to 3 are missing');
      expect(await system.exposure()).toEqual({ EURUSD: '0.1' });
    });

    it('keeps those that come before the account is known', async () => {
      await system.onOrder(eventOf(1, orderOf('order-1'), FILLED, { lots: '0.1' }));
      await system.store.applyOrderEvents(ACCOUNT, [eventOf(1, orderOf('order-1'), FILLED, { lots: '0.1' })]);
      expect(await system.exposure()).toEqual({});
      await system.session({ lockstep: false });
      await system.onOrder(eventOf(1, orderOf('order-1'), FILLED, { lots: '0.1' }));
      await system.idle();
      expect(await system.exposure()).toEqual({ EURUSD: '0.1' });
    });
  });

  describe('with a new account', () => {
    it('starts it HALTED', async () => {
      await system.reset({}, { enableOnCreation: [] });
      await system.ready();
      expect(await system.state()).toBe('HALTED');
      expect(await system.check('order-1')).toMatchObject({ approved: false, code: 'TRADING_STATE_HALTED' });
    });

    it('enables a demo account that its configuration names, once', async () => {
      await system.ready();
      expect(await system.state()).toBe('ACTIVE');
      await operator('TRADING_STATE_HALTED');
      await system.crash();
      await system.ready();
      expect(await system.state()).toBe('HALTED');
    });

    it.each(['TRADE_MODE_REAL', 'TRADE_MODE_CONTEST'] as const)('never enables one of %s', async (tradeMode) => {
      await system.session({ terminal: { tradeMode } });
      await system.step();
      expect(await system.state()).toBe('HALTED');
    });

    it.each([
      ['HALTED', 'HALTED'],
      ['REDUCING', 'ACTIVE'],
      ['ACTIVE', 'ACTIVE'],
    ] as const)('whose predecessor is %s starts %s', async (before, after) => {
      await system.reset({}, { enableOnCreation: [{ accountId: ACCOUNT, unlessHalted: 'paper-0' }] });
      await system.store.create({ accountId: 'paper-0', state: before, reason: '', changedBy: 'test', changedUs: 1 });
      await system.ready();
      expect(await system.state()).toBe(after);
    });

    it('adopts the halt that the gateway was given in the meantime', async () => {
      await system.ready();
      await system.crash();
      await system.session({ terminal: { halted: true } });
      await system.step();
      expect((await system.store.accounts(ACCOUNT))[0]).toMatchObject({ state: 'HALTED', changedBy: 'gateway' });
    });
  });

  describe('when equity falls through the floor of a loss limit', () => {
    beforeEach(() => system.reset({ lossLimits: [limit()] }));

    it('halts without execution, once', async () => {
      await system.ready();
      await system.step({ equity: '9000.00' });
      expect(await system.state()).toBe('ACTIVE');
      await system.step({ equity: '8999.99' });
      expect((await system.store.accounts(ACCOUNT))[0]).toMatchObject({
        state: 'HALTED',
        changedBy: 'risk-manager',
        reason: 'Loss limit max-loss: equity 8999.99 is below 9000.00.',
      });
      expect(breaches()).toHaveLength(1);
      await operator('TRADING_STATE_ACTIVE');
      await system.step({ equity: '8000' });
      expect([await system.state(), breaches().length]).toEqual(['ACTIVE', 1]);
    });

    it('does not halt again what an operator released, when the same is played again after kill -9', async () => {
      await system.ready();
      await system.step({ equity: '8000' });
      await operator('TRADING_STATE_ACTIVE');
      await system.crash();
      await system.ready();
      await system.step({ equity: '8000' });
      expect([await system.state(), breaches().length]).toEqual(['ACTIVE', 0]);
    });

    it('remembers no breach without the halt that follows from it', async () => {
      await system.ready();
      const setState = jest.spyOn(Object.getPrototypeOf(system.store) as typeof system.store, 'setState');
      setState.mockRejectedValue(new Error('the connection is gone'));
      void system.step({ equity: '8000' });
      await failed();
      setState.mockRestore();
      system.errors = [];
      expect(await system.database.query('SELECT 1 FROM breach')).toEqual([]);
      await system.crash();
      await system.ready();
      await system.step({ equity: '8000' });
      expect(await system.state()).toBe('HALTED');
    });

    it.each([
      ['deny', 'ACTIVE', 'ACTIVE'],
      ['reduce', 'ACTIVE', 'REDUCING'],
      ['reduce', 'HALTED', 'HALTED'],
      ['halt', 'REDUCING', 'HALTED'],
      ['flatten', 'ACTIVE', 'HALTED'],
    ] as const)('%s makes an account that is %s %s', async (action, before, after) => {
      await system.reset({ lossLimits: [limit({ action })] });
      await system.ready();
      await operator(`TRADING_STATE_${before}`);
      await system.step({ equity: '8000' });
      expect(await system.state()).toBe(after);
      expect(await system.check('order-1')).toMatchObject({ approved: false });
    });

    it('measures from the same peak after a restart', async () => {
      await system.ready();
      await system.step({ equity: '12000', checkpoint: true });
      await system.crash();
      await system.session({ resumeFrom: 2 });
      await system.step({ equity: '11000' });
      expect(await system.state()).toBe('ACTIVE');
      // Ten percent of the initial 10,000 below the peak.
      await system.step({ equity: '10999.99' });
      expect(await system.state()).toBe('HALTED');
    });
  });

  /** Waits until a handler has failed. */
  async function failed(): Promise<void> {
    for (const deadline = Date.now() + 2_000; system.errors.length === 0;) {
      if (Date.now() > deadline) throw new Error('Nothing failed within two seconds.');
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
});
