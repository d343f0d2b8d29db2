import type { Decimal } from '@trading/trading-market';
import type { EquityView, QuotePrices } from './equity';
import type { FillEffect, PortfolioFill } from './fill';
import type { CashKind, LedgerEntry } from './ledger';
import type { Portfolio, PortfolioOptions } from './portfolio';
import { InvalidBooking } from './portfolio-errors';
import type { PortfolioState } from './portfolio-state';
import { PositionBooks } from './position-books';
import { closedBy, flatPosition, viewOf, type HeldPosition, type PositionView } from './position';

/**
 * The books of one hedging account: any number of positions per symbol, each by its identifier. A fill names the
 * position that it opens, enlarges (further deals of the order that opened it) or closes; it never turns one around.
 * A close of two opposite positions by each other is two fills, one on each, at one price. A position that is closed is
 * forgotten.
 */
export class HedgingPortfolio implements Portfolio {
  readonly marginMode = 'HEDGING';
  private readonly books: PositionBooks;

  constructor(options: PortfolioOptions) {
    this.books = new PositionBooks(options);
  }

  get balance(): Decimal {
    return this.books.ledger.balance;
  }

  deposit(amount: Decimal, timeUs: number, kind: CashKind = 'deposit'): LedgerEntry {
    return this.books.ledger.deposit(amount, timeUs, kind);
  }

  applyFill(fill: PortfolioFill): FillEffect {
    const instrument = this.books.checked(fill);
    const { positionId, symbol, fillId } = fill;
    if (positionId === undefined || positionId === '') {
      throw new InvalidBooking(`The fill ${fillId} names no position; a hedging account books by position.`);
    }
    const before = this.books.held.get(positionId) ?? flatPosition(symbol, undefined, positionId);
    if (before.symbol !== symbol) {
      throw new InvalidBooking(`The fill ${fillId} is of ${symbol}; the position ${positionId} of ${before.symbol}.`);
    }
    const closedLots = closedBy(before, fill);
    if (closedLots.gt(0) && closedLots.lt(fill.volumeLots)) {
      throw new InvalidBooking(
        `The fill ${fillId} closes ${fill.volumeLots.toFixed()} lots; the position ${positionId} has ${closedLots.toFixed()}.`,
      );
    }
    const effect = this.books.apply(positionId, before, fill, instrument);
    if (effect.position.lots.isZero()) this.books.held.delete(positionId);
    return effect;
  }

  protect(positionId: string, stops: { readonly stopLoss?: string; readonly takeProfit?: string }): PositionView {
    return this.books.protect(positionId, this.held(positionId), stops);
  }

  /** Of a position that is not open the symbol is empty. */
  position(positionId: string): PositionView {
    return viewOf(this.held(positionId));
  }

  positions(): PositionView[] {
    return this.books.positions();
  }

  ledger(): LedgerEntry[] {
    return this.books.ledger.entries();
  }

  drainLedger(): LedgerEntry[] {
    return this.books.ledger.drain();
  }

  equity(quotes: (symbol: string) => QuotePrices | undefined): EquityView | undefined {
    return this.books.equity(quotes);
  }

  snapshot(): PortfolioState {
    return this.books.snapshot();
  }

  static restore(options: PortfolioOptions, state: PortfolioState): HedgingPortfolio {
    const portfolio = new HedgingPortfolio(options);
    portfolio.books.restore(state, (held) => held.positionId ?? '');
    return portfolio;
  }

  private held(positionId: string): HeldPosition {
    return this.books.held.get(positionId) ?? flatPosition('', undefined, positionId);
  }
}
