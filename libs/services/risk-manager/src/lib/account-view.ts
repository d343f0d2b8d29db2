import { isDeepStrictEqual } from 'node:util';
import { bare, plainInstrument, type common, type gateway } from '@trading/contracts';
import { Decimal, type Instrument, type Quote } from '@trading/trading-market';
import { CrossRates, type CrossRatesState } from '@trading/trading-portfolio';
import {
  LossLimitTracker,
  type AccountView,
  type LossLimit,
  type LossLimitStatus,
  type LossLimitTrackerState,
  type TradingCosts,
} from '@trading/trading-risk';
import type { AnchorsState } from './history-store';
import { swapTermsOf, tradingCosts, type SwapTerms } from './trading-costs';

/** The hot view at a barrier; JSON-safe. */
export interface AccountViewState {
  readonly account: gateway.AccountSnapshot | undefined;
  readonly timeUs: number;
  readonly quotes: readonly Quote[];
  readonly rates: CrossRatesState;
  readonly tracker: LossLimitTrackerState | undefined;
  readonly sinceUs?: number;
  readonly cash?: readonly string[];
}

/** Cash that moves anchors; what else happens to a balance is won or lost. */
const MOVING_CASH: readonly string[] = ['deposit', 'withdrawal', 'credit'];
/** Cash movements that are remembered, so that one told twice moves nothing twice. */
const KEPT_CASH = 1_000;

type Breach = ReturnType<LossLimitTracker['onEquity']>[number];

const named = (limits: readonly LossLimit[], name: string) => limits.find((limit) => limit.name === name);

/** What risk-manager sees of one account: its money, the quotes and how near its loss limits are. */
export class RiskAccountView {
  private readonly instruments = new Map<string, Instrument>();
  private readonly swaps = new Map<string, SwapTerms>();
  private quotes = new Map<string, Quote>();
  private snapshotMessage: gateway.AccountSnapshot | undefined;
  private tracker: LossLimitTracker | undefined;
  /** When money was reported first: it holds the cash that moved before. */
  private sinceUs = 0;
  private cash: readonly string[] = [];
  rates = new CrossRates();
  timeUs = 0;

  constructor(
    private lossLimits: readonly LossLimit[],
    private readonly liveAllowed: boolean,
  ) {}

  onTicks(symbol: string, timeUs: readonly number[], bid: readonly number[], ask: readonly number[]): void {
    const last = timeUs.length - 1;
    const [time, low, high] = [timeUs[last], bid[last], ask[last]];
    if (time === undefined || low === undefined || high === undefined) return;
    this.quotes.set(symbol, { symbol, timeUs: time, bid: low, ask: high });
    this.rates.onQuote(symbol, low, high);
  }

  /** Money as the broker reports it. Returns the loss limits that it breaches for the first time in their period. */
  onAccount(message: gateway.AccountSnapshot, timeUs: number): Breach[] {
    this.snapshotMessage = message;
    this.timeUs = Math.max(this.timeUs, timeUs);
    // Equity holds the credit, so what it is compared with does.
    const balance = new Decimal(message.balance).plus(message.credit === '' ? 0 : message.credit);
    if (this.tracker === undefined) {
      this.tracker = new LossLimitTracker(this.lossLimits, balance);
      this.sinceUs = timeUs;
    }
    return this.tracker.onEquity(timeUs, balance, new Decimal(message.equity));
  }

  /** Cash from outside moves the anchors, once. False when it does not, or has before. */
  onCash(movement: gateway.CashMovement): boolean {
    const { dealTicket, kind, amount, timeUs } = movement;
    const isNew = timeUs > this.sinceUs && !this.cash.includes(dealTicket);
    if (this.tracker === undefined || !isNew || !MOVING_CASH.includes(kind)) return false;
    this.tracker.onCash(new Decimal(amount));
    this.cash = [...this.cash, dealTicket].slice(-KEPT_CASH);
    return true;
  }

  /** Time has passed and the broker had nothing to report. */
  onTime(timeUs: number): void {
    this.timeUs = timeUs;
  }

