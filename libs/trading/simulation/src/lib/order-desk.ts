import type { Actor, BrokerEvent, OrderChanged, OrderMove, OrderRejected } from './broker-event';
import type { BrokerOrder } from './broker-order';
import type { EndedOrderView, WorkingOrderView } from './broker-views';
import type { HeldOrder } from './held-order';
import type { Refusal } from './order-checks';
import type { SymbolBook } from './symbol-book';

/** Why an order ends without being filled. */
export interface OrderEnd {
  readonly state: 'CANCELED' | 'EXPIRED' | 'REJECTED';
  readonly reason: Actor;
  readonly refusal?: Refusal;
}

/** Keeps what became of orders, and says it. */
export class OrderDesk {
  readonly ended: EndedOrderView[] = [];
  private tickets = 0;

  nextTicket(): string {
    this.tickets += 1;
    return String(this.tickets);
  }

  /** The order is complete; told only where it rested. */
  filled(held: HeldOrder, timeUs: number, events: BrokerEvent[]): void {
    const reason = held.isResting ? 'broker' : held.by;
    this.keep(held, 'FILLED', reason, undefined, timeUs);
    if (held.isResting) events.push(orderChanged(held, 'FILLED', reason, timeUs));
  }

  /** What is left of it will not fill. One that never rested is answered as a rejection. */
  end(
    book: SymbolBook,
    held: HeldOrder,
    { state, reason, refusal }: OrderEnd,
    timeUs: number,
    events: BrokerEvent[],
  ): void {
    this.keep(held, state, reason, refusal, timeUs);
    if (held.isResting || !refusal) events.push(orderChanged(held, state, reason, timeUs, refusal));
    else events.push(rejected(held.order, held.orderTicket, refusal, timeUs, book));
  }

  private keep(
    held: HeldOrder,
    state: EndedOrderView['state'],
    reason: Actor,
    refusal: Refusal | undefined,
    endedUs: number,
  ): void {
    const { orderTicket, order, filledLots, submittedUs } = held;
    this.ended.push({
      orderTicket,
      order,
      filledLots,
      state,
      reason,
      ...(refusal && { retcode: refusal.retcode }),
      message: refusal?.message ?? '',
      submittedUs,
      endedUs,
    });
  }
}

export function orderChanged(
  held: HeldOrder,
  state: OrderMove,
  reason: Actor,
  timeUs: number,
  refusal?: Refusal,
): OrderChanged {
  const { orderTicket, order, filledLots } = held;
  const retcode = refusal && { retcode: refusal.retcode };
  const message = refusal?.message ?? '';
  return {
    kind: 'order',
    state,
    reason,
    orderTicket,
    coid: order.coid,
    order,
    filledLots,
    ...retcode,
    message,
    timeUs,
  };
}

export function rejected(
  order: BrokerOrder,
  orderTicket: string,
  { retcode, message }: Refusal,
  timeUs: number,
  book?: SymbolBook,
): OrderRejected {
  const { coid, symbol, volumeLots } = order;
  const quote = book?.hasQuote ? { bid: book.bid, ask: book.ask } : undefined;
  return { kind: 'rejected', coid, symbol, orderTicket, volumeLots, retcode, message, ...quote, timeUs };
}

export function workingView({ orderTicket, order, filledLots, dueUs, submittedUs }: HeldOrder): WorkingOrderView {
  return { orderTicket, order, filledLots, expiresUs: dueUs === Infinity ? 0 : dueUs, submittedUs };
}
