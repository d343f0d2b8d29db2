import { Decimal, profit, type Instrument } from '@trading/trading-market';
import { DuplicateFill } from '@trading/trading-orders';
import { AccountLedger } from './account-ledger';
import type { EquityView, QuotePrices } from './equity';
import type { FillEffect, PortfolioFill } from './fill';
import type { LedgerEntry } from './ledger';
import type { PortfolioOptions } from './portfolio';
import { ConversionMissing, InvalidBooking, PortfolioInstrumentUnknown } from './portfolio-errors';
import { positionFromState, positionToState, type PortfolioState } from './portfolio-state';
import { advance, closedBy, viewOf, type HeldPosition, type PositionView } from './position';
import type { Trade } from './trade';

const ZERO = new Decimal(0);

/** Positions by key with the cash that fills move: what books of netting and of hedging accounts have in common. */
export class PositionBooks {
  readonly held = new Map<string, HeldPosition>();
  readonly ledger: AccountLedger;
  private readonly fillIds = new Set<string>();
  private tradeCount = 0;

  constructor(private readonly options: PortfolioOptions) {
    this.ledger = new AccountLedger(options.currencyDigits ?? 2);
  }

  /**
   * Checks a fill before anything is changed by it.
   * @throws DuplicateFill, InvalidBooking, PortfolioInstrumentUnknown
   */
  checked(fill: PortfolioFill): Instrument {
    if (this.fillIds.has(fill.fillId)) throw new DuplicateFill(fill.coid, fill.fillId);
    if (!fill.volumeLots.isFinite() || fill.volumeLots.lte(0) || !fill.price.isFinite()) {
      throw new InvalidBooking(
        `The fill ${fill.fillId} of ${fill.volumeLots.toString()} lots at ${fill.price.toString()} is not one.`,
      );
    }
    const instrument = this.options.instrument(fill.symbol);
    if (!instrument) throw new PortfolioInstrumentUnknown(fill.symbol);
    return instrument;
  }

  /**
   * Books a checked fill on the position that it meets. A fill through zero closes what is held and opens the rest.
   * @throws ConversionMissing
   */
  apply(key: string, before: HeldPosition, fill: PortfolioFill, instrument: Instrument): FillEffect {
    const { ledger } = this;
    const closedLots = closedBy(before, fill);
    const closes = closedLots.gt(0);
    const realised = closes ? this.realise(instrument, before, closedLots, fill.price) : ZERO;
    const commission = ledger.round(fill.commission);
    const swap = ledger.round(fill.swap);

    const costs = commission.plus(swap);
    const exitCosts = this.share(costs, closedLots, fill.volumeLots);
    const freedCosts = closes ? this.share(before.entryCosts, closedLots, before.lots.abs()) : ZERO;
    const after = advance(before, fill, closedLots, {
      realised,
      entryCosts: before.entryCosts.minus(freedCosts).plus(costs.minus(exitCosts)),
    });

    this.fillIds.add(fill.fillId);
    this.held.set(key, after);
    const trades = closes ? [this.trade(before, fill, closedLots, realised, freedCosts.plus(exitCosts))] : [];
    const entries: LedgerEntry[] = [];
    if (!commission.isZero()) entries.push(ledger.book('commission', commission, fill.timeUs, fill));
    if (!swap.isZero()) entries.push(ledger.book('swap', swap, fill.timeUs, fill));
    if (closes) entries.push(ledger.book('realised', realised, fill.timeUs, fill));
    return { position: viewOf(after), realised, closedLots, trades, ledger: entries };
  }

  /** Absent stops are cleared. */
  protect(
    key: string,
    before: HeldPosition,
    stops: { readonly stopLoss?: string; readonly takeProfit?: string },
  ): PositionView {
    if (before.lots.isZero()) return viewOf(before);
    const { stopLoss: _stopLoss, takeProfit: _takeProfit, ...bare } = before;
    const after: HeldPosition = { ...bare, ...stops };
    this.held.set(key, after);
    return viewOf(after);
  }

  positions(): PositionView[] {
    return [...this.held.values()].filter((held) => !held.lots.isZero()).map(viewOf);
  }

  equity(quotes: (symbol: string) => QuotePrices | undefined): EquityView | undefined {
    const bySymbol = new Map<string, Decimal>();
    const byPosition = new Map<string, Decimal>();
    const { balance } = this.ledger;
    let unrealised = ZERO;
    for (const [key, held] of this.held) {
      if (held.lots.isZero()) continue;
      const quote = quotes(held.symbol);
      const instrument = this.options.instrument(held.symbol);
      const rate = instrument && this.options.rates.rate(instrument.profitCurrency, this.options.currency);
      if (!quote || !instrument || !rate) return undefined;
      const mark = new Decimal(held.lots.isPositive() ? quote.bid : quote.ask);
      const open = this.ledger.round(profit(instrument, held.lots, held.averagePrice, mark).mul(rate));
      byPosition.set(key, open);
      bySymbol.set(held.symbol, (bySymbol.get(held.symbol) ?? ZERO).plus(open));
      unrealised = unrealised.plus(open);
    }
    const equity = balance.plus(unrealised);
    return { balance, unrealised, equity, unrealisedBySymbol: bySymbol, unrealisedByPosition: byPosition };
  }

  snapshot(): PortfolioState {
    const { balance, pendingLedger, ledgerCount } = this.ledger.snapshot();
    return {
      balance,
      positions: [...this.held.values()].map(positionToState),
      pendingLedger,
      ledgerCount,
      tradeCount: this.tradeCount,
      fillIds: [...this.fillIds],
    };
  }

  restore(state: PortfolioState, keyOf: (held: HeldPosition) => string): void {
    this.ledger.restore(state);
    this.tradeCount = state.tradeCount;
    for (const stored of state.positions) {
      const held = positionFromState(stored);
      this.held.set(keyOf(held), held);
    }
    for (const fillId of state.fillIds) this.fillIds.add(fillId);
  }

  private realise(instrument: Instrument, before: HeldPosition, closedLots: Decimal, price: Decimal): Decimal {
    const { currency, rates } = this.options;
    const rate = rates.rate(instrument.profitCurrency, currency);
    if (!rate) throw new ConversionMissing(instrument.profitCurrency, currency);
    const signedClosed = before.lots.isPositive() ? closedLots : closedLots.neg();
    return this.ledger.round(profit(instrument, signedClosed, before.averagePrice, price).mul(rate));
  }

  /** The part of a whole, rounded to the currency. All of a rounded amount is that amount, so no cent gets lost. */
  private share(amount: Decimal, part: Decimal, whole: Decimal): Decimal {
    return this.ledger.round(amount.mul(part).div(whole));
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
}
