import type { gateway } from '@trading/contracts';
import type { OrderEvent } from '@trading/trading-orders';
import type { Booking } from '@trading/trading-reconciliation';
import { cashNote, type BookNote } from './book-note';
import { happeningsOfDeal, type FindOrder } from './broker-happenings';
import { advance, type Happening, type OrderRecord } from './order-record';
import type { FetchedView } from './reconcile-view';

export interface ReconciledBookings {
  readonly happenings: readonly Happening[];
  readonly notes: readonly BookNote[];
}

const CODE = 'RECONCILED';

/**
 * What a comparison found to be booked, as order events and notes. Their causes say so; the deals are the terminal's
 * own, so that one which it tells of later is known by its ticket.
 */
export async function bookingsOf(
  bookings: readonly Booking[],
  fetched: FetchedView,
  at: { readonly accountId: string; readonly barrier: number },
  find: FindOrder,
): Promise<ReconciledBookings> {
  const drafted = new Map<string, OrderRecord>();
  const findDrafted: FindOrder = async (coid) => drafted.get(coid) ?? (await find(coid));
  const happenings: Happening[] = [];
  const notes: BookNote[] = [];
  for (const booking of bookings) {
    const note = noteOf(booking, fetched);
    if (note !== undefined) notes.push(note);
    for (const happening of await happeningsOf(booking, fetched, at, findDrafted)) {
      drafted.set(happening.coid, advance(await findDrafted(happening.coid), happening, 0));
      happenings.push(happening);
    }
  }
  return { happenings, notes };
}

function noteOf(booking: Booking, { view, journalId, seq }: FetchedView): BookNote | undefined {
  if (booking.kind === 'cash') {
    const { dealTicket, kind, amount, timeUs } = booking.movement;
    return cashNote(booking.cause, view.timeUs, { dealTicket, kind, amount, timeUs, comment: '' });
  }
  if (booking.kind !== 'stops') return undefined;
  const { key: subject, symbol, stopLoss, takeProfit } = booking;
  // The same stops may have to be taken over again some day.
  const cause = `${booking.cause}:${journalId.slice(0, 8)}:${seq}`;
  return { kind: 'stops', cause, timeUs: view.timeUs, subject, symbol, stopLoss, takeProfit };
}

async function happeningsOf(
  booking: Booking,
  fetched: FetchedView,
  { accountId, barrier }: { readonly accountId: string; readonly barrier: number },
  find: FindOrder,
): Promise<Happening[]> {
  const { timeUs } = fetched.view;
  const { cause } = booking;
  switch (booking.kind) {
    case 'cash':
    case 'stops':
      return [];
    case 'deal': {
      const deal = fetched.deals.get(booking.deal.dealTicket);
      if (deal === undefined) return [];
      const event = tradeEventOf(accountId, barrier, fetched);
      const made = await happeningsOfDeal(event, { ...deal, coid: booking.coid }, find);
      return made.map((happening) => ({ ...happening, cause }));
    }
    default: {
      const record = await find(booking.coid);
      if (record === undefined) return [];
      // Nothing happens before what is known of the order already.
      const event = eventOf(booking, Math.max(timeUs, record.order.updatedUs));
      return [{ coid: booking.coid, cause, event }];
    }
  }
}

function eventOf(
  booking: Extract<Booking, { kind: 'placed' | 'ended' | 'changed' | 'never-sent' | 'ambiguous' }>,
  timeUs: number,
): OrderEvent {
  switch (booking.kind) {
    case 'placed': {
      const message = 'The broker has it, as a comparison with its lists found.';
      return { kind: 'ACCEPTED', timeUs, brokerTicket: booking.ticket, code: CODE, message };
    }
    case 'ended': {
      const { state: kind, ticket: brokerTicket } = booking;
      const message = booking.reason === '' ? `The broker's history says ${kind}.` : booking.reason;
      return { kind, timeUs, brokerTicket, code: CODE, message };
    }
    case 'changed': {
      const { price, stopLimitPrice, stopLoss, takeProfit } = booking;
      return { kind: 'MODIFIED', timeUs, code: CODE, changes: { price, stopLimitPrice, stopLoss, takeProfit } };
    }
    case 'never-sent': {
      const message = 'The broker never had it, and its terminal refuses it for ever.';
      return { kind: 'REJECTED', timeUs, code: 'NEVER_SENT', message };
    }
    case 'ambiguous':
      return { kind: 'UNKNOWN', timeUs, code: 'AMBIGUOUS', message: booking.reason, ambiguous: true };
  }
}

/** The deal as if the terminal had told of it now. */
export function tradeEventOf(
  accountId: string,
  barrier: number,
  { view, journalId, seq }: FetchedView,
): gateway.TradeEvent {
  return { accountId, sessionId: '', seq, journalId, timeUs: view.timeUs, ingestUs: 0, barrier, body: undefined };
}
