import { Decimal, notional, type Instrument } from '@trading/trading-market';
import {
  CrossRates,
  newPortfolio,
  type CashKind,
  type EquityView,
  type Portfolio,
  type PositionView,
} from '@trading/trading-portfolio';
import type { AccountView } from './broker-views';
import type { BrokerConfig } from './broker-config';
import type { SymbolBook } from './symbol-book';

const ZERO = new Decimal(0);

interface Legs {
  readonly long: Decimal;
  readonly short: Decimal;
}

/** The account of the simulated broker: positions and balance in a {@link Portfolio}, margin beside it. */
export class BrokerCash {
  readonly portfolio: Portfolio;
  private readonly rates = new CrossRates();
  private readonly digits: number;
  private credit = ZERO;

  constructor(
    private readonly config: BrokerConfig,
    private readonly books: ReadonlyMap<string, SymbolBook>,
  ) {
    this.digits = config.currencyDigits ?? 2;
    this.portfolio = newPortfolio(config.marginMode ?? 'NETTING', {
      currency: config.currency,
      currencyDigits: this.digits,
      instrument: (symbol) => books.get(symbol)?.instrument,
      rates: { rate: (from, to) => this.rate(from, to) },
    });
    this.portfolio.deposit(new Decimal(config.deposit), 0);
    this.portfolio.drainLedger();
  }

  /** Books money that no deal explains; answers the amount as it was booked. */
  move(kind: CashKind, amount: Decimal, timeUs: number): Decimal {
    const booked = this.portfolio.deposit(amount, timeUs, kind).amount;
    this.portfolio.drainLedger();
    if (kind === 'credit') this.credit = this.credit.plus(booked);
    return booked;
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

  /** Margin of all positions at their entry prices; of opposite ones in a symbol the larger side counts. */
  margin(except?: string): Decimal {
    let margin = ZERO;
    for (const [symbol, { long, short }] of this.legs()) {
      if (symbol !== except) margin = margin.plus(Decimal.max(long, short));
    }
    return margin;
  }

  /** Margin after `signed` lots more at `price` on the position that they meet. */
  marginAfter({ instrument }: SymbolBook, position: PositionView, signed: Decimal, price: Decimal): Decimal {
    const others = this.margin(instrument.symbol);
    if (this.portfolio.marginMode === 'HEDGING') {
      const { long, short } = this.legs().get(instrument.symbol) ?? { long: ZERO, short: ZERO };
      const own = this.marginOf(instrument, signed, price);
      return others.plus(signed.isPositive() ? Decimal.max(long.plus(own), short) : Decimal.max(long, short.plus(own)));
    }
    const after = position.lots.plus(signed);
    const flips = !position.lots.isZero() && after.isPositive() !== position.lots.isPositive();
    const own =
      flips || position.lots.isZero()
        ? this.marginOf(instrument, after, price)
        : this.marginOf(instrument, position.lots, position.averagePrice).plus(
            this.marginOf(instrument, signed, price),
          );
    return others.plus(own);
  }

  /** Account currency; by the position's key in the books. */
  unrealised(): ReadonlyMap<string, Decimal> {
    return this.marked().unrealisedByPosition;
  }

  view(): AccountView {
    const { balance, equity: marked } = this.marked();
    const equity = marked.plus(this.gatheredSwap());
    const margin = this.round(this.margin());
    const { currency, leverage, marginCallLevelPct: call } = this.config;
    return {
      currency,
      leverage,
      balance: balance.minus(this.credit),
      credit: this.credit,
      equity,
      margin,
      freeMargin: equity.minus(margin),
      isMarginCall: call !== undefined && equity.lt(margin.mul(call).div(100)),
    };
  }

  round(amount: Decimal): Decimal {
    return amount.toDecimalPlaces(this.digits, Decimal.ROUND_HALF_EVEN);
  }

  private gatheredSwap(): Decimal {
    let swap = ZERO;
    for (const { positions } of this.books.values()) for (const position of positions) swap = swap.plus(position.swap);
    return swap;
  }

  /** Margin of longs and of shorts, by symbol. */
  private legs(): Map<string, Legs> {
    const legs = new Map<string, Legs>();
    for (const { symbol, lots, averagePrice } of this.portfolio.positions()) {
      const book = this.books.get(symbol);
      if (!book) continue;
      const margin = this.marginOf(book.instrument, lots, averagePrice);
      const { long, short } = legs.get(symbol) ?? { long: ZERO, short: ZERO };
      legs.set(symbol, lots.isPositive() ? { long: long.plus(margin), short } : { long, short: short.plus(margin) });
    }
    return legs;
  }

  private marked(): EquityView {
    const marked = this.portfolio.equity((symbol) => this.books.get(symbol));
    // A position opens only where a quote and a rate are known, and neither goes away again.
    if (!marked) throw new Error('An open position has neither a quote nor a rate.');
    return marked;
  }
}
