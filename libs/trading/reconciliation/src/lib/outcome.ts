import type { BrokerCash, BrokerDeal } from './broker';

/** What the broker's lists prove and the books lack. `cause` is the same in every comparison that finds it. */
export type Booking = { readonly cause: string } & (
  | {
      readonly kind: 'deal';
      readonly deal: BrokerDeal;
      /** Our order that it fills; empty: none of ours. */
      readonly coid: string;
    }
  | { readonly kind: 'placed'; readonly coid: string; readonly ticket: string; readonly timeUs: number }
  | {
      readonly kind: 'ended';
      readonly coid: string;
      readonly ticket: string;
      readonly state: 'CANCELED' | 'EXPIRED' | 'REJECTED';
      readonly reason: string;
      readonly timeUs: number;
    }
  /** The broker holds other prices of a working order. */
  | {
      readonly kind: 'changed';
      readonly coid: string;
      readonly price: string;
      readonly stopLimitPrice: string;
      readonly stopLoss: string;
      readonly takeProfit: string;
    }
  /** The broker holds other stops of a position. */
  | {
      readonly kind: 'stops';
      readonly key: string;
      readonly symbol: string;
      readonly stopLoss: string;
      readonly takeProfit: string;
    }
  | { readonly kind: 'cash'; readonly movement: BrokerCash }
  /** The terminal refuses it for ever, and the broker never had it. */
  | { readonly kind: 'never-sent'; readonly coid: string }
  /** Asking does not settle it; an operator does. */
  | { readonly kind: 'ambiguous'; readonly coid: string; readonly reason: string }
);

export type DifferenceKind = 'POSITION' | 'ORDER' | 'DEAL' | 'CASH' | 'AMBIGUOUS';

/** What nothing explains. */
export interface Difference {
  /** Of its account, kind, subject and size: the same difference has the same id in every comparison. */
  readonly differenceId: string;
  readonly kind: DifferenceKind;
  readonly symbol: string;
  /** Ticket, position key or client order id; empty: the account. */
  readonly subject: string;
  /** Numbers of either side; empty: it has nothing of the kind. */
  readonly ours: string;
  readonly theirs: string;
  readonly message: string;
  /** What the broker has that an order of unknown outcome may be, by ticket: an operator says which. */
  readonly candidates?: readonly DifferenceCandidate[];
}

export interface DifferenceCandidate {
  readonly ticket: string;
  /** In numbers. */
  readonly words: string;
  /** When it was placed or dealt, the earliest that is known; 0: not known. */
  readonly timeUs: number;
}

export interface Comparison {
  /** The terminal was connected to its broker, so that absence means something. */
  readonly complete: boolean;
  /** Orders whose outcome becomes known by what is to be booked. */
  readonly settled: readonly string[];
  readonly toBook: readonly Booking[];
  readonly differences: readonly Difference[];
  /** UNKNOWN orders that should be there by now, and are not: to be counted in their {@link Doubt}. */
  readonly absent: readonly string[];
}
