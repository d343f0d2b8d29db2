import { Decimal } from '@trading/trading-market';
import * as fc from 'fast-check';
import { DuplicateFill, InvalidFill, InvalidTransition, OrderError, Overfill } from './order-errors';
import { ORDER_EVENT_KINDS, type OrderEvent } from './order-events';
import { eventOf, fill, orderIn, REQUEST } from './order-fixtures';
import { applyOrderEvent, remainingLots, replayOrder, type OrderView } from './order-state';
import { isTerminal } from './transitions';

function filledBy(order: OrderView, fillId: string, lots: string, price?: string): OrderView {
  return applyOrderEvent(order, { kind: 'FILLED', timeUs: 6, fill: fill(fillId, lots, price) });
}

describe('the beginning', () => {
  it('is INITIALIZED and nothing else', () => {
    expect(applyOrderEvent(undefined, eventOf('INITIALIZED'))).toMatchObject({
      request: REQUEST,
      state: 'INITIALIZED',
    });
    for (const kind of ORDER_EVENT_KINDS.filter((other) => other !== 'INITIALIZED')) {
      expect(() => applyOrderEvent(undefined, eventOf(kind))).toThrow(InvalidTransition);
    }
    expect(replayOrder([])).toBeUndefined();
  });
});

describe('fills', () => {
  it('complete an order by volume and weigh the price by volume', () => {
    const part = filledBy(orderIn('ACCEPTED'), 'a', '0.25', '1.30');
    expect(part.state).toBe('PARTIALLY_FILLED');
    expect(remainingLots(part).toFixed()).toBe('0.75');
    const whole = filledBy(part, 'b', '0.75', '1.34');
    expect(whole).toMatchObject({ state: 'FILLED', fillIds: ['a', 'b'], lateFill: false });
    expect(whole.filledLots.toFixed()).toBe('1');
    expect(whole.averagePrice?.toFixed()).toBe('1.33');
    expect(remainingLots(whole).toFixed()).toBe('0');
  });

  it('add up exactly: ten tenths are one', () => {
    let order = orderIn('SUBMITTED');
    for (let i = 0; i < 10; i += 1) order = filledBy(order, `f${i}`, '0.1');
    expect(order.state).toBe('FILLED');
  });

  it('are booked once, which is looked at before anything else', () => {
    const whole = filledBy(orderIn('SUBMITTED'), 'a', '1');
    expect(() => filledBy(whole, 'a', '1')).toThrow(DuplicateFill);
    expect(() => filledBy(filledBy(orderIn('SUBMITTED'), 'a', '0.1'), 'a', '5')).toThrow(DuplicateFill);
  });

  it.each([
    ['0', '1'],
    ['-1', '1'],
    ['1', '0'],
    ['NaN', '1'],
  ])('need a volume and a price above 0: %s at %s', (lots, price) => {
    expect(() => filledBy(orderIn('ACCEPTED'), 'a', lots, price)).toThrow(InvalidFill);
  });

  it('beyond the order are refused unless the overfill was recorded first', () => {
    const order = orderIn('PARTIALLY_FILLED');
    expect(() => filledBy(order, 'b', '0.61')).toThrow(new Overfill('c1', '1', '1.01'));
    expect(() => filledBy(orderIn('FILLED'), 'b', '0.01')).toThrow(Overfill);
    for (const state of ['PARTIALLY_FILLED', 'FILLED', 'CANCELED'] as const) {
      const known = applyOrderEvent(orderIn(state), eventOf('OVERFILL'));
      expect(known).toMatchObject({ state, overfilled: true });
      expect(filledBy(known, 'b', '1.5')).toMatchObject({ state: 'FILLED' });
    }
  });

  it.each(['CANCELED', 'EXPIRED', 'REJECTED'] as const)(
    'that are late for a %s order are booked and flagged',
    (state) => {
      const part = filledBy(orderIn(state), 'a', '0.4');
      expect(part).toMatchObject({ state, lateFill: true, fillIds: ['a'] });
      expect(part.filledLots.toFixed()).toBe('0.4');
      const whole = filledBy(part, 'b', '0.6');
      expect(whole).toMatchObject({ state: 'FILLED', lateFill: true });
    },
  );
});

