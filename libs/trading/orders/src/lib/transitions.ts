import type { OrderState } from './order';
import type { OrderEventKind } from './order-events';

/**
 * Where an event leads. Two depend on the volume filled: `FILLED_BY_VOLUME` is FILLED when the order is complete, else
 * PARTIALLY_FILLED; `LATE_FILL` is FILLED when the order is complete, else the state it had.
 */
export type TransitionTarget = OrderState | 'FILLED_BY_VOLUME' | 'LATE_FILL';

type Row = Readonly<Partial<Record<OrderEventKind, TransitionTarget>>>;

/** A refusal may cross the fill or the cancellation that made it pointless; it then changes nothing. */
function ended(state: OrderState): Row {
  return { MODIFY_REFUSED: state, CANCEL_REFUSED: state, OVERFILL: state };
}

const OUTCOMES = {
  ACCEPTED: 'ACCEPTED',
  REJECTED: 'REJECTED',
  FILLED: 'FILLED_BY_VOLUME',
  CANCELED: 'CANCELED',
  EXPIRED: 'EXPIRED',
  UNKNOWN: 'UNKNOWN',
} as const satisfies Row;

/** Commands to change an order, and overfills, stand beside its state. */
function commands(state: OrderState): Row {
  return {
    MODIFY_REQUESTED: state,
    MODIFIED: state,
    MODIFY_REFUSED: state,
    CANCEL_REQUESTED: state,
    CANCEL_REFUSED: state,
    OVERFILL: state,
  };
}

/** Moves that an order can make; anything else is an `InvalidTransition` that changes nothing. */
export const TRANSITIONS: Readonly<Record<OrderState, Row>> = {
  INITIALIZED: { DENIED: 'DENIED', CANCELED: 'CANCELED', SUBMITTED: 'SUBMITTED' },
  DENIED: {},
  SUBMITTED: { ...OUTCOMES, CANCEL_REQUESTED: 'SUBMITTED', CANCEL_REFUSED: 'SUBMITTED', OVERFILL: 'SUBMITTED' },
  ACCEPTED: {
    FILLED: 'FILLED_BY_VOLUME',
    CANCELED: 'CANCELED',
    EXPIRED: 'EXPIRED',
    REJECTED: 'REJECTED',
    UNKNOWN: 'UNKNOWN',
    ...commands('ACCEPTED'),
  },
  PARTIALLY_FILLED: {
    FILLED: 'FILLED_BY_VOLUME',
    CANCELED: 'CANCELED',
    EXPIRED: 'EXPIRED',
    UNKNOWN: 'UNKNOWN',
    ...commands('PARTIALLY_FILLED'),
  },
  // A new modification of an order whose whereabouts nobody knows is refused; cancelling it may be tried.
  UNKNOWN: {
    ...OUTCOMES,
    MODIFIED: 'UNKNOWN',
    MODIFY_REFUSED: 'UNKNOWN',
    CANCEL_REQUESTED: 'UNKNOWN',
    CANCEL_REFUSED: 'UNKNOWN',
    OVERFILL: 'UNKNOWN',
  },
  // Only after OVERFILL can a complete order take another fill.
  FILLED: { FILLED: 'FILLED', ...ended('FILLED') },
  CANCELED: { FILLED: 'LATE_FILL', ...ended('CANCELED') },
  EXPIRED: { FILLED: 'LATE_FILL', ...ended('EXPIRED') },
  REJECTED: { FILLED: 'LATE_FILL', ...ended('REJECTED') },
};

const TERMINAL: ReadonlySet<OrderState> = new Set(['DENIED', 'FILLED', 'CANCELED', 'EXPIRED', 'REJECTED']);
const WORKING: ReadonlySet<OrderState> = new Set(['SUBMITTED', 'ACCEPTED', 'PARTIALLY_FILLED', 'UNKNOWN']);

/** Nothing more is expected of the broker (late fills may come all the same). */
export function isTerminal(state: OrderState): boolean {
  return TERMINAL.has(state);
}

/** The broker may hold it and may fill it: its exposure counts. */
export function isWorking(state: OrderState): boolean {
  return WORKING.has(state);
}
