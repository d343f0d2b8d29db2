import { Decimal, notional, type Instrument } from '@trading/trading-market';
import { CrossRates, NettingPortfolio, type PositionView } from '@trading/trading-portfolio';
import type { AccountView } from './broker-views';
import type { BrokerConfig } from './broker-config';
import type { SymbolBook } from './symbol-book';

const ZERO = new Decimal(0);

/** The account of the simulated broker: positions and balance in a {@link NettingPortfolio}, margin beside it. */
export class BrokerCash {
  readonly portfolio: NettingPortfolio;
  private readonly rates = new CrossRates();
  private readonly digits: number;

  constructor(
    private readonly config: BrokerConfig,
    private readonly books: ReadonlyMap<string, SymbolBook>,
  ) {
    this.digits = config.currencyDigits ?? 2;
    this.portfolio = new NettingPortfolio({
      currency: config.currency,
      currencyDigits: this.digits,
      instrument: (symbol) => books.get(symbol)?.instrument,
      rates: { rate: (from, to) => this.rate(from, to) },
    });
    this.portfolio.deposit(new Decimal(config.deposit), 0);
    this.portfolio.drainLedger();
  }

  /** Account currency per unit of `from`; read from the quotes only when asked, so that quotes cost nothing. */
  rate(from: string, to: string = this.config.currency): Decimal | undefined {
    if (from !== to) for (const [symbol, book] of this.books) this.rates.onQuote(symbol, book.bid, book.ask);
    return this.rates.rate(from, to);
  }

  /** Negative, rounded to the currency as the deal books it. */
  commission(volumeLots: Decimal): Decimal {
    return this.round(new Decimal(this.config.costs.commissionPerLot).mul(volumeLots).neg());
  }

  /** Margin held for lots opened at a price: a share of the notional, at the account's leverage. */
  marginOf(instrument: Instrument, lots: Decimal, price: Decimal): Decimal {
    const rate = this.rate(instrument.profitCurrency) ?? ZERO;
    return notional(instrument, lots, price).mul(instrument.marginRate).div(this.config.leverage).mul(rate);
  }

  /** Margin of all positions at their entry prices, except of one symbol. */
  margin(except?: string): Decimal {
    let margin = ZERO;
    for (const position of this.portfolio.positions()) {
      const book = this.books.get(position.symbol);
      if (!book || position.symbol === except) continue;
      margin = margin.plus(this.marginOf(book.instrument, position.lots, position.averagePrice));
    }
    return margin;
  }

  /** Margin after `signed` lots more at `price`. */
  marginAfter(book: SymbolBook, position: PositionView, signed: Decimal, price: Decimal): Decimal {
    const after = position.lots.plus(signed);
    const flips = !position.lots.isZero() && after.isPositive() !== position.lots.isPositive();
    const own =
      flips || position.lots.isZero()
        ? this.marginOf(book.instrument, after, price)
        : this.marginOf(book.instrument, position.lots, position.averagePrice).plus(
            this.marginOf(book.instrument, signed, price),
          );
    return this.margin(book.instrument.symbol).plus(own);
  }

  unrealised(symbol: string): Decimal {
    return this.marked().unrealisedBySymbol.get(symbol) ?? ZERO;
  }

  view(): AccountView {
    const { balance, equity } = this.marked();
    const margin = this.round(this.margin());
    const { currency, leverage } = this.config;
    return { currency, leverage, balance, equity, margin, freeMargin: equity.minus(margin) };
  }

  private marked(): NonNullable<ReturnType<NettingPortfolio['equity']>> {
    const marked = this.portfolio.equity((symbol) => this.books.get(symbol));
    // A position opens only where a quote and a rate are known, and neither goes away again.
    if (!marked) throw new Error('An open position has neither a quote nor a rate.');
    return marked;
  }

  private round(amount: Decimal): Decimal {
    return amount.toDecimalPlaces(this.digits, Decimal.ROUND_HALF_EVEN);
  }
}
