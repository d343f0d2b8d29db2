import { verify } from 'node:crypto';
import { common } from '@trading/contracts';
import * as fc from 'fast-check';
import { eventOf, NOW_US, orderOf, RiskFixture } from '../testing/risk-fixture';

fc.configureGlobal({ seed: 42 });

describe('checking an order', () => {
  let system: RiskFixture;
  beforeAll(async () => {
    system = await RiskFixture.open();
  }, 30_000);
  beforeEach(() => system.reset());
  afterEach(() => expect(system.errors).toEqual([]));
  afterAll(() => system.close());

  const FILLED = common.OrderState.FILLED;

  it('lets it through with every check that it passed, a worst price, and a reservation', async () => {
    await system.ready();
    const verdict = await system.check('order-1');
    expect(verdict).toMatchObject({ approved: true, code: '', duplicate: false });
    expect(verdict.checks.length).toBeGreaterThan(5);
    expect(verdict.checks.every((check) => check.passed)).toBe(true);
    expect(Number(verdict.worstPrice)).toBeGreaterThan(1.1001);
    expect(await system.reserved()).toEqual({ 'order-1': '0.1' });
  });

  it('answers the same client order id with the same verdict, and reserves once', async () => {
    await system.ready();
    const first = await system.check('order-1');
    const again = await system.check('order-1');
    expect(again).toEqual({ ...first, duplicate: true });
    await system.crash();
    await system.ready();
    expect(await system.check('order-1')).toEqual({ ...first, duplicate: true });
    expect(await system.reserved()).toEqual({ 'order-1': '0.1' });
  });

  it('signs what it let through once more for a writer of another epoch', async () => {
    await system.ready();
    const first = await system.check('order-1');
    const order = orderOf('order-1');
    const request = { order, asOfUs: NOW_US, epoch: 2, barrier: 1, change: undefined };
    const again = await system.service.checkOrder(request);
    expect(again).toMatchObject({ approved: true, duplicate: true, worstPrice: first.worstPrice });
    const read = ({ approval }: typeof again) => common.ApprovalEnvelope.decode(approval?.envelope ?? Buffer.alloc(0));
    expect(read(again)).toEqual({ ...read(first), approvalId: 'order-1.2', epoch: 2 });
    expect(again.approval?.signature).not.toEqual(first.approval?.signature);
  });

  it('answers a denial with the same denial, though the reason is gone', async () => {
    await system.ready();
    await system.service.setTradingState({ accountId: '', state: 'TRADING_STATE_HALTED', reason: 'careful' });
    const first = await system.check('order-1');
    expect(first).toMatchObject({ approved: false, code: 'TRADING_STATE_HALTED' });
    await system.service.setTradingState({ accountId: '', state: 'TRADING_STATE_ACTIVE', reason: 'on' });
    expect(await system.check('order-1')).toEqual({ ...first, duplicate: true });
    expect(await system.reserved()).toEqual({});
  });

  it('takes concurrent checks of one client order id as one', async () => {
    await system.ready();
    const verdicts = await Promise.all(Array.from({ length: 5 }, () => system.check('order-1')));
    expect(verdicts.filter((verdict) => !verdict.duplicate)).toHaveLength(1);
    expect(new Set(verdicts.map(({ approval }) => approval?.signature.toString('hex'))).size).toBe(1);
    expect(await system.reserved()).toEqual({ 'order-1': '0.1' });
  });

  it('lets concurrent checks of one account not exceed a limit together', async () => {
    await system.reset({ maxPositionLots: '0.3' });
    await system.ready();
    const verdicts = await Promise.all(Array.from({ length: 8 }, (_, n) => system.check(`order-${n}`)));
    expect(verdicts.filter(({ approved }) => approved)).toHaveLength(3);
    expect(new Set(verdicts.flatMap(({ approved, code }) => (approved ? [] : [code])))).toEqual(
      new Set(['POSITION_EXCEEDED']),
    );
    expect(Object.keys(await system.reserved())).toHaveLength(3);
  });

  // A risk engine that passes when the account is missing.
  it('denies when the account is missing', async () => {
    expect(await system.check('order-1')).toMatchObject({ approved: false, code: 'ACCOUNT_UNKNOWN' });
    await system.session();
    expect(await system.check('order-2')).toMatchObject({ approved: false, code: 'ACCOUNT_UNKNOWN' });
    await system.step();
    expect(await system.check('order-3')).toMatchObject({ approved: true });
    await system.crash();
    await expect(system.check('order-4')).rejects.toMatchObject({ status: 'UNAVAILABLE', code: 'NO_SESSION' });
    expect(
      await system.service.checkOrder({ order: undefined, asOfUs: NOW_US, epoch: 1, barrier: 0, change: undefined }),
    ).toMatchObject({
      approved: false,
      code: 'ORDER_MISSING',
    });
  });

  it('denies when what it knows of the account or the quote is old', async () => {
    await system.ready();
    const at = (asOfUs: number, coid: string) =>
      system.service.checkOrder({ order: orderOf(coid), asOfUs, epoch: 1, barrier: 1, change: undefined });
    expect(await at(NOW_US + 6_000_000, 'order-1')).toMatchObject({ code: 'QUOTE_STALE' });
    expect(await at(NOW_US + 61_000_000, 'order-2')).toMatchObject({ code: 'ACCOUNT_STALE' });
  });

  // REDUCING that lets an oversized order flip the position.
  it('lets no oversized order flip the position while REDUCING', async () => {
    await system.ready();
    await system.check('order-1');
    await system.step({ events: [eventOf(1, orderOf('order-1'), FILLED, { lots: '0.1' })] });
    await system.service.setTradingState({ accountId: '', state: 'TRADING_STATE_REDUCING', reason: 'careful' });
    const close = (coid: string, volumeLots: string, reduceOnly = true) =>
      system.check(coid, { side: 'SIDE_SELL', volumeLots, reduceOnly });
    expect(await close('too-much', '0.2')).toMatchObject({ approved: false, code: 'REDUCTION_TOO_LARGE' });
    expect(await close('plain', '0.1', false)).toMatchObject({ approved: false, code: 'TRADING_STATE_REDUCING' });
    // Two closes that are each small enough are not so together: the first still works.
    const both = await Promise.all([close('half-1', '0.06'), close('half-2', '0.06')]);
    expect(both.map(({ approved }) => approved).sort()).toEqual([false, true]);
    expect(both.find(({ approved }) => !approved)).toMatchObject({ code: 'REDUCTION_TOO_LARGE' });
    expect(await close('rest', '0.04')).toMatchObject({ approved: true });
  });

  describe('whose reservation was released', () => {
    const release = (coids: string[]) => system.service.releaseReservations({ accountId: 'paper-1', coids });

    it('frees what it held, except of the orders named', async () => {
      await system.reset({ maxPositionLots: '0.2' });
      await system.ready();
      await system.check('order-1');
      await system.check('order-2');
      expect(await system.check('order-3')).toMatchObject({ code: 'POSITION_EXCEEDED' });
      expect(await release(['order-2'])).toEqual({ released: ['order-1'] });
      expect(await release(['order-2'])).toEqual({ released: [] });
      expect(await system.reserved()).toEqual({ 'order-2': '0.1' });
      expect(await system.check('order-4')).toMatchObject({ approved: true });
    });

    it('reserves again when it is asked about again, under the same verdict', async () => {
      await system.ready();
      const first = await system.check('order-1');
      await release([]);
      expect(await system.reserved()).toEqual({});
      expect(await system.check('order-1')).toEqual({ ...first, duplicate: true });
      expect(await system.reserved()).toEqual({ 'order-1': '0.1' });
    });

    it('reserves what is left to fill', async () => {
      await system.ready();
      await system.check('order-1');
      const partly = eventOf(1, orderOf('order-1'), common.OrderState.PARTIALLY_FILLED, { lots: '0.04' });
      await system.step({ events: [partly] });
      await release([]);
      await system.check('order-1');
      expect(await system.reserved()).toEqual({ 'order-1': '0.06' });
    });

    it('reserves nothing for an order that has ended', async () => {
      await system.ready();
      await system.check('order-1');
      await release([]);
      await system.step({ events: [eventOf(1, orderOf('order-1'), FILLED, { lots: '0.1' })] });
      expect(await system.check('order-1')).toMatchObject({ approved: true, duplicate: true });
      expect(await system.reserved()).toEqual({});
    });

    it.each([
      ['TRADING_STATE_HALTED', 'TRADING_STATE_HALTED'],
      ['TRADING_STATE_REDUCING', 'TRADING_STATE_REDUCING'],
    ] as const)('is not let through when the account was set to %s since', async (state, code) => {
      await system.ready();
      await system.check('order-1');
      await release([]);
      await system.service.setTradingState({ accountId: '', state, reason: 'careful' });
      expect(await system.check('order-1')).toMatchObject({ approved: false, code, duplicate: true });
      await system.service.setTradingState({ accountId: '', state: 'TRADING_STATE_ACTIVE', reason: 'on' });
      expect(await system.check('order-1')).toMatchObject({ approved: true, duplicate: true });
    });
  });

  describe('signs an approval', () => {
    it('that verifies over exactly what was approved', async () => {
      await system.ready();
      const { approval, worstPrice } = await system.check('order-1', { stopLoss: '1.09000' });
      expect(approval?.keyId).toBe('test-key');
      const { envelope, signature } = approval!;
      expect(verify(null, envelope, system.publicKey, signature)).toBe(true);
      expect(common.ApprovalEnvelope.decode(envelope)).toMatchObject({
        coid: 'order-1',
        accountId: 'paper-1',
        symbol: 'EURUSD',
        side: 'SIDE_BUY',
        volumeLots: '0.1',
        worstPrice,
        stopLoss: '1.09000',
        fillingModes: ['FILLING_MODE_IOC'],
        notAfterUs: NOW_US + 30_000_000,
        issuedUs: NOW_US,
        epoch: 1,
        verb: 'submit',
      });
    });

    it('that fails when any one byte of envelope or signature is another', async () => {
      await system.ready();
      const { envelope, signature } = (await system.check('order-1')).approval!;
      const flip = (bytes: Buffer, at: number, bit: number): Buffer => {
        const changed = Buffer.from(bytes);
        changed[at % bytes.length]! ^= 1 << bit;
        return changed;
      };
      fc.assert(
        fc.property(fc.nat(), fc.integer({ min: 0, max: 7 }), fc.boolean(), (at, bit, ofEnvelope) => {
          const changed = ofEnvelope
            ? verify(null, flip(envelope, at, bit), system.publicKey, signature)
            : verify(null, envelope, system.publicKey, flip(signature, at, bit));
          expect(changed).toBe(false);
        }),
      );
    });

    it('for as long as the limits say', async () => {
      await system.reset({ approvalLifetimeMs: 2_000 });
      await system.ready();
      const { approval } = await system.check('order-1');
      expect(common.ApprovalEnvelope.decode(approval!.envelope).notAfterUs).toBe(NOW_US + 2_000_000);
    });
  });
});
