import type { BrokerEvent } from '@trading/trading-simulation';

/** The terminal's own final word on a command, where no event of the broker brings it. */
export interface CommandAnswer {
  readonly kind: 'answer';
  readonly verb: 'submit' | 'modify' | 'cancel';
  readonly coid: string;
  /** Of a modify or cancel. */
  readonly requestId?: string;
  readonly status: 'DONE' | 'REJECTED' | 'UNKNOWN';
  /** A code of MetaTrader 5, or with `isTold` one of the terminal's own platform. */
  readonly retcode: number;
  /** The code is told as it is. */
  readonly isTold: boolean;
  readonly message: string;
  readonly symbol: string;
  /** The broker's ticket; empty when none is known. */
  readonly order: string;
  readonly position: string;
  readonly attempt: number;
  readonly timeUs: number;
}

/** The terminal has lost its broker, or found it again. */
export interface ConnectionChanged {
  readonly kind: 'terminal';
  readonly connected: boolean;
  readonly timeUs: number;
}

/** The terminal's journal is gone: what was told before is known to nobody here any more. */
export interface JournalLost {
  readonly kind: 'lost';
}

/** What there is to say after a command or a quote, in order. */
export type Happening = BrokerEvent | CommandAnswer | ConnectionChanged | JournalLost;
