import { bare, wire, type common, type execution } from '@trading/contracts';
import { Decimal, type Instrument } from '@trading/trading-market';
import {
  CrossRates,
  HedgingPortfolio,
  NettingPortfolio,
  type FillEffect,
  type LedgerEntry,
  type MarginMode,
  type Portfolio,
  type PortfolioOptions,
  type PortfolioState,
  type PositionView,
} from '@trading/trading-portfolio';
import type { BookNote } from './book-note';

/** Books of one account at a barrier; JSON-safe. */
export interface BooksState {
  /** Whether the opening balance is booked. */
  readonly opened: boolean;
  readonly currency: string;
  readonly instruments: readonly Instrument[];
  readonly portfolio: PortfolioState;
  readonly strategies: Readonly<Record<string, string>>;
  readonly quotes: Readonly<Record<string, LastQuote>>;
  /** Absent: netting. */
  readonly marginMode?: MarginMode;
  /** Positions whose stop follows the price. */
  readonly trailing?: Readonly<Record<string, Trailing>>;
  /** The broker's identifiers of open positions that go by their symbol. */
  readonly brokerIds?: Readonly<Record<string, string>>;
  /** The last order event that is booked; absent in states of simulated time before there were others. */
  readonly seq?: number;
  /** How many notes are booked; absent: none. */
  readonly notes?: number;
}

/** A stop that follows the price, and the entry that asked for it. */
export interface Trailing extends common.TrailingStop {
  readonly coid: string;
}

export interface LastQuote {
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
  private marginMode: MarginMode = 'NETTING';
  private portfolio: Portfolio;
  /** Which strategy opened a position. */
  private strategies = new Map<string, string>();
  private trailing = new Map<string, Trailing>();
  private brokerIds = new Map<string, string>();
  private opened = false;

  constructor(
    readonly accountId: string,
    private currency: string,
  ) {
    this.portfolio = this.portfolioOf(undefined);
  }

  /** Goes back to a state, or to empty books. Instruments stay known. */
  restore(state: BooksState | undefined): void {
    this.opened = state?.opened ?? false;
    this.currency = state?.currency ?? this.currency;
    for (const instrument of state?.instruments ?? []) this.learnInstrument(instrument);
    this.quotes = new Map();
    this.rates = new CrossRates();
    for (const [symbol, { bid, ask }] of Object.entries(state?.quotes ?? {})) this.onQuote(symbol, bid, ask);
    this.marginMode = state?.marginMode ?? 'NETTING';
    this.portfolio = this.portfolioOf(state?.portfolio);
    this.strategies = new Map(Object.entries(state?.strategies ?? {}));
    this.trailing = new Map(Object.entries(state?.trailing ?? {}));
    this.brokerIds = new Map(Object.entries(state?.brokerIds ?? {}));
  }

