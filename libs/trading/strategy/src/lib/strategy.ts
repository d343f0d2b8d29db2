import type { Bar, Decimal, Instrument } from '@trading/trading-market';

/** All that a strategy may know when a bar has closed. */
export interface StrategyInput {
  readonly bar: Bar;
  /** Number of the bar in its series. */
  readonly barSeq: number;
  /** The model's answer for the bar: probability that the price rises, absent where it gave none, and what is amiss. */
  readonly prediction: { readonly probability?: number; readonly flags: readonly string[] };
  /** ATR(14) of the series as a price difference; NaN while it warms up. */
  readonly atr: number;
  /** The position now, signed. */
  readonly positionLots: Decimal;
  /** In the account's currency. */
  readonly equity: Decimal;
  readonly instrument: Instrument;
  /** Prices at which an order would start out. */
  readonly quote: { readonly bid: number; readonly ask: number };
  /** Account currency per unit of the profit currency. */
  readonly conversion: Decimal;
  /** No entries on bars that close before this time, in UTC microseconds. */
  readonly tradeFromUs: number;
}

/** What the strategy wants: to stay as it is, or to hold a signed position with its stops. */
export type Intent =
  | { readonly kind: 'hold'; readonly reason: string }
  | {
      readonly kind: 'target';
      /** Signed; zero closes the position. */
      readonly targetLots: Decimal;
      readonly stopLoss?: Decimal;
      readonly takeProfit?: Decimal;
      /** From 0 to 1; volatility sizing risks this share of `riskPct`. */
      readonly confidence: number;
      readonly reason: string;
    };

/** One step of the sizing arithmetic, kept in the decision's trace. */
export interface SizingStep {
  readonly name: string;
  readonly value: string;
}

export interface StrategyOutput {
  readonly intent: Intent;
  /** Empty when nothing was sized. */
  readonly sizing: readonly SizingStep[];
}

/** A running strategy: one per account and symbol, fed with every closed bar in order. */
export interface Strategy {
  onBar(input: StrategyInput): StrategyOutput;
  /** State from which `create` continues; survives JSON. */
  snapshot(): unknown;
}
