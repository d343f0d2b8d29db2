import type { gateway } from '@trading/contracts';
import { Decimal } from '@trading/trading-market';
import type { CashKind } from '@trading/trading-portfolio';

interface Noted {
  /** Names what made it happen; the note of one cause is stored once. */
  readonly cause: string;
  readonly timeUs: number;
}

/** Money that no deal explains. */
export interface CashNote extends Noted {
  readonly kind: 'cash';
  /** The broker's deal ticket: booked once, whatever brings it; empty: it has none. */
  readonly subject: string;
  readonly cash: CashKind;
  /** Negative when the account pays. */
  readonly amount: string;
}

/** The stops of a position are what the broker says now; empty: none. */
export interface StopsNote extends Noted {
  readonly kind: 'stops';
  /** The key of the position. */
  readonly subject: string;
  readonly symbol: string;
  readonly stopLoss: string;
  readonly takeProfit: string;
}

/** What changes an account's books without being an event of an order. */
export type BookNote = CashNote | StopsNote;

/** A note where it was stored: after the order event `afterSeq`. */
export interface StoredNote {
  readonly note: BookNote;
  readonly afterSeq: number;
  readonly ordinal: number;
  readonly barrier: number;
  readonly inStep: boolean;
}

const KINDS: readonly string[] = ['deposit', 'withdrawal', 'credit', 'swap', 'correction'];

/** A movement of cash as a note; undefined for one of nothing. Where kind and sign contradict each other it is a correction. */
export function cashNote(cause: string, timeUs: number, movement: gateway.CashMovement): CashNote | undefined {
  const amount = new Decimal(movement.amount);
  if (amount.isZero()) return undefined;
  const contradicts =
    (movement.kind === 'deposit' && amount.isNegative()) || (movement.kind === 'withdrawal' && !amount.isNegative());
  const cash = KINDS.includes(movement.kind) && !contradicts ? (movement.kind as CashKind) : 'correction';
  return {
    kind: 'cash',
    cause,
    timeUs: movement.timeUs > 0 ? movement.timeUs : timeUs,
    subject: movement.dealTicket,
    cash,
    amount: amount.toFixed(),
  };
}
