import { gateway, type common } from '@trading/contracts';
import { ExecutionFixture } from '../testing/execution-fixture';
import { ACCOUNT, dealOf, orderOf, resultOf, SNAPSHOT, submitOf, ticks, updateOf } from '../testing/messages';

const deal = (ticket: string, coid: string, changes: Partial<gateway.Deal> = {}) =>
  ({ $case: 'deal', value: dealOf(ticket, coid, changes) }) as const;
const SELL = { side: 'SIDE_SELL' } as const;

describe('books', () => {
  let system: ExecutionFixture;
  beforeAll(async () => {
    system = await ExecutionFixture.open();
  }, 30_000);
  beforeEach(() => system.reset());
  afterEach(() => expect(system.errors).toEqual([]));
  afterAll(() => system.close());

  const submit = (coid: string, changes: Partial<common.OrderRequest> = {}) =>
    system.service.submitOrder(submitOf(orderOf(coid, changes)));
  const hear = async (...bodies: readonly NonNullable<gateway.TradeEvent['body']>[]) => {
    for (const body of bodies) await system.onTrade(body);
    await system.idle();
  };
  const held = async () => {
    const { positions } = await system.service.listPositions({ accountId: ACCOUNT });
    return positions.map((p) => `${p.positionId} ${p.volumeLots}`);
  };

  describe('of a hedging account', () => {
    beforeEach(async () => {
      system.snapshot = gateway.AccountSnapshot.fromPartial({ ...SNAPSHOT, marginMode: 'MARGIN_MODE_HEDGING' });
      await system.session(0, { lockstep: false });
      await system.quote(1.0999, 1.1);
      await submit('long-1');
      await submit('short-1', SELL);
      await hear(deal('d1', 'long-1', { positionId: 'p1' }), deal('d2', 'short-1', { ...SELL, positionId: 'p2' }));
    });

    it('hold opposite positions beside each other, also over a crash', async () => {
      expect(await held()).toEqual(['p1 0.1', 'p2 -0.1']);
      await system.crash();
      await system.session(0, { lockstep: false });
      expect(await held()).toEqual(['p1 0.1', 'p2 -0.1']);
    });

    it('close the position that is named, and two with each other', async () => {
      const close = { accountId: ACCOUNT, volumeLots: '', requestId: 'r-1', reason: '', byPositionId: '' };
      const part = await system.service.closePosition({ ...close, positionId: 'p2', volumeLots: '0.04' });
      expect(part.order?.request).toMatchObject({ positionId: 'p2', side: 'SIDE_BUY', volumeLots: '0.04' });
      await hear(deal('d3', part.order?.request?.coid ?? '', { positionId: 'p2', volumeLots: '0.04' }));
      expect(await held()).toEqual(['p1 0.1', 'p2 -0.06']);
      const pair = await system.service.closePosition({
        ...close,
        requestId: 'r-2',
        positionId: 'p1',
        byPositionId: 'p2',
      });
      const { coid = '', ...request } = pair.order?.request ?? {};
      expect(request).toMatchObject({ closeByPositionId: 'p2', volumeLots: '0.06', reduceOnly: true });
      await hear(
        deal('d4', coid, { ...SELL, positionId: 'p1', byPositionId: 'p2', volumeLots: '0.06' }),
        deal('d5', coid, { positionId: 'p2', byPositionId: 'p1', volumeLots: '0.06' }),
      );
      expect(await held()).toEqual(['p1 0.04']);
      expect(await system.stateOf(coid)).toBe('FILLED');
    });

    it('follow stops and stop-outs of the broker without a halt', async () => {
      const byBroker = { origin: 'ORIGIN_BROKER' } as const;
      await hear(
        deal('d3', '', { ...SELL, ...byBroker, positionId: 'p1', reason: 'sl' }),
        deal('d4', '', { ...byBroker, positionId: 'p2', reason: 'stop_out', volumeLots: '0.05' }),
      );
      expect(await held()).toEqual(['p2 -0.05']);
      expect(system.riskManager.halts).toEqual([]);
    });
  });

  it('cancel the others of a group at the barrier of the fill, and the same again after a crash', async () => {
    const limit = { type: 'ORDER_TYPE_LIMIT', price: '1.05', timeInForce: 'TIME_IN_FORCE_GTC', ocoGroup: 'g' } as const;
    const placed = (coid: string) => ({ $case: 'order', value: updateOf(coid, 'ORDER_UPDATE_STATE_PLACED') }) as const;
    const canceled = { $case: 'order', value: updateOf('order-2', 'ORDER_UPDATE_STATE_CANCELED') } as const;
    const play = async (crashAfterFill: boolean): Promise<void> => {
      await system.session(0, { tradeSeq: 0 });
      await system.step({ ticks: [ticks(1.0999, 1.1)] });
      await submit('order-1', limit);
      await submit('order-2', { ...limit, ...SELL, price: '1.2' });
      await system.step({ trades: [placed('order-1'), placed('order-2')] });
      await system.step({ trades: [deal('d1', 'order-1')] });
      if (crashAfterFill) return;
      expect(system.terminal.canceled).toMatchObject([{ coid: 'order-2', requestId: 'oco-order-2' }]);
      const done = {
        $case: 'result',
        value: resultOf('order-2', { verb: 'cancel', requestId: 'oco-order-2' }),
      } as const;
      await system.step({ trades: [canceled, done] });
      expect([await system.stateOf('order-1'), await system.stateOf('order-2')]).toEqual(['FILLED', 'CANCELED']);
    };
    // The process dies, and the cancel had not reached the terminal.
    await play(true);
    system.terminal.canceled.length = 0;
    await system.crash();
    await play(false);
    const { orders } = await system.service.listOrders({ accountId: ACCOUNT, states: [], limit: 0, afterSeq: 0 });
    expect(orders).toHaveLength(2);
    expect(system.terminal.submitted).toEqual(['order-1', 'order-2']);
  });
});
