import fc from 'fast-check';
import { said } from './broker-fixtures';
import { Play, step, world, type Step } from './broker-script';

const runs = (check: (play: Play, last: Step) => void, everyStep = true): void =>
  fc.assert(
    fc.property(world, fc.array(step, { minLength: 10, maxLength: 80 }), (around, steps) => {
      const play = new Play(around);
      for (const one of steps) {
        play.take(one);
        if (everyStep || one === steps.at(-1)) check(play, one);
      }
    }),
    { seed: 42, numRuns: everyStep ? 120 : 400 },
  );

describe('whatever is commanded, by whomever, on a netting or a hedging account', () => {
  it('cash is the deposit and what the events moved, and so say the books that heard of the deals', () => {
    runs(({ broker, model }) => {
      const { balance, credit } = broker.account();
      expect(balance.plus(credit).toFixed()).toBe(model.cash.toFixed());
      expect(model.books.balance.toFixed()).toBe(model.cash.toFixed());
    });
  });

  it('positions are the sums of their deals, and so say the books', () => {
    runs(({ broker, model }) => {
      const held = broker.positions();
      expect(held).toHaveLength(model.positions.size);
      const books = model.books.positions();
      held.forEach(({ positionId, symbol, side: way, volumeLots, openPrice }, i) => {
        const key = model.books.marginMode === 'HEDGING' ? positionId : symbol;
        const signed = way === 'BUY' ? volumeLots : volumeLots.neg();
        expect(signed.toFixed()).toBe(model.positions.get(key)?.lots.toFixed());
        expect([books[i]?.lots.toFixed(), books[i]?.averagePrice.toFixed()]).toEqual([
          signed.toFixed(),
          openPrice.toFixed(),
        ]);
      });
    });
  });

  it('the orders held are those that were accepted and have not ended', () => {
    runs(({ broker, model }) => {
      expect(broker.workingOrders().map(({ orderTicket }) => orderTicket)).toEqual(model.working());
      for (const { orderTicket, filledLots } of broker.workingOrders()) {
        expect(model.orders.get(orderTicket)?.filledLots.toFixed()).toBe(filledLots.toFixed());
      }
    });
  });

  it('the history has each order that ended once, as it was told', () => {
    runs(({ broker, model }) => {
      const ended = broker.endedOrders();
      expect(new Set(ended.map(({ orderTicket }) => orderTicket)).size).toBe(ended.length);
      expect(ended).toHaveLength(model.orders.size - model.working().length);
      for (const { orderTicket, state, filledLots } of ended) {
        const order = model.orders.get(orderTicket);
        expect(state).toBe(order?.state === 'held' ? 'FILLED' : order?.state);
        expect(filledLots.toFixed()).toBe(order?.filledLots.toFixed());
      }
      expect(broker.deals()).toHaveLength(model.tickets.size - broker.cashMovements().length);
    }, false);
  });

  it('nothing is left undone that a quote asks for', () => {
    runs((play, one) => {
      const { broker, bid, ask, world: around } = play;
      if (one.do !== 'quote' || bid > ask || around.volume !== undefined || around.latencyUs > 0) return;
      for (const { order } of broker.workingOrders()) {
        const [market, price] = [order.side === 'BUY' ? ask : bid, Number(order.price)];
        const isBelow = (order.side === 'BUY') === (order.type === 'LIMIT');
        const isMet = order.type === 'LIMIT' ? market !== price : true;
        expect(isMet && (isBelow ? market <= price : market >= price)).toBe(false);
      }
      for (const { side, stopLoss, takeProfit } of broker.positions()) {
        const [market, sign] = side === 'BUY' ? [bid, 1] : [ask, -1];
        if (stopLoss) expect((market - stopLoss.toNumber()) * sign).toBeGreaterThan(0);
        if (takeProfit) expect((takeProfit.toNumber() - market) * sign).toBeGreaterThan(0);
      }
      const { equity, margin } = broker.account();
      expect(margin.isZero() || equity.mul(2).gte(margin)).toBe(true);
    });
  });

  it('the same script gives the same events', () => {
    fc.assert(
      fc.property(world, fc.array(step, { minLength: 10, maxLength: 60 }), (around, steps) => {
        const [a, b] = [new Play(around), new Play(around)];
        for (const one of steps) {
          a.take(one);
          b.take(one);
        }
        expect(JSON.stringify(a.heard)).toBe(JSON.stringify(b.heard));
      }),
      { seed: 42, numRuns: 50 },
    );
  });

  it('scripts come to everything that can happen', () => {
    const seen = new Set<string>();
    runs(({ heard }) => {
      for (const event of heard) {
        const [word = ''] = said([event])[0]?.split(' ') ?? [];
        seen.add(event.kind === 'deal' && event.by !== undefined ? 'by' : word);
      }
    }, false);
    const all = 'CANCELED EXPIRED FILLED MODIFIED PLACED REJECTED TRIGGERED accepted by correction manual order';
    expect([...seen].sort()).toEqual([...all.split(' '), 'rejected', 'sl', 'stop_out', 'stops', 'tp']);
  });
});
