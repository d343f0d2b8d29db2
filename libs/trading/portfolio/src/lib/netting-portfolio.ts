import { Decimal, profit, type Instrument } from '@trading/trading-market';
import { DuplicateFill } from '@trading/trading-orders';
import type { RateSource } from './conversion';
import type { EquityView, QuotePrices } from './equity';
import type { FillEffect, PortfolioFill } from './fill';
import type { CashKind, LedgerEntry, LedgerKind } from './ledger';
import { ConversionMissing, InvalidBooking, PortfolioInstrumentUnknown } from './portfolio-errors';
import {
  ledgerFromState,
  ledgerToState,
  positionFromState,
  positionToState,
  type PortfolioState,
} from './portfolio-state';
import { flatPosition, viewOf, type HeldPosition, type PositionView } from './position';
import type { Trade } from './trade';

export interface PortfolioOptions {
  /** The account's currency. */
  readonly currency: string;
  /** Digits of the account's currency that a booking is rounded to; 2 when absent. */
  readonly currencyDigits?: number;
  instrument(symbol: string): Instrument | undefined;
  readonly rates: RateSource;
}

const ZERO = new Decimal(0);

/**
 * The books of one netting account: one position per symbol, cash as a ledger. Money that a fill moves (realised profit,
 * commission, swap) is rounded to the account's currency digits once per fill, half-even, as a broker's deal is.
 */
export class NettingPortfolio {
  private cash = ZERO;
  private readonly held = new Map<string, HeldPosition>();
  private readonly fillIds = new Set<string>();
  private pending: LedgerEntry[] = [];
  private ledgerCount = 0;
  private tradeCount = 0;

  constructor(private readonly options: PortfolioOptions) {}

  /** Sum of the ledger. */
  get balance(): Decimal {
    return this.cash;
  }

  /** Books cash from outside: deposits are positive, withdrawals negative, credit either. */
  deposit(amount: Decimal, timeUs: number, kind: CashKind = 'deposit'): LedgerEntry {
    if (!amount.isFinite() || (kind === 'deposit' && amount.lte(0)) || (kind === 'withdrawal' && amount.gte(0))) {
      throw new InvalidBooking(
        `A ${kind} of ${amount.toString()} cannot be booked: deposits are positive, withdrawals negative.`,
      );
    }
    return this.book(kind, this.round(amount), timeUs);
  }

  /**
   * Books a deal. A fill through zero closes what is held and opens the rest at its price.
   * @throws DuplicateFill, PortfolioInstrumentUnknown, ConversionMissing, InvalidBooking; none changes anything.
   */
  applyFill(fill: PortfolioFill): FillEffect {
    if (this.fillIds.has(fill.fillId)) throw new DuplicateFill(fill.coid, fill.fillId);
    if (!fill.volumeLots.isFinite() || fill.volumeLots.lte(0) || !fill.price.isFinite()) {
      throw new InvalidBooking(
        `The fill ${fill.fillId} of ${fill.volumeLots.toString()} lots at ${fill.price.toString()} is not one.`,
      );
    }
    const instrument = this.options.instrument(fill.symbol);
    if (!instrument) throw new PortfolioInstrumentUnknown(fill.symbol);

    const before = this.held.get(fill.symbol) ?? flatPosition(fill.symbol);
    const signed = fill.side === 'BUY' ? fill.volumeLots : fill.volumeLots.neg();
    const opposes = !before.lots.isZero() && before.lots.isPositive() !== signed.isPositive();
    const closedLots = opposes ? Decimal.min(before.lots.abs(), fill.volumeLots) : ZERO;
    const closes = closedLots.gt(0);
    const realised = closes ? this.realise(instrument, before, closedLots, fill.price) : ZERO;
    const commission = this.round(fill.commission);
    const swap = this.round(fill.swap);

    const costs = commission.plus(swap);
    const exitCosts = share(costs, closedLots, fill.volumeLots, this.digits);
    const freedCosts = closes ? share(before.entryCosts, closedLots, before.lots.abs(), this.digits) : ZERO;
    const after = advance(before, fill, signed, closedLots, {
      realised,
      entryCosts: before.entryCosts.minus(freedCosts).plus(costs.minus(exitCosts)),
    });

    this.fillIds.add(fill.fillId);
    this.held.set(fill.symbol, after);
    const trades = closes ? [this.trade(before, fill, closedLots, realised, freedCosts.plus(exitCosts))] : [];
    const ledger: LedgerEntry[] = [];
    if (!commission.isZero()) ledger.push(this.book('commission', commission, fill.timeUs, fill));
    if (!swap.isZero()) ledger.push(this.book('swap', swap, fill.timeUs, fill));
    if (closes) ledger.push(this.book('realised', realised, fill.timeUs, fill));
    return { position: viewOf(after), realised, closedLots, trades, ledger };
  }

  /** Records the stops that the broker holds for a position; absent ones are cleared. A flat position has none. */
  protect(symbol: string, stops: { readonly stopLoss?: string; readonly takeProfit?: string }): PositionView {
    const before = this.held.get(symbol) ?? flatPosition(symbol);
    if (before.lots.isZero()) return viewOf(before);
    const { stopLoss: _stopLoss, takeProfit: _takeProfit, ...bare } = before;
    const after: HeldPosition = { ...bare, ...stops };
    this.held.set(symbol, after);
    return viewOf(after);
  }

  position(symbol: string): PositionView {
    return viewOf(this.held.get(symbol) ?? flatPosition(symbol));
  }

  /** Open positions, in the order in which their symbols were first traded. */
  positions(): PositionView[] {
    return [...this.held.values()].filter((held) => !held.lots.isZero()).map(viewOf);
  }

