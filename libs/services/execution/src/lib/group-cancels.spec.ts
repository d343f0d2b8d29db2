import type { common, gateway } from '@trading/contracts';
import { ExecutionFixture } from '../testing/execution-fixture';
import { dealOf, orderOf, resultOf, submitOf, updateOf } from '../testing/messages';
import { until } from '../testing/until';

const deal = (ticket: string, coid: string, changes: Partial<gateway.Deal> = {}) =>
  ({ $case: 'deal', value: dealOf(ticket, coid, changes) }) as const;
const result = (coid: string, changes: Partial<gateway.CommandResult> = {}) =>
  ({ $case: 'result', value: resultOf(coid, changes) }) as const;
const update = (coid: string, state: gateway.OrderUpdateState) =>
  ({ $case: 'order', value: updateOf(coid, state) }) as const;

const PLACED = 'ORDER_UPDATE_STATE_PLACED';
const CANCELED = 'ORDER_UPDATE_STATE_CANCELED';

describe('an order of a group', () => {
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

  const limit = (coid: string, changes: Partial<common.OrderRequest> = {}) =>
    system.service.submitOrder(
      submitOf(
        orderOf(coid, { type: 'ORDER_TYPE_LIMIT', price: '1.05', timeInForce: 'TIME_IN_FORCE_GTC', ...changes }),
      ),
    );
  const hear = async (...bodies: readonly NonNullable<gateway.TradeEvent['body']>[]) => {
    for (const body of bodies) await system.onTrade(body);
    await system.idle();
  };

  const pair = async () => {
    await limit('order-1', { ocoGroup: 'g' });
    await limit('order-2', { ocoGroup: 'g', side: 'SIDE_SELL', price: '1.2' });
    await hear(update('order-1', PLACED), update('order-2', PLACED));
  };

  it('cancels the others with its first fill, once, also over a crash', async () => {
    await pair();
    system.terminal.way = 'loses-orders';
    await hear(deal('d1', 'order-1', { volumeLots: '0.04' }));
    await until(() => system.terminal.tries.get('oco-order-2') === 1);
    await system.crash();
    system.terminal.way = 'up';
    await system.session(0, { lockstep: false });
    await until(() => system.terminal.canceled.length === 1);
    await hear(deal('d2', 'order-1', { volumeLots: '0.06' }));
    expect(system.terminal.canceled).toMatchObject([{ coid: 'order-2', requestId: 'oco-order-2' }]);
    await hear(update('order-2', CANCELED));
    expect([await system.stateOf('order-1'), await system.stateOf('order-2')]).toEqual(['FILLED', 'CANCELED']);
  });

  it('is canceled again when the cancel overtook its own way to the terminal, also over a crash', async () => {
    await limit('order-1', { ocoGroup: 'g' });
    await hear(update('order-1', PLACED));
    await limit('order-2', { ocoGroup: 'g', side: 'SIDE_SELL', price: '1.2' });
    await hear(deal('d1', 'order-1'));
    await until(() => system.terminal.canceled.length === 1);
    const refused = { verb: 'cancel', status: 'REJECTED', retcode: 10013 } as const;
    await hear(result('order-2', { ...refused, requestId: 'oco-order-2' }));
    expect(await system.stateOf('order-2')).toBe('SUBMITTED');
    await system.crash();
    await system.session(0, { lockstep: false });
    await hear(update('order-2', PLACED));
    await until(() => system.terminal.canceled.length === 2);
    await hear(result('order-2', { ...refused, requestId: 'oco-2-order-2', retcode: 10029 }));
    for (let n = 3; n <= 4; n++) {
      system.nowMs += 1_000;
      await system.service.tick();
      await until(() => system.terminal.canceled.length === n);
      await hear(result('order-2', { ...refused, requestId: `oco-${n}-order-2`, retcode: 10029 }));
    }
    expect(system.raised).toContainEqual(expect.objectContaining({ code: 'GROUP_NOT_CANCELED', about: 'order-2' }));
    await hear(update('order-2', CANCELED));
    system.nowMs += 60_000;
    await system.service.tick();
    await system.idle();
    expect(system.terminal.canceled.map(({ coid, requestId }) => `${coid} ${requestId}`)).toEqual([
      'order-2 oco-order-2',
      'order-2 oco-2-order-2',
      'order-2 oco-3-order-2',
      'order-2 oco-4-order-2',
    ]);
  });

  it('keeps only the first one filled when two are filled at the same moment', async () => {
    await pair();
    await system.bus.idle();
    await hear(deal('d1', 'order-1', { volumeLots: '0.04' }));
    await hear(deal('d2', 'order-2', { side: 'SIDE_SELL', volumeLots: '0.03' }));
    await until(() => system.terminal.canceled.length === 1);
    const refused = { verb: 'cancel', status: 'REJECTED', retcode: 10029 } as const;
    await hear(result('order-2', { ...refused, requestId: 'oco-order-2' }));
    await until(() => system.terminal.canceled.length === 2);
    expect(system.terminal.canceled.map(({ coid }) => coid)).toEqual(['order-2', 'order-2']);
  });

  it('is not sent after another of its group was filled', async () => {
    await pair();
    await hear(deal('d1', 'order-1'));
    expect((await limit('order-3', { ocoGroup: 'g' })).order).toMatchObject({
      state: 'ORDER_STATE_DENIED',
      code: 'OCO_GROUP_DONE',
    });
    expect(system.terminal.has('order-3')).toBe(false);
  });
});
