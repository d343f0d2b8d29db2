import { common, execution } from '@trading/contracts';
import { Decimal } from '@trading/trading-market';
import { isTerminal, replayOrder, TRANSITIONS, type OrderEvent, type OrderEventKind } from '@trading/trading-orders';
import * as fc from 'fast-check';
import { orderOf } from '../testing/messages';
import { advance, eventMessage, kernelEvent, requestOf, type Happening, type OrderRecord } from './order-record';

fc.configureGlobal({ seed: 42 });

const KINDS = Object.keys({
  ...TRANSITIONS.SUBMITTED,
  ...TRANSITIONS.PARTIALLY_FILLED,
  ...TRANSITIONS.INITIALIZED,
}) as OrderEventKind[];

const words = fc.constantFrom('', 'A', 'B');

const happenings = fc.array(
  fc.record({
    kind: fc.constantFrom(...KINDS, 'FILLED' as const),
    code: words,
    message: words,
    ticket: fc.constantFrom(undefined, 't1', 't2'),
    lots: fc.constantFrom('0.01', '0.04', '0.05'),
    price: fc.constantFrom('1.1', '1.10007', '1.2'),
    stop: fc.constantFrom(undefined, '', '1.05'),
    ambiguous: fc.boolean(),
  }),
  { maxLength: 14 },
);

type Drawn = typeof happenings extends fc.Arbitrary<(infer T)[]> ? T : never;

function happeningOf(drawn: Drawn, n: number): Happening {
  const { kind, code, message, ambiguous } = drawn;
  const timeUs = n + 1;
  const ticket = drawn.ticket === undefined ? {} : { brokerTicket: drawn.ticket };
  const base = { coid: 'order-1', cause: `trade:${n}` };
  const made = (event: OrderEvent): Happening => ({ ...base, event });
  switch (kind) {
    case 'INITIALIZED':
      return made({ kind, timeUs, request: requestOf(orderOf('order-1')) });
    case 'FILLED': {
      const fill = { fillId: `d${n}`, volumeLots: drawn.lots, price: drawn.price, timeUs };
      return {
        ...made({
          kind,
          timeUs,
          ...ticket,
          fill: { ...fill, volumeLots: new Decimal(fill.volumeLots), price: new Decimal(fill.price) },
        }),
        fill: execution.Fill.fromPartial({ ...fill, coid: 'order-1' }),
      };
    }
    case 'MODIFIED':
      return made({ kind, timeUs, ...ticket, changes: drawn.stop === undefined ? {} : { stopLoss: drawn.stop } });
    case 'SUBMITTED':
    case 'MODIFY_REQUESTED':
    case 'CANCEL_REQUESTED':
      return made({ kind, timeUs });
    case 'ACCEPTED':
    case 'CANCELED':
    case 'EXPIRED':
      // A plain answer, or one that says why.
      return made(ambiguous ? { kind, timeUs, ...ticket } : { kind, timeUs, ...ticket, code, message });
    case 'UNKNOWN':
      return made({ kind, timeUs, code, message, ambiguous });
    default:
      return made({ kind, timeUs, code, message });
  }
}

function opened(request = orderOf('order-1')): { record: OrderRecord; stored: execution.OrderEvent[] } {
  const first: Happening = {
    coid: 'order-1',
    cause: 'submit:order-1',
    request,
    event: { kind: 'INITIALIZED', timeUs: 0, request: requestOf(request) },
  };
  const record = advance(undefined, first, 1);
  return { record, stored: [eventMessage(record, first, { seq: 1, barrier: 0 })] };
}

describe('the record of an order', () => {
  it('comes back from its stored events as it was, whatever happened to it', () => {
    fc.assert(
      fc.property(happenings, (drawn) => {
        const state = opened();
        let { record } = state;
        drawn.forEach((one, n) => {
          const happening = happeningOf(one, n);
          try {
            record = advance(record, happening, n + 2);
          } catch {
            return;
          }
          state.stored.push(eventMessage(record, happening, { seq: n + 2, barrier: n }));
        });
        const throughJson = state.stored.map((message) =>
          execution.OrderEvent.fromJSON(JSON.parse(JSON.stringify(execution.OrderEvent.toJSON(message)))),
        );
        const replayed = replayOrder(throughJson.map(kernelEvent));
        expect(JSON.stringify(sorted(replayed))).toBe(JSON.stringify(sorted(record.view)));
        expect(throughJson.at(-1)?.order).toEqual(onTheWire(record.order));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the code with which the broker accepted', () => {
    const { record } = opened();
    const submitted = advance(record, happeningOf({ ...PLAIN, kind: 'SUBMITTED' }, 1), 2);
    const accepted: Happening = {
      coid: 'order-1',
      cause: 'trade:1',
      event: { kind: 'ACCEPTED', timeUs: 3, code: '10009', message: 'done' },
    };
    const after = advance(submitted, accepted, 3);
    expect(kernelEvent(eventMessage(after, accepted, { seq: 3, barrier: 1 }))).toEqual(accepted.event);
  });

  it('loses a stop that a modification took away', () => {
    let { record } = opened(orderOf('order-1', { stopLoss: '1.05', takeProfit: '1.2' }));
    for (const kind of ['SUBMITTED', 'ACCEPTED', 'MODIFY_REQUESTED'] as const)
      record = advance(record, happeningOf({ ...PLAIN, kind }, 1), 2);
    record = advance(record, happeningOf({ ...PLAIN, kind: 'MODIFIED', stop: '' }, 1), 3);
    expect(record.order.request).toMatchObject({ takeProfit: '1.2' });
    expect(record.order.request?.stopLoss).toBeUndefined();
  });

  it('says the same of the order as the kernel does', () => {
    const { record } = opened();
    const filled = advance(
      advance(record, happeningOf({ ...PLAIN, kind: 'SUBMITTED' }, 1), 2),
      happeningOf({ ...PLAIN, kind: 'FILLED', lots: '0.04', price: '1.2', ticket: 't2' }, 2),
      3,
    );
    expect(isTerminal(filled.view.state)).toBe(false);
    expect(filled.order).toMatchObject({
      state: common.OrderState.PARTIALLY_FILLED,
      filledLots: '0.04',
      averagePrice: '1.2',
      brokerTicket: 't2',
      lastSeq: 3,
      updatedUs: 3,
    });
  });
});

const PLAIN: Drawn = {
  kind: 'SUBMITTED',
  code: '',
  message: '',
  ticket: undefined,
  lots: '0.01',
  price: '1.1',
  stop: undefined,
  ambiguous: false,
};

/** As the wire leaves it. */
function onTheWire(order: execution.Order): execution.Order {
  return execution.Order.fromJSON(execution.Order.toJSON(order));
}

function sorted(value: unknown): unknown {
  if (value instanceof Decimal || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, sorted(part)]),
  );
}
