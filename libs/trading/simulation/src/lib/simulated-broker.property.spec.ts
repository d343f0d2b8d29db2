import fc from 'fast-check';
import { Decimal, standardInstrument } from '@trading/trading-market';
import type { BrokerEvent } from './broker-event';
import { SimulatedBroker } from './simulated-broker';

type Step =
  | { readonly do: 'quote'; readonly mid: number; readonly spread: number; readonly travels: boolean }
  | {
      readonly do: 'order';
      readonly buys: boolean;
      readonly hundredths: number;
      readonly reduceOnly: boolean;
      readonly stop: number;
      readonly target: number;
    };

const POINT = 0.00001;
const at = (points: number): number => Math.round(130_000 + points) / 100_000;

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('quote' as const),
    mid: fc.integer({ min: -300, max: 300 }),
    // A tenth of one real feed's quotes is crossed.
    spread: fc.integer({ min: -2, max: 20 }),
    travels: fc.boolean(),
  }),
  fc.record({
    do: fc.constant('order' as const),
    buys: fc.boolean(),
    hundredths: fc.integer({ min: 1, max: 50 }),
    reduceOnly: fc.boolean(),
    stop: fc.integer({ min: 0, max: 200 }),
    target: fc.integer({ min: 0, max: 200 }),
  }),
);

interface Played {
  readonly events: readonly BrokerEvent[];
  readonly broker: SimulatedBroker;
  readonly submitted: number;
}

function play(
  steps: readonly Step[],
  onQuote?: (bid: number, ask: number, events: readonly BrokerEvent[]) => void,
): Played {
  const broker = new SimulatedBroker({
    currency: 'USD',
    leverage: 30,
    deposit: '10000',
    instruments: [standardInstrument('EURUSD')],
    costs: { commissionPerLot: '3.33' },
    slippagePoints: 2,
    latencyUs: 1,
  });
  const events: BrokerEvent[] = [];
  let submitted = 0;
  let mid = 0;
  steps.forEach((one, time) => {
    if (one.do === 'quote') {
      mid = one.mid;
      const [bid, ask] = [at(mid), at(mid + one.spread)];
      const caused = broker.onTick('EURUSD', time, bid, ask, one.travels ? 'travel' : 'jump');
      onQuote?.(bid, ask, caused);
      events.push(...caused);
      return;
    }
    submitted += 1;
    const away = one.buys ? -1 : 1;
    events.push(
      ...broker.submit(
        {
          coid: `c${time}`,
          symbol: 'EURUSD',
          side: one.buys ? 'BUY' : 'SELL',
          type: 'MARKET',
          volumeLots: (one.hundredths / 100).toFixed(2),
          fillings: [],
          reduceOnly: one.reduceOnly,
          magic: '1',
          tag: '',
          ...(one.stop > 30 && { stopLoss: at(mid + away * one.stop).toFixed(5) }),
          ...(one.target > 30 && { takeProfit: at(mid - away * one.target).toFixed(5) }),
        },
        time,
      ),
    );
  });
  events.push(...broker.closeMarket(steps.length));
  return { events, broker, submitted };
}

const runs = (check: (steps: readonly Step[]) => void): void =>
  fc.assert(fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), check), { seed: 42, numRuns: 300 });

describe('whatever quotes and orders come', () => {
  it('the balance is the deposit and what the deals moved', () => {
    runs((steps) => {
      const { broker } = play(steps);
      const moved = broker.deals().reduce((sum, d) => sum.plus(d.profit).plus(d.commission), new Decimal(0));
      expect(broker.account().balance.toFixed(2)).toBe(moved.plus(10000).toFixed(2));
    });
  });

  it('the position is the sum of the deals', () => {
    runs((steps) => {
      const { broker } = play(steps);
      let lots = new Decimal(0);
      for (const d of broker.deals()) {
        lots = lots.plus(d.side === 'BUY' ? d.volumeLots : d.volumeLots.neg());
        expect(d.positionLots.toFixed()).toBe(lots.toFixed());
      }
      const [position] = broker.positions();
      const held = position
        ? position.side === 'BUY'
          ? position.volumeLots
          : position.volumeLots.neg()
        : new Decimal(0);
      expect(held.toFixed()).toBe(lots.toFixed());
      expect(broker.positionSign('EURUSD')).toBe(lots.isZero() ? 0 : lots.isPositive() ? 1 : -1);
    });
  });

  it('every order gets exactly one final word', () => {
    runs((steps) => {
      const { events, submitted } = play(steps);
      const final = events
        .filter((e) => (e.kind === 'deal' && e.coid !== '') || e.kind === 'rejected')
        .map((e) => ('coid' in e ? e.coid : ''));
      expect(final).toHaveLength(submitted);
      expect(new Set(final).size).toBe(submitted);
    });
  });

  it('no crossed quote does anything, and no fill is better than what was offered', () => {
    runs((steps) => {
      play(steps, (bid, ask, events) => {
        if (bid > ask) expect(events).toHaveLength(0);
        for (const e of events) {
          if (e.kind !== 'deal' || e.reason !== 'order') continue;
          const slipped = e.side === 'BUY' ? ask + 2 * POINT : bid - 2 * POINT;
          expect(e.price.toNumber()).toBeCloseTo(slipped, 9);
        }
      });
    });
  });

  it('a reduction never opens, enlarges or flips', () => {
    runs((steps) => {
      const reducing = new Set(steps.flatMap((s, time) => (s.do === 'order' && s.reduceOnly ? [`c${time}`] : [])));
      let before = new Decimal(0);
      for (const d of play(steps).broker.deals()) {
        if (reducing.has(d.coid)) {
          expect(d.positionLots.abs().lt(before.abs())).toBe(true);
          expect(d.positionLots.isZero() || d.positionLots.isPositive() === before.isPositive()).toBe(true);
        }
        before = d.positionLots;
      }
    });
  });

  it('the same calls give the same events', () => {
    runs((steps) => {
      expect(JSON.stringify(play(steps).events)).toBe(JSON.stringify(play(steps).events));
    });
  });
});
