import { orderOf, eventOf, ACCOUNT, RiskFixture } from '../testing/risk-fixture';

describe('checks and changes of one account at once', () => {
  let system: RiskFixture;
  beforeAll(async () => {
    system = await RiskFixture.open();
  });
  afterAll(() => system.close());

  it('let through no more together than one after the other', async () => {
    await system.reset({ maxOpenOrders: 3 });
    await system.ready();
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => system.check(`order-${i}`)));
    expect(answers.filter(({ approved }) => approved)).toHaveLength(3);
    expect(Object.keys(await system.reserved())).toHaveLength(3);
  });

  it('give one verdict on an order that is asked about several times at once', async () => {
    await system.reset();
    await system.ready();
    const answers = await Promise.all([1, 2, 3, 4].map(() => system.check('order-1')));
    expect(answers.map(({ approved }) => approved)).toEqual([true, true, true, true]);
    expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(await system.reserved()).toEqual({ 'order-1': '0.1' });
  });

  it('book every fill once while orders are checked', async () => {
    await system.reset();
    await system.ready();
    const orders = Array.from({ length: 10 }, (_, i) => orderOf(`order-${i}`));
    await Promise.all(orders.map(({ coid }) => system.check(coid)));
    await Promise.all([
      ...orders.map((order, i) =>
        system.store.applyOrderEvents(
          ACCOUNT,
          orders.slice(0, i + 1).map((each, n) => eventOf(n + 1, each, 'ORDER_STATE_FILLED', { lots: '0.1' })),
        ),
      ),
      ...Array.from({ length: 5 }, (_, i) => system.check(`later-${i}`)),
    ]);
    expect(await system.exposure()).toEqual({ EURUSD: '1' });
    expect(Object.keys(await system.reserved()).sort()).toEqual(Array.from({ length: 5 }, (_, i) => `later-${i}`));
  });

  it('write nothing when the account has changed since it was read', async () => {
    await system.reset();
    await system.ready();
    let tries = 0;
    const done = await system.store.whileUnchanged(ACCOUNT, async (sql) => {
      const facts = await system.store.checkFacts(sql, {
        accountId: ACCOUNT,
        key: 'order-1',
        recentSinceUs: Number.MAX_SAFE_INTEGER,
        limitsVersion: 0,
      });
      if (++tries === 1) await system.store.releaseOthers(ACCOUNT, []);
      const order = orderOf('order-1');
      const response = {
        approved: false,
        approval: undefined,
        code: 'X',
        message: '',
        checks: [],
        duplicate: false,
        worstPrice: '',
        maxVolumeLots: '',
        protectiveClose: undefined,
      };
      const verdict = { key: 'order-1', response, isModification: false };
      return (await system.store.saveVerdict(sql, facts!.version, 1, order, verdict)) ? facts : undefined;
    });
    expect([tries, done.verdict]).toEqual([2, undefined]);
  });
});