  /** Ledger entries since the last {@link drainLedger}. */
  ledger(): LedgerEntry[] {
    return [...this.pending];
  }

  drainLedger(): LedgerEntry[] {
    const drained = this.pending;
    this.pending = [];
    return drained;
  }

  /**
   * Marks longs at the bid and shorts at the ask, each position rounded as its closing deal would be.
   * `undefined` when an open position lacks a quote, an instrument or a rate: an equity that guesses is none.
   */
  equity(quotes: (symbol: string) => QuotePrices | undefined): EquityView | undefined {
    const bySymbol = new Map<string, Decimal>();
    let unrealised = ZERO;
    for (const held of this.held.values()) {
      if (held.lots.isZero()) continue;
      const quote = quotes(held.symbol);
      const instrument = this.options.instrument(held.symbol);
      const rate = instrument && this.options.rates.rate(instrument.profitCurrency, this.options.currency);
      if (!quote || !instrument || !rate) return undefined;
      const mark = new Decimal(held.lots.isPositive() ? quote.bid : quote.ask);
      const open = this.round(profit(instrument, held.lots, held.averagePrice, mark).mul(rate));
      bySymbol.set(held.symbol, open);
      unrealised = unrealised.plus(open);
    }
    return { balance: this.cash, unrealised, equity: this.cash.plus(unrealised), unrealisedBySymbol: bySymbol };
  }

  snapshot(): PortfolioState {
    return {
      balance: this.cash.toString(),
      positions: [...this.held.values()].map(positionToState),
      pendingLedger: this.pending.map(ledgerToState),
      ledgerCount: this.ledgerCount,
      tradeCount: this.tradeCount,
      fillIds: [...this.fillIds],
    };
  }

  static restore(options: PortfolioOptions, state: PortfolioState): NettingPortfolio {
    const portfolio = new NettingPortfolio(options);
    portfolio.cash = new Decimal(state.balance);
    portfolio.pending = state.pendingLedger.map(ledgerFromState);
    portfolio.ledgerCount = state.ledgerCount;
    portfolio.tradeCount = state.tradeCount;
    for (const held of state.positions) portfolio.held.set(held.symbol, positionFromState(held));
    for (const fillId of state.fillIds) portfolio.fillIds.add(fillId);
    return portfolio;
  }

  private get digits(): number {
    return this.options.currencyDigits ?? 2;
  }

  private round(amount: Decimal): Decimal {
    return amount.toDecimalPlaces(this.digits, Decimal.ROUND_HALF_EVEN);
  }

  private realise(instrument: Instrument, before: HeldPosition, closedLots: Decimal, price: Decimal): Decimal {
    const { currency, rates } = this.options;
    const rate = rates.rate(instrument.profitCurrency, currency);
    if (!rate) throw new ConversionMissing(instrument.profitCurrency, currency);
    const signedClosed = before.lots.isPositive() ? closedLots : closedLots.neg();
    return this.round(profit(instrument, signedClosed, before.averagePrice, price).mul(rate));
  }

  private trade(before: HeldPosition, fill: PortfolioFill, closedLots: Decimal, gross: Decimal, costs: Decimal): Trade {
    this.tradeCount += 1;
    return {
      number: this.tradeCount,
      symbol: fill.symbol,
      side: before.lots.isPositive() ? 'BUY' : 'SELL',
      volumeLots: closedLots,
      entryPrice: before.averagePrice,
      exitPrice: fill.price,
      entryUs: before.openedUs,
      exitUs: fill.timeUs,
      gross,
      costs,
      net: gross.plus(costs),
      exitReason: fill.reason,
      entryCoid: before.entryCoid,
      exitCoid: fill.coid,
    };
  }

  private book(kind: LedgerKind, amount: Decimal, timeUs: number, fill?: PortfolioFill): LedgerEntry {
    this.ledgerCount += 1;
    const cause = fill && { fillId: fill.fillId, coid: fill.coid, symbol: fill.symbol };
    const entry: LedgerEntry = { number: this.ledgerCount, kind, amount, timeUs, ...cause };
    this.cash = this.cash.plus(amount);
    this.pending.push(entry);
    return entry;
  }
}

/** The part of a whole, rounded to the currency. All of a rounded amount is that amount, so no cent gets lost. */
function share(amount: Decimal, part: Decimal, whole: Decimal, digits: number): Decimal {
  return amount.mul(part).div(whole).toDecimalPlaces(digits, Decimal.ROUND_HALF_EVEN);
}

function advance(
  before: HeldPosition,
  fill: PortfolioFill,
  signed: Decimal,
  closedLots: Decimal,
  money: { readonly realised: Decimal; readonly entryCosts: Decimal },
): HeldPosition {
  const lots = before.lots.plus(signed);
  const realised = before.realised.plus(money.realised);
  if (lots.isZero()) return flatPosition(fill.symbol, realised);
  const opensNew = before.lots.isZero() || (closedLots.lt(fill.volumeLots) && closedLots.gt(0));
  if (opensNew) {
    return {
      ...flatPosition(fill.symbol, realised),
      lots,
      averagePrice: fill.price,
      openedUs: fill.timeUs,
      entryCosts: money.entryCosts,
      entryCoid: fill.coid,
    };
  }
  if (closedLots.gt(0)) return { ...before, lots, realised, entryCosts: money.entryCosts };
  const averagePrice = before.averagePrice.mul(before.lots.abs()).plus(fill.price.mul(fill.volumeLots)).div(lots.abs());
  return { ...before, lots, averagePrice, realised, entryCosts: money.entryCosts };
}
