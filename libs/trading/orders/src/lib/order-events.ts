import type { OrderFill, OrderRequest } from './order';

interface At {
  /** UTC microseconds. */
  readonly timeUs: number;
}

interface Answer extends At {
  readonly brokerTicket?: string;
  /** The broker's or our own stable code. */
  readonly code?: string;
  readonly message?: string;
}

interface Reason extends Answer {
  readonly code: string;
  readonly message: string;
}

/**
 * What a modification leaves in place of the request's own; an empty string takes a stop or target away, an `expiresUs`
 * of 0 the expiry. With an expiry the order is GTD, without one GTC.
 */
export type OrderChanges = Partial<
  Pick<OrderRequest, 'price' | 'stopLimitPrice' | 'stopLoss' | 'takeProfit' | 'expiresUs'>
>;

/** What happens to an order. An order is what its events, in their sequence, make of it. */
export type OrderEvent =
  | (At & { readonly kind: 'INITIALIZED'; readonly request: OrderRequest })
  | (Reason & { readonly kind: 'DENIED' })
  | (At & { readonly kind: 'SUBMITTED' })
  | (Answer & { readonly kind: 'ACCEPTED' })
  | (Reason & { readonly kind: 'REJECTED' })
  /** One deal; whether it completes the order follows from its volume. */
  | (Answer & { readonly kind: 'FILLED'; readonly fill: OrderFill })
  | (Answer & { readonly kind: 'CANCELED' })
  | (Answer & { readonly kind: 'EXPIRED' })
  /** The outcome of a command is not known; `ambiguous`: asking did not settle it either. */
  | (Reason & { readonly kind: 'UNKNOWN'; readonly ambiguous?: boolean })
  | (At & { readonly kind: 'MODIFY_REQUESTED' })
  | (Answer & { readonly kind: 'MODIFIED'; readonly changes: OrderChanges })
  | (Reason & { readonly kind: 'MODIFY_REFUSED' })
  | (At & { readonly kind: 'CANCEL_REQUESTED' })
  | (Reason & { readonly kind: 'CANCEL_REFUSED' })
  /** The broker filled more than was ordered; fills beyond the order are booked from here on. */
  | (Reason & { readonly kind: 'OVERFILL' });

export type OrderEventKind = OrderEvent['kind'];

export const ORDER_EVENT_KINDS: readonly OrderEventKind[] = [
  'INITIALIZED',
  'DENIED',
  'SUBMITTED',
  'ACCEPTED',
  'REJECTED',
  'FILLED',
  'CANCELED',
  'EXPIRED',
  'UNKNOWN',
  'MODIFY_REQUESTED',
  'MODIFIED',
  'MODIFY_REFUSED',
  'CANCEL_REQUESTED',
  'CANCEL_REFUSED',
  'OVERFILL',
];
