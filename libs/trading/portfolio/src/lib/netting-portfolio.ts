import type { Decimal } from '@trading/trading-market';
import type { EquityView, QuotePrices } from './equity';
import type { FillEffect, PortfolioFill } from './fill';
import type { CashKind, LedgerEntry } from './ledger';
import type { Portfolio, PortfolioOptions } from './portfolio';
import type { PortfolioState } from './portfolio-state';
import { PositionBooks } from './position-books';
import { flatPosition, viewOf, type HeldPosition, type PositionView } from './position';

/**
 * The books of one netting account: one position per symbol. A fill through zero closes what is held and opens the rest
 * at its price.
 */
export class NettingPortfolio implements Portfolio {
  readonly marginMode = 'NETTING';
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
    return this.books.apply(fill.symbol, this.held(fill.symbol), fill, instrument);
  }

  protect(symbol: string, stops: { readonly stopLoss?: string; readonly takeProfit?: string }): PositionView {
    return this.books.protect(symbol, this.held(symbol), stops);
  }

  position(symbol: string): PositionView {
    return viewOf(this.held(symbol));
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

  static restore(options: PortfolioOptions, state: PortfolioState): NettingPortfolio {
    const portfolio = new NettingPortfolio(options);
    portfolio.books.restore(state, (held) => held.symbol);
    return portfolio;
  }

  private held(symbol: string): HeldPosition {
    return this.books.held.get(symbol) ?? flatPosition(symbol);
  }
}