  /** @param booked the last order event that is booked, and how many notes are; absent: the barrier says it */
  snapshot(booked: { readonly seq?: number; readonly notes?: number } = {}): BooksState {
    return {
      ...(this.marginMode === 'NETTING' ? {} : { marginMode: this.marginMode }),
      ...(this.trailing.size === 0 ? {} : { trailing: Object.fromEntries(this.trailing) }),
      ...(this.brokerIds.size === 0 ? {} : { brokerIds: Object.fromEntries(this.brokerIds) }),
      ...booked,
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

  onQuote(symbol: string, bid: number, ask: number): void {
    this.quotes.set(symbol, { bid, ask });
    this.rates.onQuote(symbol, bid, ask);
  }

  /** Whether the opening balance is booked: an account may well have lost all of it since. */
  get isOpen(): boolean {
    return this.opened;
  }

  /** Begins the books with what the terminal's first report says that the account holds; nothing is no entry. */
  open(
    { currency, balance, credit }: { readonly currency: string; readonly balance: Decimal; readonly credit: Decimal },
    timeUs: number,
    marginMode: MarginMode = 'NETTING',
  ): LedgerEntry[] {
    this.opened = true;
    this.currency = currency;
    this.marginMode = marginMode;
    this.portfolio = this.portfolioOf(undefined);
    if (!balance.isZero()) this.portfolio.deposit(balance, timeUs, balance.isNegative() ? 'withdrawal' : 'deposit');
    if (!credit.isZero()) this.portfolio.deposit(credit, timeUs, 'credit');
    return this.portfolio.drainLedger();
  }

  get isHedging(): boolean {
    return this.marginMode === 'HEDGING';
  }

  instrument(symbol: string): Instrument | undefined {
    return this.instruments.get(symbol);
  }

  quote(symbol: string): LastQuote | undefined {
    return this.quotes.get(symbol);
  }

  /** What a position goes by: its symbol, or on a hedging account its identifier. */
  keyOf({ positionId, symbol }: { readonly positionId: string; readonly symbol: string }): string {
    return this.isHedging ? positionId : symbol;
  }

  /** The broker's identifier of an open position. */
  brokerIdOf(key: string): string {
    return this.brokerIds.get(key) ?? key;
  }

  /** A flat one where nothing is held. */
  position(key: string): PositionView {
    return this.portfolio.position(key);
  }

  openPositions(): readonly { readonly key: string; readonly view: PositionView }[] {
    return this.portfolio
      .positions()
      .map((view) => ({ key: this.keyOf({ positionId: view.positionId ?? '', symbol: view.symbol }), view }));
  }

  /** Open positions whose stop follows the price. */
  trailingStops(): readonly (readonly [string, Trailing])[] {
    return [...this.trailing];
  }

  /** Books a fill and the stops that came with it. */
  book(fill: execution.Fill, request: common.OrderRequest): FillEffect {
    const key = this.keyOf(fill);
    const effect = this.portfolio.applyFill({
      fillId: fill.fillId,
      coid: fill.coid,
      ...(fill.positionId === '' ? {} : { positionId: fill.positionId }),
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
    const position = this.restated(key, effect, request);
    if (position.lots.isZero()) {
      this.strategies.delete(key);
      this.trailing.delete(key);
      this.brokerIds.delete(key);
    } else {
      if (key !== fill.positionId && fill.positionId !== '') this.brokerIds.set(key, fill.positionId);
      if (request.strategyId !== '') this.strategies.set(key, request.strategyId);
      if (request.trailingStop !== undefined) this.trailing.set(key, { ...request.trailingStop, coid: request.coid });
    }
    return { ...effect, position };
  }

  /** What changed the books without an order. */
  applyNote(note: BookNote): LedgerEntry | undefined {
    if (note.kind === 'cash') {
      const entry = this.portfolio.deposit(new Decimal(note.amount), note.timeUs, note.cash);
      this.portfolio.drainLedger();
      return entry;
    }
    this.portfolio.protect(note.subject, stopsOf(note));
    return undefined;
  }

  /** Undefined while an open position lacks a quote. */
  equity(): { readonly balance: Decimal; readonly equity: Decimal } | undefined {
    return this.portfolio.equity((symbol) => this.quotes.get(symbol));
  }

  positionMessage(key: string, symbol: string, seq: number, updatedUs: number): execution.Position {
    const held = this.portfolio.position(key);
    const marked = this.portfolio.equity((s) => this.quotes.get(s));
    return {
      accountId: this.accountId,
      positionId: key,
      symbol,
      volumeLots: held.lots.toFixed(),
      averagePrice: held.averagePrice.toFixed(),
      realised: held.realised.toFixed(),
      unrealised: marked?.unrealisedByPosition.get(key)?.toFixed() ?? '0',
      stopLoss: held.stopLoss ?? '',
      takeProfit: held.takeProfit ?? '',
      openedUs: held.openedUs,
      updatedUs,
      seq,
      strategyId: this.strategies.get(key) ?? '',
    };
  }

  positions(seq: number, updatedUs: number): execution.Position[] {
    return this.openPositions().map(({ key, view }) => this.positionMessage(key, view.symbol, seq, updatedUs));
  }

  /** Signed lots of all symbols together. */
  netLots(): Decimal {
    return this.portfolio.positions().reduce((sum, { lots }) => sum.plus(lots), new Decimal(0));
  }

  /**
   * An order on a netting account restates the stops of its position; on a hedging account, and where the broker takes
   * stops only after an entry, it leaves them as they are but for those that it brings.
   */
  private restated(key: string, effect: FillEffect, request: common.OrderRequest): PositionView {
    const { stopLoss, takeProfit } = request;
    // The broker says itself what it left of the stops of what it closed.
    if (request.origin === 'ORIGIN_BROKER') return effect.position;
    const isAfter = this.instruments.get(request.symbol)?.stopsOnOpen === 'AFTER';
    if (isAfter || (this.isHedging && (effect.closedLots.gt(0) || (stopLoss ?? takeProfit) === undefined)))
      return effect.position;
    return this.portfolio.protect(key, stopsOf({ stopLoss: stopLoss ?? '', takeProfit: takeProfit ?? '' }));
  }

  private portfolioOf(state: PortfolioState | undefined): Portfolio {
    const kind = this.marginMode === 'HEDGING' ? HedgingPortfolio : NettingPortfolio;
    return state === undefined ? new kind(this.options()) : kind.restore(this.options(), state);
  }

  private options(): PortfolioOptions {
    return {
      currency: this.currency,
      instrument: (symbol) => this.instruments.get(symbol),
      rates: { rate: (from, to) => this.rates.rate(from, to) },
    };
  }
}

function stopsOf({ stopLoss, takeProfit }: { readonly stopLoss: string; readonly takeProfit: string }): {
  readonly stopLoss?: string;
  readonly takeProfit?: string;
} {
  return { ...(stopLoss === '' ? {} : { stopLoss }), ...(takeProfit === '' ? {} : { takeProfit }) };
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
