import { Decimal } from '@trading/trading-market';
import type { BookedOrder, Books } from '../lib/books';
import type { BrokerDeal } from '../lib/broker';
import type { Booking } from '../lib/outcome';
import { projectPositions } from '../lib/project-positions';

/** Books after what a comparison found to be booked: a model of what execution does. */
export function book(books: Books, bookings: readonly Booking[], keyOf: (deal: BrokerDeal) => string): Books {
  return bookings.reduce((before, booking) => bookOne(before, booking, keyOf), books);
}

function bookOne(books: Books, booking: Booking, keyOf: (deal: BrokerDeal) => string): Books {
  switch (booking.kind) {
    case 'deal':
      return bookDeal(books, booking.deal, booking.coid, keyOf);
    case 'cash':
      return {
        ...books,
        cash: Decimal.sum(books.cash, booking.movement.amount).toFixed(),
        cashTickets: [...books.cashTickets, booking.movement.dealTicket],
      };
    case 'stops': {
      const { key, stopLoss, takeProfit } = booking;
      const positions = books.positions.map((held) => (held.key === key ? { ...held, stopLoss, takeProfit } : held));
      return { ...books, positions };
    }
    case 'placed':
      return change(books, booking.coid, (order) => ({
        ...order,
        brokerTicket: booking.ticket,
        ambiguous: false,
        state: Number(order.filledLots) > 0 ? 'PARTIALLY_FILLED' : 'ACCEPTED',
      }));
    case 'ended':
      return change(books, booking.coid, (order) => ({ ...order, state: booking.state, brokerTicket: booking.ticket }));
    case 'changed': {
      const { coid, price, stopLimitPrice, stopLoss, takeProfit } = booking;
      return change(books, coid, (order) => ({ ...order, price, stopLimitPrice, stopLoss, takeProfit }));
    }
    case 'never-sent':
      return change(books, booking.coid, (order) => ({ ...order, state: 'REJECTED' }));
    case 'ambiguous':
      return change(books, booking.coid, (order) => ({ ...order, ambiguous: true }));
  }
}

function bookDeal(books: Books, deal: BrokerDeal, coid: string, keyOf: (deal: BrokerDeal) => string): Books {
  if (books.deals.some(({ dealTicket }) => dealTicket === deal.dealTicket)) throw new Error('A deal is booked twice.');
  const { dealTicket, symbol, side, volumeLots, price, timeUs } = deal;
  const held = [...projectPositions(books, [deal], keyOf).values()].filter(({ lots }) => !lots.isZero());
  const stopsOf = (key: string) => books.positions.find((position) => position.key === key);
  const after: Books = {
    ...books,
    deals: [...books.deals, { dealTicket, coid, symbol, side, volumeLots, price, timeUs, isAdopted: false }],
    cash: Decimal.sum(books.cash, deal.profit, deal.commission, deal.swap).toFixed(),
    positions: held.map((h) => ({
      key: h.key,
      symbol: h.symbol,
      lots: h.lots.toFixed(),
      averagePrice: h.averagePrice.toFixed(),
      stopLoss: stopsOf(h.key)?.stopLoss ?? '',
      takeProfit: stopsOf(h.key)?.takeProfit ?? '',
    })),
  };
  return change(after, coid, (order) => {
    const filled = new Decimal(order.filledLots).plus(volumeLots);
    const state = filled.gte(order.volumeLots) ? 'FILLED' : 'PARTIALLY_FILLED';
    return { ...order, filledLots: filled.toFixed(), state, brokerTicket: deal.orderTicket, ambiguous: false };
  });
}

function change(books: Books, coid: string, how: (order: BookedOrder) => BookedOrder): Books {
  return { ...books, orders: books.orders.map((order) => (order.coid === coid ? how(order) : order)) };
}