  learnInstrument(message: common.Instrument): void {
    const instrument = plainInstrument(message);
    this.instruments.set(instrument.symbol, instrument);
    const swap = swapTermsOf(message);
    if (swap === undefined) this.swaps.delete(instrument.symbol);
    else this.swaps.set(instrument.symbol, swap);
  }

  /**
   * New rules apply from here on. One that keeps its name and anchor keeps what it is anchored at, so that changing
   * limits forgives no loss; a breach counts for as long as its rule says the same.
   */
  changeLossLimits(limits: readonly LossLimit[]): void {
    const before = this.lossLimits;
    this.lossLimits = limits;
    if (this.tracker === undefined) return;
    const isSame = (name: string) => isDeepStrictEqual(named(before, name), named(limits, name));
    const state = this.tracker.snapshot();
    this.tracker = LossLimitTracker.restore(limits, {
      ...state,
      limits: state.limits.map((kept) => ({ ...kept, breached: kept.breached && isSame(kept.name) })),
    });
  }

  instrument(symbol: string): Instrument | undefined {
    return this.instruments.get(symbol);
  }

  /** What trading one lot of a symbol costs beside the spread. */
  costsOf(symbol: string, commissionPerLot: string | undefined, nowUs: number): TradingCosts | undefined {
    const instrument = this.instruments.get(symbol);
    const currency = this.snapshotMessage?.currency;
    if (instrument === undefined || currency === undefined) return undefined;
    const rate = this.rates.rate(instrument.profitCurrency, currency);
    return tradingCosts(instrument, commissionPerLot, this.swaps.get(symbol), rate, nowUs);
  }

  get isHedging(): boolean {
    return this.snapshotMessage?.marginMode === 'MARGIN_MODE_HEDGING';
  }

  /** What loss limits are anchored at; undefined before money was reported. */
  anchorsState(): AnchorsState | undefined {
    if (this.tracker === undefined) return undefined;
    return { tracker: this.tracker.snapshot(), sinceUs: this.sinceUs, cash: this.cash };
  }

  /** Goes on from anchors that were kept, with the limits of now. */
  restoreAnchors({ tracker, sinceUs, cash }: AnchorsState): void {
    this.tracker = LossLimitTracker.restore(this.lossLimits, tracker);
    this.sinceUs = sinceUs;
    this.cash = cash;
  }

  quote(symbol: string): Quote | undefined {
    return this.quotes.get(symbol);
  }

  anchors(): readonly LossLimitStatus[] {
    return this.tracker?.status() ?? [];
  }

  account(): AccountView | undefined {
    const message = this.snapshotMessage;
    if (message === undefined) return undefined;
    return {
      currency: message.currency,
      balance: new Decimal(message.balance),
      equity: new Decimal(message.equity),
      margin: new Decimal(message.margin),
      freeMargin: new Decimal(message.freeMargin),
      leverage: message.leverage,
      asOfUs: this.timeUs,
      tradeMode: bare('TRADE_MODE', message.tradeMode),
      enabled: true,
      liveAllowed: this.liveAllowed,
    };
  }

  snapshot(): AccountViewState {
    return {
      account: this.snapshotMessage,
      timeUs: this.timeUs,
      quotes: [...this.quotes.values()],
      rates: this.rates.snapshot(),
      tracker: this.tracker?.snapshot(),
      sinceUs: this.sinceUs,
      cash: this.cash,
    };
  }

  restore(state: AccountViewState | undefined): void {
    this.snapshotMessage = state?.account;
    this.timeUs = state?.timeUs ?? 0;
    this.quotes = new Map((state?.quotes ?? []).map((quote) => [quote.symbol, quote]));
    this.rates = CrossRates.restore(state?.rates ?? {});
    this.tracker = state?.tracker === undefined ? undefined : LossLimitTracker.restore(this.lossLimits, state.tracker);
    this.sinceUs = state?.sinceUs ?? 0;
    this.cash = state?.cash ?? [];
  }
}