describe('commands beside the state', () => {
  it('a pending modify survives partial fills and ends with its answer', () => {
    const asked = applyOrderEvent(orderIn('ACCEPTED'), eventOf('MODIFY_REQUESTED'));
    const part = filledBy(asked, 'a', '0.4');
    expect(part).toMatchObject({ state: 'PARTIALLY_FILLED', pendingCommand: 'modify' });
    const done = applyOrderEvent(part, eventOf('MODIFIED'));
    expect(done).not.toHaveProperty('pendingCommand');
    expect(done.request).toEqual({ ...REQUEST, stopLoss: '1.37500' });
  });

  it('a refused one restores nothing, because nothing changed', () => {
    const asked = applyOrderEvent(orderIn('ACCEPTED'), eventOf('MODIFY_REQUESTED'));
    const refused = applyOrderEvent(asked, eventOf('MODIFY_REFUSED'));
    expect(refused).toEqual({
      ...orderIn('ACCEPTED'),
      code: 'CODE_MODIFY_REFUSED',
      message: 'Because of MODIFY_REFUSED.',
    });
  });

  it('a modification may take a stop away', () => {
    const event: OrderEvent = { kind: 'MODIFIED', timeUs: 5, changes: { stopLoss: '', takeProfit: '1.40000' } };
    const { request } = applyOrderEvent(orderIn('ACCEPTED'), event);
    expect(request).not.toHaveProperty('stopLoss');
    expect(request.takeProfit).toBe('1.40000');
  });

  it('a modification may move the limit of a stop-limit order, set an expiry and take it away', () => {
    const changes = { stopLimitPrice: '1.37900', expiresUs: 99 };
    const dated = applyOrderEvent(orderIn('ACCEPTED'), { kind: 'MODIFIED', timeUs: 5, changes });
    expect(dated.request).toMatchObject({ ...changes, timeInForce: 'GTD', price: '1.38000' });
    const undated = applyOrderEvent(dated, { kind: 'MODIFIED', timeUs: 6, changes: { expiresUs: 0 } });
    expect(undated.request).not.toHaveProperty('expiresUs');
    expect(undated.request).toMatchObject({ stopLimitPrice: '1.37900', timeInForce: 'GTC' });
  });

  it('a cancel goes before a modify, never after it', () => {
    const modifying = applyOrderEvent(orderIn('ACCEPTED'), eventOf('MODIFY_REQUESTED'));
    const canceling = applyOrderEvent(modifying, eventOf('CANCEL_REQUESTED'));
    expect(canceling.pendingCommand).toBe('cancel');
    expect(() => applyOrderEvent(canceling, eventOf('MODIFY_REQUESTED'))).toThrow(/a cancel is pending/);
    expect(applyOrderEvent(canceling, eventOf('MODIFY_REFUSED')).pendingCommand).toBe('cancel');
    expect(applyOrderEvent(canceling, eventOf('CANCEL_REFUSED'))).not.toHaveProperty('pendingCommand');
  });

  it('a refusal that crossed the end of the order changes nothing', () => {
    const order = orderIn('FILLED');
    expect(applyOrderEvent(order, eventOf('CANCEL_REFUSED'))).toEqual(order);
  });
});

describe('unknown outcomes', () => {
  it('carry the flag until something is proved', () => {
    const event: OrderEvent = { kind: 'UNKNOWN', timeUs: 5, code: '10031', message: 'No connection.', ambiguous: true };
    const unknown = applyOrderEvent(orderIn('SUBMITTED'), event);
    expect(unknown).toMatchObject({ state: 'UNKNOWN', ambiguous: true, code: '10031', message: 'No connection.' });
    expect(applyOrderEvent(unknown, eventOf('CANCEL_REQUESTED')).ambiguous).toBe(true);
    expect(applyOrderEvent(unknown, eventOf('ACCEPTED')).ambiguous).toBe(false);
    expect(filledBy(unknown, 'a', '1').ambiguous).toBe(false);
    expect(applyOrderEvent(orderIn('SUBMITTED'), eventOf('UNKNOWN')).ambiguous).toBe(false);
  });

  it('a partly filled order found working is partly filled, not merely accepted', () => {
    const unknown = applyOrderEvent(orderIn('PARTIALLY_FILLED'), eventOf('UNKNOWN'));
    expect(applyOrderEvent(unknown, eventOf('ACCEPTED')).state).toBe('PARTIALLY_FILLED');
  });
});

