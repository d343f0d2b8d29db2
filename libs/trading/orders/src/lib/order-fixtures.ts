import { Decimal } from '@trading/trading-market';
import type { OrderFill, OrderRequest, OrderState } from './order';
import type { OrderEvent, OrderEventKind } from './order-events';
import { replayOrder, type OrderView } from './order-state';

/** Orders and events for specifications of this room. */
export const STATES: readonly OrderState[] = [
  'INITIALIZED',
  'DENIED',
  'SUBMITTED',
  'ACCEPTED',
  'PARTIALLY_FILLED',
  'FILLED',
  'CANCELED',
  'EXPIRED',
  'REJECTED',
  'UNKNOWN',
];

export const REQUEST: OrderRequest = {
  coid: 'c1',
  accountId: 'paper-1',
  symbol: 'EURUSD',
  side: 'BUY',
  type: 'LIMIT',
  volumeLots: '1',
  price: '1.38000',
  stopLoss: '1.37000',
  timeInForce: 'GTC',
  origin: 'STRATEGY',
  reduceOnly: false,
};

export function fill(fillId: string, lots: string, price = '1.38'): OrderFill {
  return { fillId, volumeLots: new Decimal(lots), price: new Decimal(price), timeUs: 5 };
}

/** An event of a kind with plain contents; a fill is of 0.4 lots. */
export function eventOf(kind: OrderEventKind, fillId = 'new'): OrderEvent {
  const reason = { timeUs: 5, code: `CODE_${kind}`, message: `Because of ${kind}.` };
  switch (kind) {
    case 'INITIALIZED':
      return { kind, timeUs: 5, request: REQUEST };
    case 'FILLED':
      return { kind, timeUs: 5, fill: fill(fillId, '0.4') };
    case 'MODIFIED':
      return { kind, timeUs: 5, changes: { stopLoss: '1.37500' } };
    case 'SUBMITTED':
    case 'ACCEPTED':
    case 'CANCELED':
    case 'EXPIRED':
    case 'MODIFY_REQUESTED':
    case 'CANCEL_REQUESTED':
      return { kind, timeUs: 5 };
    case 'DENIED':
    case 'REJECTED':
    case 'UNKNOWN':
    case 'MODIFY_REFUSED':
    case 'CANCEL_REFUSED':
    case 'OVERFILL':
      return { kind, ...reason };
  }
}

const WAYS: Readonly<Record<OrderState, readonly OrderEventKind[]>> = {
  INITIALIZED: [],
  DENIED: ['DENIED'],
  SUBMITTED: ['SUBMITTED'],
  ACCEPTED: ['SUBMITTED', 'ACCEPTED'],
  PARTIALLY_FILLED: ['SUBMITTED', 'ACCEPTED', 'FILLED'],
  FILLED: ['SUBMITTED'],
  CANCELED: ['SUBMITTED', 'ACCEPTED', 'CANCELED'],
  EXPIRED: ['SUBMITTED', 'ACCEPTED', 'EXPIRED'],
  REJECTED: ['SUBMITTED', 'REJECTED'],
  UNKNOWN: ['SUBMITTED', 'UNKNOWN'],
};

/** An order of 1 lot that has come to a state. */
export function orderIn(state: OrderState): OrderView {
  const events: OrderEvent[] = [eventOf('INITIALIZED'), ...WAYS[state].map((kind) => eventOf(kind, 'first'))];
  if (state === 'FILLED') events.push({ kind: 'FILLED', timeUs: 5, fill: fill('whole', '1') });
  const order = replayOrder(events);
  if (order?.state !== state) throw new Error(`The way to ${state} leads elsewhere.`);
  return order;
}
