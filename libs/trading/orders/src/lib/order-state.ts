import { Decimal } from '@trading/trading-market';
import type { OrderFill, OrderRequest, OrderState } from './order';
import { DuplicateFill, InvalidFill, InvalidTransition, Overfill } from './order-errors';
import type { OrderChanges, OrderEvent } from './order-events';
import { isTerminal, TRANSITIONS, type TransitionTarget } from './transitions';

/** An order as its events so far have made it. */
export interface OrderView {
  readonly request: OrderRequest;
  readonly state: OrderState;
  readonly filledLots: Decimal;
  /** Weighted by volume; undefined before the first fill. */
  readonly averagePrice: Decimal | undefined;
  readonly brokerTicket?: string;
  /** Of the last denial, rejection, refusal or doubt; empty when there was none. */
  readonly code: string;
  readonly message: string;
  readonly fillIds: readonly string[];
  /** Sent to the broker and not answered yet. */
  readonly pendingCommand?: 'modify' | 'cancel';
  /** Only of UNKNOWN: asking the broker did not settle it. */
  readonly ambiguous: boolean;
  /** A fill came after the order had ended. */
  readonly lateFill: boolean;
  /** More may be filled than was ordered. */
  readonly overfilled: boolean;
}

/**
 * The order after one more event; the order handed in stays as it is.
 * @throws DuplicateFill (looked for first), InvalidFill, InvalidTransition, Overfill
 */
export function applyOrderEvent(order: OrderView | undefined, event: OrderEvent): OrderView {
  if (order === undefined) {
    if (event.kind !== 'INITIALIZED') throw new InvalidTransition('', undefined, event.kind);
    return newOrder(event.request);
  }
  const { coid } = order.request;
  if (event.kind === 'FILLED') {
    const { fillId, volumeLots, price } = event.fill;
    if (order.fillIds.includes(fillId)) throw new DuplicateFill(coid, fillId);
    if (!(volumeLots.gt(0) && price.gt(0))) throw new InvalidFill(coid, fillId);
  }
  const target = TRANSITIONS[order.state][event.kind];
  if (target === undefined) throw new InvalidTransition(coid, order.state, event.kind);
  return withTicket(moved(order, event, target), event);
}

/** The order that stored events make; undefined for none. Throws as {@link applyOrderEvent}. */
export function replayOrder(events: Iterable<OrderEvent>): OrderView | undefined {
  let order: OrderView | undefined;
  for (const event of events) order = applyOrderEvent(order, event);
  return order;
}

/** What is not filled yet, in lots; never negative. */
export function remainingLots(order: OrderView): Decimal {
  return Decimal.max(new Decimal(order.request.volumeLots).sub(order.filledLots), 0);
}

function newOrder(request: OrderRequest): OrderView {
  return {
    request,
    state: 'INITIALIZED',
    filledLots: new Decimal(0),
    averagePrice: undefined,
    code: '',
    message: '',
    fillIds: [],
    ambiguous: false,
    lateFill: false,
    overfilled: false,
  };
}

function moved(order: OrderView, event: OrderEvent, target: TransitionTarget): OrderView {
  switch (event.kind) {
    case 'FILLED':
      return filled(order, event.fill, target);
    case 'OVERFILL':
      return { ...order, overfilled: true };
    case 'MODIFY_REQUESTED':
      if (order.pendingCommand === 'cancel') {
        throw new InvalidTransition(order.request.coid, order.state, event.kind, 'a cancel is pending');
      }
      return { ...order, pendingCommand: 'modify' };
    case 'CANCEL_REQUESTED':
      return { ...order, pendingCommand: 'cancel' };
    case 'MODIFIED':
      return { ...answered(order, 'modify'), request: changed(order.request, event.changes) };
    case 'MODIFY_REFUSED':
    case 'CANCEL_REFUSED': {
      // Of an order that has ended the reason of its end is worth more than that of a refusal.
      if (isTerminal(order.state)) return order;
      const { code, message } = event;
      return { ...answered(order, event.kind === 'MODIFY_REFUSED' ? 'modify' : 'cancel'), code, message };
    }
    case 'UNKNOWN':
      return { ...order, ...reasonOf(event), state: 'UNKNOWN', ambiguous: event.ambiguous ?? false };
    case 'INITIALIZED':
    case 'SUBMITTED':
      return inState(order, target);
    case 'ACCEPTED':
    case 'DENIED':
    case 'REJECTED':
    case 'CANCELED':
    case 'EXPIRED':
      return { ...inState(order, target), ...reasonOf(event) };
  }
}

function filled(order: OrderView, fill: OrderFill, target: TransitionTarget): OrderView {
  const ordered = new Decimal(order.request.volumeLots);
  const filledLots = order.filledLots.add(fill.volumeLots);
  if (filledLots.gt(ordered) && !order.overfilled) {
    throw new Overfill(order.request.coid, ordered.toFixed(), filledLots.toFixed());
  }
  const value = (order.averagePrice ?? new Decimal(0)).mul(order.filledLots).add(fill.price.mul(fill.volumeLots));
  const isLate = target === 'LATE_FILL';
  const open = isLate ? order.state : 'PARTIALLY_FILLED';
  return {
    ...inState(order, filledLots.gte(ordered) ? 'FILLED' : open),
    filledLots,
    averagePrice: value.div(filledLots),
    fillIds: [...order.fillIds, fill.fillId],
    lateFill: order.lateFill || isLate,
  };
}

/** Reconciliation may find an UNKNOWN order working whose first part is filled: that is PARTIALLY_FILLED. */
function inState(order: OrderView, target: TransitionTarget): OrderView {
  if (target === 'FILLED_BY_VOLUME' || target === 'LATE_FILL') return order;
  const state = target === 'ACCEPTED' && order.filledLots.gt(0) ? 'PARTIALLY_FILLED' : target;
  const settled = { ...order, state, ambiguous: false };
  return isTerminal(state) ? withoutCommand(settled) : settled;
}

function answered(order: OrderView, command: 'modify' | 'cancel'): OrderView {
  return order.pendingCommand === command ? withoutCommand(order) : order;
}

function withoutCommand({ pendingCommand: _, ...order }: OrderView): OrderView {
  return order;
}

function reasonOf(event: { readonly code?: string; readonly message?: string }): Partial<OrderView> {
  const { code, message } = event;
  return { ...(code === undefined ? {} : { code }), ...(message === undefined ? {} : { message }) };
}

function withTicket(order: OrderView, event: OrderEvent): OrderView {
  const ticket = 'brokerTicket' in event ? event.brokerTicket : undefined;
  return ticket === undefined || ticket === order.brokerTicket ? order : { ...order, brokerTicket: ticket };
}

function changed(request: OrderRequest, changes: OrderChanges): OrderRequest {
  const merged: Record<string, unknown> = { ...request, ...changes };
  for (const name of ['price', 'stopLimitPrice', 'stopLoss', 'takeProfit']) {
    if (merged[name] === '') Reflect.deleteProperty(merged, name);
  }
  if (changes.expiresUs !== undefined) merged['timeInForce'] = changes.expiresUs === 0 ? 'GTC' : 'GTD';
  if (changes.expiresUs === 0) Reflect.deleteProperty(merged, 'expiresUs');
  return merged as unknown as OrderRequest;
}
