import type { BookedDeal, BookedOrder, BookedPosition, Books } from '../lib/books';
import type { BrokerDeal, BrokerOrder, BrokerPosition, BrokerView, EndedOrder } from '../lib/broker';

/** Books and broker's lists for specifications of this room. */
export const SENT_US = 10_000_000_000;
export const NOW_US = SENT_US + 600_000_000;

export function orderOf(coid: string, changes: Partial<BookedOrder> = {}): BookedOrder {
  return {
    coid,
    tag: `Q-${coid}`,
    magic: '7',
    symbol: 'EURUSD',
    side: 'BUY',
    type: 'MARKET',
    volumeLots: '0.1',
    filledLots: '0',
    state: 'UNKNOWN',
    ambiguous: false,
    brokerTicket: '',
    price: '',
    stopLimitPrice: '',
    stopLoss: '',
    takeProfit: '',
    createdUs: SENT_US,
    notAfterUs: SENT_US + 10_000_000,
    ...changes,
  };
}

export function booksOf(changes: Partial<Books> = {}): Books {
  return {
    accountId: 'A',
    platform: 'MT5',
    marginMode: 'NETTING',
    externalOrders: 'halt',
    openedUs: 1,
    orders: [],
    deals: [],
    positions: [],
    cash: '10000',
    cashTickets: [],
    tickSizes: { EURUSD: '0.00001', GBPUSD: '0.00001' },
    ...changes,
  };
}

export function viewOf(changes: Partial<BrokerView> = {}): BrokerView {
  return {
    timeUs: NOW_US,
    connected: true,
    orders: [],
    positions: [],
    deals: [],
    ended: [],
    cash: [],
    balance: '10000.00',
    credit: '0',
    fromUs: 0,
    coversFromUs: 0,
    ...changes,
  };
}

export function dealOf(dealTicket: string, changes: Partial<BrokerDeal> = {}): BrokerDeal {
  return {
    dealTicket,
    orderTicket: `o${dealTicket}`,
    positionId: `p${dealTicket}`,
    coid: '',
    comment: '',
    magic: '0',
    symbol: 'EURUSD',
    side: 'BUY',
    volumeLots: '0.1',
    price: '1.1',
    commission: '0',
    swap: '0',
    profit: '0',
    fee: '',
    timeUs: SENT_US + 1_000,
    origin: 'STRATEGY',
    reason: 'order',
    ...changes,
  };
}

export function brokerOrderOf(ticket: string, changes: Partial<BrokerOrder> = {}): BrokerOrder {
  return {
    ticket,
    coid: '',
    comment: '',
    magic: '0',
    symbol: 'EURUSD',
    side: 'BUY',
    type: 'MARKET',
    volumeLots: '0.1',
    filledLots: '0',
    price: '',
    stopLimitPrice: '',
    stopLoss: '',
    takeProfit: '',
    timeUs: SENT_US + 1_000,
    ...changes,
  };
}

export function endedOf(ticket: string, state: EndedOrder['state'], changes: Partial<BrokerOrder> = {}): EndedOrder {
  return { ...brokerOrderOf(ticket, changes), state, reason: `by the broker: ${state}` };
}

export function positionOf(positionId: string, changes: Partial<BrokerPosition> = {}): BrokerPosition {
  return {
    positionId,
    symbol: 'EURUSD',
    side: 'BUY',
    volumeLots: '0.1',
    openPrice: '1.1',
    stopLoss: '',
    takeProfit: '',
    magic: '0',
    comment: '',
    ...changes,
  };
}

export function heldOf(key: string, lots: string, changes: Partial<BookedPosition> = {}): BookedPosition {
  return { key, symbol: 'EURUSD', lots, averagePrice: '1.1', stopLoss: '', takeProfit: '', ...changes };
}

export function bookedDealOf(dealTicket: string, changes: Partial<BookedDeal> = {}): BookedDeal {
  const { symbol, side, volumeLots, price, timeUs } = dealOf(dealTicket);
  return { dealTicket, coid: 'c1', symbol, side, volumeLots, price, timeUs, isAdopted: false, ...changes };
}
