import { bare, wire, type common, type execution } from '@trading/contracts';
import { Decimal, type Instrument } from '@trading/trading-market';
import {
  CrossRates,
  NettingPortfolio,
  type FillEffect,
  type LedgerEntry,
  type PortfolioState,
} from '@trading/trading-portfolio';

/** Books of one account at a barrier; JSON-safe. */
export interface BooksState {
  /** Whether the opening balance is booked. */
  readonly opened: boolean;
  readonly currency: string;
  readonly instruments: readonly Instrument[];
  readonly portfolio: PortfolioState;
  readonly strategies: Readonly<Record<string, string>>;
  readonly quotes: Readonly<Record<string, LastQuote>>;
}

interface LastQuote {
  readonly bid: number;
  readonly ask: number;
}

/**
 * What an account holds as of the barrier that its session has reached. Driven by order events alone, those replayed
 * from the store included, and marked with the last uncrossed quotes.
 */
export class AccountBooks {
  private readonly instruments = new Map<string, Instrument>();
  private quotes = new Map<string, LastQuote>();
  private rates = new CrossRates();
  private portfolio: NettingPortfolio;
  /** Which strategy opened a symbol's position. */
  private strategies = new Map<string, string>();
  private opened = false;

  constructor(
    readonly accountId: string,
    private currency: string,
  ) {
    this.portfolio = new NettingPortfolio(this.options());
  }

  /** Goes back to a state, or to empty books. Instruments stay known. */
  restore(state: BooksState | undefined): void {
    this.opened = state?.opened ?? false;
    this.currency = state?.currency ?? this.currency;
    for (const instrument of state?.instruments ?? []) this.learnInstrument(instrument);
    this.quotes = new Map();
    this.rates = new CrossRates();
    for (const [symbol, { bid, ask }] of Object.entries(state?.quotes ?? {})) this.onQuote(symbol, bid, ask);
    this.portfolio =
      state === undefined
        ? new NettingPortfolio(this.options())
        : NettingPortfolio.restore(this.options(), state.portfolio);
    this.strategies = new Map(Object.entries(state?.strategies ?? {}));
  }

  snapshot(): BooksState {
    return {
      opened: this.opened,
      currency: this.currency,
      instruments: [...this.instruments.values()],
      portfolio: this.portfolio.snapshot(),
      strategies: Object.fromEntries(this.strategies),
      quotes: Object.fromEntries(this.quotes),
    };
  }

  learnInstrument(instrument: Instrument): void {
    this.instruments.set(instrument.symbol, instrument);
  }

  instrumentOf(symbol: string): Instrument | undefined {
    return this.instruments.get(symbol);
  }

  onQuote(symbol: string, bid: number, ask: number): void {
    this.quotes.set(symbol, { bid, ask });
    this.rates.onQuote(symbol, bid, ask);
  }

  /** Whether the opening balance is booked: an account may well have lost all of it since. */
  get isOpen(): boolean {
    return this.opened;
  }

  /** Begins the books with what the terminal's first report says that the account holds; nothing is no entry. */
  open(currency: string, amount: Decimal, timeUs: number): LedgerEntry | undefined {
    this.opened = true;
    this.currency = currency;
    this.portfolio = new NettingPortfolio(this.options());
    if (amount.isZero()) return undefined;
    const entry = this.portfolio.deposit(amount, timeUs, amount.isNegative() ? 'withdrawal' : 'deposit');
    this.portfolio.drainLedger();
    return entry;
  }

  /** Books a fill and the stops that came with it. */
  book(fill: execution.Fill, request: common.OrderRequest): FillEffect {
    const effect = this.portfolio.applyFill({
      fillId: fill.fillId,
      coid: fill.coid,
      symbol: fill.symbol,
      side: bare('SIDE', fill.side),
      volumeLots: new Decimal(fill.volumeLots),
      price: new Decimal(fill.price),
      commission: new Decimal(fill.commission),
      swap: new Decimal(fill.swap),
      timeUs: fill.timeUs,
      reason: fill.reason,
    });
    this.portfolio.drainLedger();
    const { stopLoss, takeProfit } = request;
    const position = this.portfolio.protect(fill.symbol, {
      ...(stopLoss === undefined ? {} : { stopLoss }),
      ...(takeProfit === undefined ? {} : { takeProfit }),
    });
    if (position.lots.isZero()) this.strategies.delete(fill.symbol);
    else if (request.strategyId !== '') this.strategies.set(fill.symbol, request.strategyId);
    return { ...effect, position };
  }

  /** Undefined while an open position lacks a quote. */
  equity(): { readonly balance: Decimal; readonly equity: Decimal } | undefined {
    return this.portfolio.equity((symbol) => this.quotes.get(symbol));
  }

  positionMessage(symbol: string, seq: number, updatedUs: number): execution.Position {
    const held = this.portfolio.position(symbol);
    const marked = this.portfolio.equity((s) => this.quotes.get(s));
    return {
      accountId: this.accountId,
      positionId: symbol,
      symbol,
      volumeLots: held.lots.toFixed(),
      averagePrice: held.averagePrice.toFixed(),
      realised: held.realised.toFixed(),
      unrealised: marked?.unrealisedBySymbol.get(symbol)?.toFixed() ?? '0',
      stopLoss: held.stopLoss ?? '',
      takeProfit: held.takeProfit ?? '',
      openedUs: held.openedUs,
      updatedUs,
      seq,
      strategyId: this.strategies.get(symbol) ?? '',
    };
  }

  positions(seq: number, updatedUs: number): execution.Position[] {
    return this.portfolio.positions().map((p) => this.positionMessage(p.symbol, seq, updatedUs));
  }

  /** Signed lots of all symbols together. */
  netLots(): Decimal {
    return this.portfolio.positions().reduce((sum, { lots }) => sum.plus(lots), new Decimal(0));
  }

  private options(): ConstructorParameters<typeof NettingPortfolio>[0] {
    return {
      currency: this.currency,
      instrument: (symbol) => this.instruments.get(symbol),
      rates: { rate: (from, to) => this.rates.rate(from, to) },
    };
  }
}

/** A trade of the kernel as a message. */
export function tradeMessage(accountId: string, trade: FillEffect['trades'][number]): execution.Trade {
  return {
    number: trade.number,
    accountId,
    symbol: trade.symbol,
    side: wire('SIDE', trade.side),
    volumeLots: trade.volumeLots.toFixed(),
    entryPrice: trade.entryPrice.toFixed(),
    exitPrice: trade.exitPrice.toFixed(),
    entryUs: trade.entryUs,
    exitUs: trade.exitUs,
    gross: trade.gross.toFixed(2),
    costs: trade.costs.toFixed(2),
    net: trade.net.toFixed(2),
    exitReason: trade.exitReason,
    entryCoid: trade.entryCoid,
    exitCoid: trade.exitCoid,
  };
}
