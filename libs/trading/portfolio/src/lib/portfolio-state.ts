import { Decimal } from '@trading/trading-market';
import type { LedgerEntry } from './ledger';
import type { HeldPosition } from './position';

type Strings<T> = { readonly [K in keyof T]: Decimal extends T[K] ? string : T[K] };

/** Everything a portfolio remembers, safe for JSON: decimals are strings of full precision. */
export interface PortfolioState {
  readonly balance: string;
  readonly positions: readonly Strings<HeldPosition>[];
  /** Entries that nobody has drained yet. */
  readonly pendingLedger: readonly Strings<LedgerEntry>[];
  readonly ledgerCount: number;
  readonly tradeCount: number;
  readonly fillIds: readonly string[];
}

export function positionToState(held: HeldPosition): Strings<HeldPosition> {
  return {
    ...held,
    lots: held.lots.toString(),
    averagePrice: held.averagePrice.toString(),
    entryCosts: held.entryCosts.toString(),
    realised: held.realised.toString(),
  };
}

export function positionFromState(state: Strings<HeldPosition>): HeldPosition {
  return {
    ...state,
    lots: new Decimal(state.lots),
    averagePrice: new Decimal(state.averagePrice),
    entryCosts: new Decimal(state.entryCosts),
    realised: new Decimal(state.realised),
  };
}

export function ledgerToState(entry: LedgerEntry): Strings<LedgerEntry> {
  return { ...entry, amount: entry.amount.toString() };
}

export function ledgerFromState(state: Strings<LedgerEntry>): LedgerEntry {
  return { ...state, amount: new Decimal(state.amount) };
}