describe('the broker’s words', () => {
  it('are kept: ticket, code and message', () => {
    const accepted = applyOrderEvent(orderIn('SUBMITTED'), { kind: 'ACCEPTED', timeUs: 5, brokerTicket: '77' });
    expect(accepted.brokerTicket).toBe('77');
    expect(filledBy(accepted, 'a', '0.1').brokerTicket).toBe('77');
    expect(orderIn('REJECTED')).toMatchObject({ code: 'CODE_REJECTED', message: 'Because of REJECTED.' });
  });
});

describe('random sequences of events', () => {
  const event = fc
    .tuple(fc.constantFrom(...ORDER_EVENT_KINDS), fc.integer({ min: 0, max: 6 }), fc.integer({ min: 1, max: 60 }))
    .map(([kind, id, hundredths]): OrderEvent =>
      kind === 'FILLED'
        ? { kind, timeUs: 5, fill: fill(`f${id}`, String(hundredths / 100), String(1 + id / 10)) }
        : eventOf(kind),
    );
  // Plain random sequences seldom get far: most begin as an order does.
  const sequence = fc
    .tuple(
      fc.constantFrom<OrderEvent[]>([], [eventOf('SUBMITTED')], [eventOf('SUBMITTED'), eventOf('ACCEPTED')]),
      fc.array(event, { maxLength: 25 }),
    )
    .map(([start, rest]) => [eventOf('INITIALIZED'), ...start, ...rest]);

  interface Run {
    readonly stored: OrderEvent[];
    readonly views: OrderView[];
  }

  function run(events: readonly OrderEvent[]): Run {
    const stored: OrderEvent[] = [];
    const views: OrderView[] = [];
    for (const next of events) {
      const before = JSON.stringify(views.at(-1));
      try {
        views.push(applyOrderEvent(views.at(-1), next));
        stored.push(next);
      } catch (error) {
        if (!(error instanceof OrderError)) throw error;
        expect(JSON.stringify(views.at(-1))).toBe(before);
      }
    }
    return { stored, views };
  }

  it('keep the invariants', () => {
    fc.assert(
      fc.property(sequence, (events) => {
        const { stored, views } = run(events);
        for (const [i, view] of views.entries()) {
          const fills = stored.slice(0, i + 1).flatMap((e) => (e.kind === 'FILLED' ? [e.fill] : []));
          const total = fills.reduce((sum, { volumeLots }) => sum.add(volumeLots), new Decimal(0));
          const value = fills.reduce((sum, { volumeLots, price }) => sum.add(volumeLots.mul(price)), new Decimal(0));
          expect(view.filledLots.eq(total)).toBe(true);
          expect(view.overfilled || total.lte(1)).toBe(true);
          expect(view.state === 'FILLED').toBe(total.gte(1));
          expect(new Set(view.fillIds).size).toBe(view.fillIds.length);
          expect(view.fillIds).toEqual(fills.map(({ fillId }) => fillId));
          if (fills.length === 0) expect(view.averagePrice).toBeUndefined();
          else expect(view.averagePrice!.mul(total).sub(value).abs().lt('1e-30')).toBe(true);
          if (view.state === 'ACCEPTED' || view.state === 'DENIED') expect(total.isZero()).toBe(true);
          if (view.state === 'PARTIALLY_FILLED') expect(total.gt(0)).toBe(true);
          if (view.ambiguous) expect(view.state).toBe('UNKNOWN');
          if (isTerminal(view.state)) expect(view.pendingCommand).toBeUndefined();
          const previous = views[i - 1];
          if (previous !== undefined && isTerminal(previous.state) && previous.state !== view.state) {
            expect([view.state, view.lateFill]).toEqual(['FILLED', true]);
          }
        }
      }),
      { seed: 42, numRuns: 1000 },
    );
  });

  it('replay to the same order from the events that were stored', () => {
    fc.assert(
      fc.property(sequence, (events) => {
        const { stored, views } = run(events);
        expect(JSON.stringify(replayOrder(stored))).toBe(JSON.stringify(views.at(-1)));
      }),
      { seed: 42, numRuns: 300 },
    );
  });
});
