import { Metadata } from '@grpc/grpc-js';
import { common, type risk } from '@trading/contracts';
import { UNSET_LIMITS, type LossLimit } from '@trading/trading-risk';
import { ACCOUNT, RiskFixture } from '../testing/risk-fixture';
import { LimitsRefused } from './account-limits';
import { limitsMessage } from './limits-message';
import { RiskController } from './risk-controller';

const LOSS: LossLimit = {
  name: 'max-loss',
  anchor: 'peak',
  base: 'equity',
  measure: 'equity',
  limit: '10%',
  resetTime: '',
  resetZone: '',
  buffer: '',
  action: 'halt',
};

describe('risk-manager', () => {
  let system: RiskFixture;
  beforeAll(async () => {
    system = await RiskFixture.open();
  }, 30_000);
  beforeEach(() => system.reset());
  afterAll(() => system.close());

  const setLimits = async (limits: Partial<typeof UNSET_LIMITS>, planned?: number) => {
    const version = planned ?? (await system.service.getLimits({ accountId: ACCOUNT })).version;
    return system.service.setLimits({
      limits: limitsMessage(ACCOUNT, version, { ...UNSET_LIMITS, maxQuoteAgeMs: 5_000, ...limits }),
      reason: 'because',
    });
  };

  describe('asked for limits', () => {
    it.each<[string, object]>([
      ['maxMoonPhase', { maxMoonPhase: 5 }],
      ['blockedSessions', { blockedSessions: ['news'] }],
      ['weeklyFlat', { weeklyFlat: 'on Friday' }],
      ['maxSpreadPoints', { maxSpreadPoints: 'three' }],
      ['max-loss', { lossLimits: [{ ...LOSS, limit: 'ten' }] }],
    ])('refuses to start with %s, which it could not enforce', async (name, limits) => {
      await expect(system.reset(limits)).rejects.toThrow(LimitsRefused);
      await expect(system.reset(limits)).rejects.toThrow(name);
    });

    it('refuses to start with stored ones that it could not enforce', async () => {
      await system.ready();
      await system.database.transaction((tx) =>
        system.store.history.saveLimits(tx, ACCOUNT, 0, { ...UNSET_LIMITS, maxTides: 1 } as typeof UNSET_LIMITS),
      );
      await expect(system.crash()).rejects.toThrow('maxTides');
    });

    it('refuses to be given such, and keeps what it has', async () => {
      await system.ready();
      await expect(setLimits({ maxOrderLots: 'many' })).rejects.toMatchObject({ code: 'LIMITS_REFUSED' });
      expect(await system.service.getLimits({ accountId: ACCOUNT })).toMatchObject({ version: 0 });
    });

    it('enforces new ones at once and after a restart, and audits them', async () => {
      await system.ready();
      expect(await system.check('order-1')).toMatchObject({ approved: true });
      expect(await setLimits({ maxOrderLots: '0.05' })).toMatchObject({ version: 1, maxOrderLots: '0.05' });
      expect(await system.check('order-2')).toMatchObject({ code: 'VOLUME_OUT_OF_RANGE' });
      await system.crash();
      await system.ready();
      expect(await system.check('order-3')).toMatchObject({ code: 'VOLUME_OUT_OF_RANGE' });
      const { entries } = await system.service.listAudit({ accountId: ACCOUNT, limit: 0 });
      expect(entries).toMatchObject([{ what: 'limits', changedBy: 'operator', reason: 'because' }]);
      expect(
        entries.map(({ before, after }) => [before, after].map((text) => JSON.parse(text) as object)),
      ).toMatchObject([[{ maxOrderLots: '' }, { maxOrderLots: '0.05' }]]);
    });

    it('takes them in place of those that they were planned against, and of no others', async () => {
      await system.ready();
      await setLimits({ maxOrderLots: '0.05' }, 0);
      await expect(setLimits({ maxOrderLots: '5' }, 0)).rejects.toMatchObject({ code: 'LIMITS_CHANGED' });
      expect(await setLimits({ maxOrderLots: '0.06' }, 1)).toMatchObject({ version: 2 });
      await expect(setLimits({ maxOrderLots: '5' }, 1)).rejects.toMatchObject({ code: 'LIMITS_CHANGED' });
      const { entries } = await system.service.listAudit({ accountId: '', limit: 1 });
      expect(entries.map(({ after }) => JSON.parse(after) as object)).toMatchObject([{ maxOrderLots: '0.06' }]);
    });

    it('uses those that another process has stored meanwhile', async () => {
      await system.ready();
      await system.database.transaction((tx) =>
        system.store.history.saveLimits(tx, ACCOUNT, 0, { ...UNSET_LIMITS, maxOrderLots: '0.05' }),
      );
      expect(await system.check('order-1')).toMatchObject({ code: 'VOLUME_OUT_OF_RANGE', maxVolumeLots: '0.05' });
    });

    it('forgives no loss with them: a rule that stays keeps its anchor', async () => {
      await system.reset({ lossLimits: [LOSS] });
      await system.ready();
      await system.step({ equity: '9500' });
      await setLimits({ lossLimits: [LOSS], maxOrderLots: '5' });
      await system.step({ equity: '8999' });
      expect(await system.state()).toBe('HALTED');
    });

    it('keeps denying by a rule that is breached, until it says something else', async () => {
      await system.reset({ lossLimits: [{ ...LOSS, action: 'deny' }] });
      await system.ready();
      await system.step({ equity: '8900' });
      await system.step({ equity: '9900' });
      await setLimits({ lossLimits: [{ ...LOSS, action: 'deny' }], maxOrderLots: '5' });
      expect(await system.check('order-1')).toMatchObject({ code: 'LOSS_LIMIT' });
      await setLimits({ lossLimits: [{ ...LOSS, action: 'deny', limit: '20%' }] });
      expect(await system.check('order-2')).toMatchObject({ approved: true });
    });
  });

  describe('asked for a trading state', () => {
    const tokens = { operator: 'an-operator', service: 'a-service' };
    const as = (token?: string): Metadata => {
      const metadata = new Metadata();
      if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
      return metadata;
    };
    const set = (state: risk.SetTradingStateRequest['state'], token?: string) => {
      const controller = new RiskController(system.service, tokens);
      // A guard may refuse before there is a promise.
      return (async () => controller.setTradingState({ accountId: ACCOUNT, state, reason: 'so' }, as(token)))();
    };
    beforeEach(() => system.ready());

    it('takes freedom away at the word of a service or an operator', async () => {
      expect(await set('TRADING_STATE_HALTED', 'a-service')).toMatchObject({
        accounts: [{ accountId: ACCOUNT, state: 'TRADING_STATE_HALTED', changedBy: 'service', reason: 'so' }],
      });
    });

    it.each(['TRADING_STATE_ACTIVE', 'TRADING_STATE_REDUCING'] as const)(
      'gives %s to an operator only',
      async (state) => {
        await set('TRADING_STATE_HALTED', 'an-operator');
        await expect(set(state, 'a-service')).rejects.toMatchObject({ status: 'PERMISSION_DENIED' });
        expect(await system.state()).toBe('HALTED');
        expect(await set(state, 'an-operator')).toMatchObject({ accounts: [{ state, changedBy: 'operator' }] });
      },
    );

    it.each([[undefined], ['guessed'], ['']])('refuses everybody else (%j)', async (token) => {
      await expect(set('TRADING_STATE_HALTED', token)).rejects.toMatchObject({ status: 'UNAUTHENTICATED' });
      expect(await system.state()).toBe('ACTIVE');
    });

    it('sets all accounts when none is named, and refuses one that it does not know', async () => {
      await system.store.create({ accountId: 'paper-2', state: 'ACTIVE', reason: '', changedBy: 'test', changedUs: 1 });
      const request = { state: common.TradingState.HALTED, reason: 'stop' };
      const { accounts } = await system.service.setTradingState({ ...request, accountId: '' });
      expect(accounts.map(({ state }) => state)).toEqual(['TRADING_STATE_HALTED', 'TRADING_STATE_HALTED']);
      await expect(system.service.setTradingState({ ...request, accountId: 'nobody' })).rejects.toMatchObject({
        code: 'ACCOUNT_UNKNOWN',
      });
    });

    it('keeps a halt through restarts, and announces it', async () => {
      await set('TRADING_STATE_HALTED', 'an-operator');
      await system.idle();
      expect(system.published.at(-1)?.body).toMatchObject({ $case: 'state', value: { state: 'TRADING_STATE_HALTED' } });
      await system.crash();
      await system.ready();
      expect(await system.state()).toBe('HALTED');
      expect(await system.check('order-1')).toMatchObject({ approved: false, code: 'TRADING_STATE_HALTED' });
    });

    it('streams what it says of one account', async () => {
      const said: (string | undefined)[] = [];
      const subscription = system.service
        .streamRiskEvents({ accountId: ACCOUNT })
        .subscribe(({ body }) => said.push(body?.$case));
      await set('TRADING_STATE_HALTED', 'an-operator');
      await system.step();
      subscription.unsubscribe();
      await system.step();
      expect(said).toEqual(['state', 'progress']);
    });
  });
});
