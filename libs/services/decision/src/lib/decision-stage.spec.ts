import { common, type decision } from '@trading/contracts';
import { createTestDatabase, openDatabase, type Database, type TestDatabase } from '@trading/platform-database';
import { ACCOUNT, BUY_AND_HOLD, DecisionFixture, FakeExecution, predictionOf } from '../testing/decision-fixture';
import type { StrategyConfig } from './decision-config';
import { DECISION_MIGRATIONS } from './decision-migrations';

describe('decision', () => {
  let created: TestDatabase;
  let database: Database;
  let system: DecisionFixture | undefined;

  beforeAll(async () => {
    created = await createTestDatabase();
    database = await openDatabase({ url: created.url, schema: 'decision', migrations: DECISION_MIGRATIONS });
  }, 30_000);
  afterAll(async () => {
    await database.close();
    await created.drop();
  });
  afterEach(async () => {
    await system?.stop();
    await database.query('TRUNCATE decision, quiet_decision, leg, disabled_strategy, checkpoint');
  });

  const start = async (strategies?: readonly StrategyConfig[], execution?: FakeExecution): Promise<DecisionFixture> => {
    await system?.stop();
    system = await DecisionFixture.start(database, strategies, execution);
    return system;
  };
  const stored = () =>
    database.query<{ decision_id: string }>(
      `SELECT decision_id FROM (SELECT decision_id, event_us FROM decision
         UNION ALL SELECT decision_id, event_us FROM quiet_decision) AS kept ORDER BY event_us`,
    );
  const volumes = ({ execution }: DecisionFixture) => execution.calls.map(({ order }) => order?.volumeLots);

  it('commits a decision before it submits the order', async () => {
    const one = await start();
    let seen: unknown;
    one.execution.onSubmit = async ({ order }) => {
      const coid = order?.coid ?? '';
      seen = await database.query('SELECT coid FROM decision JOIN leg USING (decision_id) WHERE coid = $1', [coid]);
    };
    await one.begin();
    await one.play(1);
    expect(seen).toHaveLength(1);
    expect(volumes(one)).toEqual(['0.09']);
    expect(one.decided).toMatchObject([
      { triggerSeq: 1, barrier: 1, words: 'Buy 0.09 EURUSD: the purchase', legs: [{ outcome: 'approved', code: '' }] },
    ]);
    expect(one.decided[0]?.legs[0]?.checks).toMatchObject([{ code: 'SPREAD' }]);
  });

  it('sends the stored decision again after a crash, although the strategy would now decide otherwise', async () => {
    const execution = new FakeExecution();
    const before = await start(undefined, execution);
    await before.begin();
    await before.play(1);
    const after = await start([{ ...BUY_AND_HOLD, parameters: { exposure: 5, stopAtr: 0 } }], execution);
    await after.begin();
    await after.play(1);
    expect(volumes(after)).toEqual(['0.09', '0.09']);
    expect(execution.orders.size).toBe(1);
    expect(after.decided[0]).toMatchObject({ decisionId: before.decided[0]?.decisionId, positionBefore: '0' });
  });

  it('is switched off in every process, whichever was asked', async () => {
    const [one, other] = [await DecisionFixture.start(database), await DecisionFixture.start(database)];
    await one.calls.disableStrategy({ strategyId: 'hold-it' });
    const isOn = async () => (await other.calls.listStrategies()).strategies.some(({ enabled }) => enabled);
    while (await isOn()) await new Promise((resolve) => setTimeout(resolve, 20));
    await Promise.all([one.stop(), other.stop()]);
  });

  it('does not order on a bar on which it held before', async () => {
    const before = await start();
    await before.begin();
    await before.calls.disableStrategy({ strategyId: 'hold-it' });
    await before.play(1, { checkpoint: true });
    await before.calls.enableStrategy({ strategyId: 'hold-it' });
    // The rest of the system has not made barrier 1 durable: everything goes back to the beginning.
    const after = await start();
    await after.begin();
    await after.play(1);
    expect(after.execution.calls).toEqual([]);
  });

  it('orders once on a prediction that is delivered twice without simulated time', async () => {
    const one = await start();
    await one.begin(0, false);
    await one.predict(predictionOf(1));
    await one.bus.idle();
    await one.hold('0.05');
    await one.predict(predictionOf(1));
    await one.bus.idle();
    expect(volumes(one)).toEqual(['0.09', '0.09']);
    expect(one.execution.orders.size).toBe(1);
    const [first, second] = one.decided;
    expect({ ...second, hops: undefined }).toEqual({ ...first, hops: undefined });
  });

  it('keeps every decision without simulated time', async () => {
    const one = await start();
    await one.begin(0, false);
    for (const n of [1, 2, 3]) await one.predict(predictionOf(n));
    await one.bus.idle();
    expect(await stored()).toHaveLength(3);
    const { decision: first } = await one.calls.explain({ id: 'last', accountId: ACCOUNT });
    expect(first?.legs).toMatchObject([{ outcome: 'approved' }]);
  });

  it('stores quiet decisions with the next checkpoint, in one go', async () => {
    const one = await start([{ ...BUY_AND_HOLD, tradeFromUs: 1e15 }]);
    await one.begin();
    for (const n of [1, 2]) await one.play(n);
    expect(await stored()).toEqual([]);
    await one.play(3, { checkpoint: true });
    expect(await stored()).toHaveLength(3);
    expect(one.decided.map(({ words }) => words)).toEqual(Array(3).fill('Hold: no entries yet'));
  });

  it('says the same again when it goes on from a checkpoint', async () => {
    const plain = ({ hops: _hops, ...rest }: decision.Decision) => rest;
    const one = await start([BUY_AND_HOLD, { ...BUY_AND_HOLD, strategyId: 'later', tradeFromUs: 4 * 60_000_000 }]);
    await one.begin();
    await one.hold('0.02');
    for (const n of [1, 2]) await one.play(n, { checkpoint: true });
    for (const n of [3, 4, 5]) await one.play(n);
    const first = one.decided.slice(4).map(plain);
    expect(first.map(({ positionBefore }) => positionBefore)).toEqual(Array(6).fill('0.02'));
    await one.begin(2);
    for (const n of [3, 4, 5]) await one.play(n);
    expect(one.decided.slice(10).map(plain)).toEqual(first);
    expect((await one.calls.listStrategies()).strategies.map(({ decisions }) => decisions)).toEqual([5, 5]);
  });

  it('does not go on from a barrier at which it has kept nothing', async () => {
    const one = await start();
    await one.begin();
    await one.play(1, { checkpoint: true });
    await expect(one.begin(7)).rejects.toMatchObject({ code: 'CHECKPOINT_MISSING' });
  });

  it('gives each leg its share, in whole steps, and none below the smallest volume', async () => {
    const legs = [
      { accountId: ACCOUNT, share: '1' },
      { accountId: 'b', share: '0.5' },
      { accountId: 'c', share: '0.1' },
    ];
    const one = await start([{ ...BUY_AND_HOLD, legs }]);
    one.execution.held.set('b', '0').set('c', '0');
    await one.begin();
    await one.play(1);
    expect(one.execution.calls.map(({ order }) => [order?.accountId, order?.volumeLots, order?.leg])).toEqual([
      [ACCOUNT, '0.09', 0],
      ['b', '0.04', 1],
    ]);
    expect(new Set(one.execution.calls.map(({ order }) => order?.coid)).size).toBe(2);
  });

  it('leads each account to its share from what that holds, and orders nothing where that is not known', async () => {
    const legs = [
      { accountId: ACCOUNT, share: '1' },
      { accountId: 'b', share: '2' },
      { accountId: 'c', share: '1' },
      { accountId: 'd', share: '0.5' },
      { accountId: 'e', share: '1' },
    ];
    const one = await start([{ ...BUY_AND_HOLD, legs }]);
    one.execution.held.set('b', '0.03').set('c', '0.09').set('d', '0.1');
    await one.begin();
    await one.play(1);
    expect(
      one.execution.calls.map(({ order }) => [order?.accountId, order?.side, order?.volumeLots, order?.reduceOnly]),
    ).toEqual([
      [ACCOUNT, 'SIDE_BUY', '0.09', false],
      ['b', 'SIDE_BUY', '0.15', false],
      ['d', 'SIDE_SELL', '0.06', true],
    ]);
    expect(one.decided[0]?.legs).toMatchObject([
      { leg: 0, outcome: 'approved' },
      { leg: 1, outcome: 'approved' },
      { leg: 3, outcome: 'approved' },
      { leg: 4, accountId: 'e', outcome: 'unknown', code: 'POSITION_UNKNOWN', order: undefined },
    ]);
  });

  it('lets a strategy that was switched off order nothing, also after a restart', async () => {
    const before = await start();
    await before.begin();
    expect(await before.calls.disableStrategy({ strategyId: 'hold-it' })).toMatchObject({ enabled: false });
    await before.play(1, { checkpoint: true });
    const after = await start();
    await after.begin(1);
    await after.play(2);
    expect([...before.execution.calls, ...after.execution.calls]).toEqual([]);
    expect(after.decided).toMatchObject([{ legs: [], words: 'The strategy is switched off.' }]);
    await expect(after.calls.enableStrategy({ strategyId: 'other' })).rejects.toMatchObject({
      code: 'STRATEGY_UNKNOWN',
    });
  });

  it('knows what its strategies had decided as soon as it has started again', async () => {
    const before = await start();
    await before.begin();
    await before.play(1);
    await before.play(2, { checkpoint: true });
    const { strategies } = await before.calls.listStrategies();
    expect(strategies).toMatchObject([{ decisions: 2 }]);
    const after = await start();
    expect((await after.calls.listStrategies()).strategies).toEqual(strategies);
  });

  it('switches a strategy off even if that cannot be written down, and on only if it can', async () => {
    const one = await start();
    jest.spyOn(one.store, 'setDisabled').mockRejectedValue(new Error('no database'));
    await expect(one.calls.disableStrategy({ strategyId: 'hold-it' })).rejects.toThrow('no database');
    await expect(one.calls.enableStrategy({ strategyId: 'hold-it' })).rejects.toThrow('no database');
    expect((await one.calls.listStrategies()).strategies).toMatchObject([{ enabled: false }]);
  });

  it('does not know what became of an order when execution is away, and goes on', async () => {
    const one = await start();
    one.execution.isAway = true;
    await one.begin();
    await one.play(1);
    await one.play(2, { checkpoint: true });
    const [first] = one.decided;
    expect(first?.legs).toMatchObject([{ outcome: 'unknown', code: 'EXECUTION_UNAVAILABLE' }]);
    const explained = await one.calls.explain({ id: first?.decisionId ?? '', accountId: '' });
    expect(explained).toMatchObject({ decision: { legs: [{ outcome: 'unknown' }] }, orders: [], fills: [] });
  });

  it.each([
    [common.OrderState.DENIED, 'denied'],
    [common.OrderState.REJECTED, 'rejected'],
    [common.OrderState.UNKNOWN, 'unknown'],
    [common.OrderState.FILLED, 'approved'],
  ])('notes of an order that is %s that it was %s', async (state, outcome) => {
    const one = await start();
    one.execution.stateOfNext = state;
    await one.begin();
    await one.play(1);
    expect(one.decided[0]?.legs).toMatchObject([{ outcome }]);
  });

  it('explains by decision, by order and the last one, and orders that nobody decided', async () => {
    const one = await start();
    await one.begin();
    await one.play(1);
    await one.play(2, { checkpoint: true });
    const [ordered, quiet] = one.decided;
    const coid = ordered?.legs[0]?.coid ?? '';
    for (const id of [ordered?.decisionId ?? '', coid, 'last', '']) {
      const { decision: found, orders, fills, events } = await one.calls.explain({ id, accountId: ACCOUNT });
      expect([found?.decisionId, orders[0]?.request?.coid, fills[0]?.coid]).toEqual([ordered?.decisionId, coid, coid]);
      expect(events).toMatchObject([{ coid, kind: 'ORDER_EVENT_KIND_SUBMITTED' }]);
    }
    const { decision: held } = await one.calls.explain({ id: quiet?.decisionId ?? '', accountId: '' });
    expect(held?.words).toBe('Hold: bought already');

    await one.execution.submitOrder({
      order: common.OrderRequest.fromPartial({ coid: 'by-hand' }),
      asOfUs: 0,
      hops: undefined,
    });
    const byHand = await one.calls.explain({ id: 'by-hand', accountId: ACCOUNT });
    expect(byHand).toMatchObject({
      decision: undefined,
      orders: [{ request: { coid: 'by-hand' } }],
      fills: [{ coid: 'by-hand' }],
      events: [{ coid: 'by-hand' }],
    });
    await expect(one.calls.explain({ id: 'nobody', accountId: '' })).rejects.toMatchObject({
      code: 'NOTHING_TO_EXPLAIN',
    });
    await expect(one.calls.explain({ id: 'last', accountId: 'other' })).rejects.toMatchObject({ status: 'NOT_FOUND' });
  });
});
