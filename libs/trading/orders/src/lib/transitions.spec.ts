import type { OrderState } from './order';
import { ORDER_EVENT_KINDS, type OrderEventKind } from './order-events';
import { InvalidTransition } from './order-errors';
import { applyOrderEvent } from './order-state';
import { eventOf, orderIn, STATES } from './order-fixtures';
import { isTerminal, isWorking, TRANSITIONS } from './transitions';

/**
 * The table once more, in the shape it is thought of: what each state may become. Written out apart from the source, so
 * that a slip there is seen here. `+` marks events that stand beside the state and keep it.
 */
const EXPECTED: Record<OrderState, string> = {
  INITIALIZED: 'DENIED>DENIED CANCELED>CANCELED SUBMITTED>SUBMITTED',
  DENIED: '',
  SUBMITTED:
    'ACCEPTED>ACCEPTED REJECTED>REJECTED FILLED>PARTIALLY_FILLED CANCELED>CANCELED EXPIRED>EXPIRED UNKNOWN>UNKNOWN ' +
    'CANCEL_REQUESTED+ CANCEL_REFUSED+ OVERFILL+',
  ACCEPTED:
    'REJECTED>REJECTED FILLED>PARTIALLY_FILLED CANCELED>CANCELED EXPIRED>EXPIRED UNKNOWN>UNKNOWN ' +
    'MODIFY_REQUESTED+ MODIFIED+ MODIFY_REFUSED+ CANCEL_REQUESTED+ CANCEL_REFUSED+ OVERFILL+',
  PARTIALLY_FILLED:
    'FILLED>PARTIALLY_FILLED CANCELED>CANCELED EXPIRED>EXPIRED UNKNOWN>UNKNOWN ' +
    'MODIFY_REQUESTED+ MODIFIED+ MODIFY_REFUSED+ CANCEL_REQUESTED+ CANCEL_REFUSED+ OVERFILL+',
  UNKNOWN:
    'ACCEPTED>ACCEPTED REJECTED>REJECTED FILLED>PARTIALLY_FILLED CANCELED>CANCELED EXPIRED>EXPIRED UNKNOWN>UNKNOWN ' +
    'MODIFIED+ MODIFY_REFUSED+ CANCEL_REQUESTED+ CANCEL_REFUSED+ OVERFILL+',
  FILLED: 'MODIFY_REFUSED+ CANCEL_REFUSED+ OVERFILL+',
  CANCELED: 'FILLED+ MODIFY_REFUSED+ CANCEL_REFUSED+ OVERFILL+',
  EXPIRED: 'FILLED+ MODIFY_REFUSED+ CANCEL_REFUSED+ OVERFILL+',
  REJECTED: 'FILLED+ MODIFY_REFUSED+ CANCEL_REFUSED+ OVERFILL+',
};

function expectedState(from: OrderState, kind: OrderEventKind): OrderState | undefined {
  for (const cell of EXPECTED[from].split(' ')) {
    const [event, to] = cell.split('>');
    if (event === kind) return to as OrderState;
    if (cell === `${kind}+`) return from;
  }
  return undefined;
}

const CELLS = STATES.flatMap((from) =>
  ORDER_EVENT_KINDS.map((kind) => [from, kind, expectedState(from, kind)] as const),
);

describe('the transition table', () => {
  it('has a row for every state and knows every event', () => {
    expect(Object.keys(TRANSITIONS).sort()).toEqual([...STATES].sort());
    expect(CELLS).toHaveLength(150);
  });

  it.each(CELLS.filter(([, , to]) => to !== undefined))('%s takes %s and is then %s', (from, kind, to) => {
    expect(applyOrderEvent(orderIn(from), eventOf(kind)).state).toBe(to);
  });

  // A complete order refuses a fill as an overfill; see the specification of the order's state.
  const refused = CELLS.filter(([from, kind, to]) => to === undefined && !(from === 'FILLED' && kind === 'FILLED'));
  it.each(refused)('%s refuses %s and stays as it is', (from, kind) => {
    const order = orderIn(from);
    const before = JSON.stringify(order);
    expect(() => applyOrderEvent(order, eventOf(kind))).toThrow(InvalidTransition);
    expect(JSON.stringify(order)).toBe(before);
  });
});

describe('kinds of states', () => {
  it('tells what has ended from what the broker may hold', () => {
    expect(STATES.filter(isTerminal)).toEqual(['DENIED', 'FILLED', 'CANCELED', 'EXPIRED', 'REJECTED']);
    expect(STATES.filter(isWorking)).toEqual(['SUBMITTED', 'ACCEPTED', 'PARTIALLY_FILLED', 'UNKNOWN']);
  });
});
