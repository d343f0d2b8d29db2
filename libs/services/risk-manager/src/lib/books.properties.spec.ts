import type { common, execution } from '@trading/contracts';
import { Decimal } from '@trading/trading-market';
import * as fc from 'fast-check';
import { ACCOUNT, eventOf, orderOf, RiskFixture } from '../testing/risk-fixture';

/** What may happen to an account, in any order. */
type Step =
  | { readonly do: 'check'; readonly side: common.Side; readonly centilots: number }
  | { readonly do: 'fill' | 'cancel'; readonly which: number; readonly share: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('check' as const),
    side: fc.constantFrom<common.Side>('SIDE_BUY', 'SIDE_SELL'),
    centilots: fc.integer({ min: 1, max: 20 }),
  }),
  fc.record({
    do: fc.constantFrom('fill' as const, 'cancel' as const),
    which: fc.nat(9),
    share: fc.integer({ min: 1, max: 4 }),
  }),
);

interface Working {
  readonly order: common.OrderRequest;
  filled: Decimal;
}

const MOST_LOTS = 0.3;
const MOST_ORDERS = 4;

describe('whatever is checked, filled and canceled', () => {
  let system: RiskFixture;
  beforeAll(async () => {
    system = await RiskFixture.open();
  }, 30_000);
  afterAll(() => system.close());

  it('never more than the limits is held or may come to be, and what is reserved is what may still fill', async () => {
    const property = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      await system.reset({ maxPositionLots: String(MOST_LOTS), maxOpenOrders: MOST_ORDERS });
      await system.ready();
      const working: Working[] = [];
      let held = new Decimal(0);
      let seq = 0;
      const book = (event: execution.OrderEvent) => system.store.applyOrderEvents(ACCOUNT, [event]);
      for (const [n, each] of steps.entries()) {
        if (each.do === 'check') {
          const volumeLots = new Decimal(each.centilots).div(100).toFixed();
          const order = orderOf(`order-${n}`, { side: each.side, volumeLots });
          const { approved } = await system.check(order.coid, { side: each.side, volumeLots });
          if (approved) working.push({ order, filled: new Decimal(0) });
        } else {
          const at = each.which % Math.max(1, working.length);
          const one = working[at];
          if (one === undefined) continue;
          const { order } = one;
          const left = new Decimal(order.volumeLots).minus(one.filled);
          const part = each.share === 4 ? left : Decimal.max('0.01', left.mul(each.share).div(4).toDecimalPlaces(2));
          const lots = Decimal.min(left, part);
          if (each.do === 'fill') {
            one.filled = one.filled.plus(lots);
            held = order.side === 'SIDE_BUY' ? held.plus(lots) : held.minus(lots);
          }
          const isDone = each.do === 'cancel' || one.filled.eq(order.volumeLots);
          const filledLots = one.filled.toFixed();
          const state =
            each.do === 'cancel'
              ? 'ORDER_STATE_CANCELED'
              : isDone
                ? 'ORDER_STATE_FILLED'
                : 'ORDER_STATE_PARTIALLY_FILLED';
          const fill = each.do === 'fill' ? { lots: lots.toFixed(), filledLots } : undefined;
          await book(eventOf(++seq, order, state, fill));
          if (isDone) working.splice(at, 1);
        }
        const open = working.map(({ order, filled }) => [
          order.coid,
          new Decimal(order.volumeLots).minus(filled).toFixed(),
        ]);
        expect(await system.reserved()).toEqual(Object.fromEntries(open));
        expect((await system.exposure())['EURUSD'] ?? '0').toBe(held.toFixed());
        const mayBuy = working.filter(({ order }) => order.side === 'SIDE_BUY').map(leftOf);
        const maySell = working.filter(({ order }) => order.side === 'SIDE_SELL').map(leftOf);
        expect(held.plus(sum(mayBuy)).lte(MOST_LOTS)).toBe(true);
        expect(held.minus(sum(maySell)).gte(-MOST_LOTS)).toBe(true);
        expect(working.length).toBeLessThanOrEqual(MOST_ORDERS);
      }
    });
    await fc.assert(property, { seed: 42, numRuns: 12 });
  }, 60_000);
});

const leftOf = ({ order, filled }: Working): Decimal => new Decimal(order.volumeLots).minus(filled);
const sum = (all: readonly Decimal[]): Decimal => all.reduce((total, each) => total.plus(each), new Decimal(0));
