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
} from '@trading/trading-risk';

/** The hot view at a barrier; JSON-safe. */
export interface AccountViewState {
  readonly account: gateway.AccountSnapshot | undefined;
  readonly timeUs: number;
  readonly quotes: readonly Quote[];
  readonly rates: CrossRatesState;
  readonly tracker: LossLimitTrackerState | undefined;
}

type Breach = ReturnType<LossLimitTracker['onEquity']>[number];

const named = (limits: readonly LossLimit[], name: string) => limits.find((limit) => limit.name === name);

/** What risk-manager sees of one account: its money, the quotes and how near its loss limits are. */
export class RiskAccountView {
  private readonly instruments = new Map<string, Instrument>();
  private quotes = new Map<string, Quote>();
  private snapshotMessage: gateway.AccountSnapshot | undefined;
  private tracker: LossLimitTracker | undefined;
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
    const balance = new Decimal(message.balance);
    this.tracker ??= new LossLimitTracker(this.lossLimits, balance);
    return this.tracker.onEquity(timeUs, balance, new Decimal(message.equity));
  }

  /** Time has passed and the broker had nothing to report. */
  onTime(timeUs: number): void {
    this.timeUs = timeUs;
  }

  learnInstrument(message: common.Instrument): void {
    const instrument = plainInstrument(message);
    this.instruments.set(instrument.symbol, instrument);
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
    };
  }

  restore(state: AccountViewState | undefined): void {
    this.snapshotMessage = state?.account;
    this.timeUs = state?.timeUs ?? 0;
    this.quotes = new Map((state?.quotes ?? []).map((quote) => [quote.symbol, quote]));
    this.rates = CrossRates.restore(state?.rates ?? {});
    this.tracker = state?.tracker === undefined ? undefined : LossLimitTracker.restore(this.lossLimits, state.tracker);
  }
}
