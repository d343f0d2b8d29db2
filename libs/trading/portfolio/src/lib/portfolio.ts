import type { Decimal, Instrument } from '@trading/trading-market';
import type { RateSource } from './conversion';
import type { EquityView, QuotePrices } from './equity';
import type { FillEffect, PortfolioFill } from './fill';
import type { CashKind, LedgerEntry } from './ledger';
import type { PortfolioState } from './portfolio-state';
import type { PositionView } from './position';

export type MarginMode = 'NETTING' | 'HEDGING';

export interface PortfolioOptions {
  /** The account's currency. */
  readonly currency: string;
  /** Digits of the account's currency that a booking is rounded to; 2 when absent. */
  readonly currencyDigits?: number;
  instrument(symbol: string): Instrument | undefined;
  readonly rates: RateSource;
}

/**
 * The books of one account: positions, and cash as a ledger whose sum is the balance. Positions go by a key: the symbol
 * on a netting account, the position's identifier on a hedging one. Money that a fill moves (realised profit,
 * commission, swap) is rounded to the account's currency digits once per fill, half-even, as a broker's deal is.
 */
export interface Portfolio {
  readonly marginMode: MarginMode;
  /** Sum of the ledger. */
  readonly balance: Decimal;

  /**
   * Books cash that no deal explains: deposits are positive, withdrawals negative, the others either.
   * @throws InvalidBooking
   */
  deposit(amount: Decimal, timeUs: number, kind?: CashKind): LedgerEntry;

  /**
   * Books a deal, once.
   * @throws DuplicateFill, PortfolioInstrumentUnknown, ConversionMissing, InvalidBooking; none changes anything.
   */
  applyFill(fill: PortfolioFill): FillEffect;

  /** Records the stops that the broker holds for a position; absent ones are cleared. A flat position has none. */
  protect(key: string, stops: { readonly stopLoss?: string; readonly takeProfit?: string }): PositionView;

  /** A flat one where nothing is held. */
  position(key: string): PositionView;

  /** Open positions, in the order in which they were first traded. */
  positions(): PositionView[];

  /** Ledger entries since the last {@link drainLedger}. */
  ledger(): LedgerEntry[];

  drainLedger(): LedgerEntry[];

  /**
   * Marks longs at the bid and shorts at the ask, each position rounded as its closing deal would be.
   * `undefined` when an open position lacks a quote, an instrument or a rate: an equity that guesses is none.
   */
  equity(quotes: (symbol: string) => QuotePrices | undefined): EquityView | undefined;

  snapshot(): PortfolioState;
}
