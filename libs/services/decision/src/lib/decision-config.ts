import type { Timeframe } from '@trading/trading-market';

/** One running strategy. */
export interface StrategyConfig {
  readonly strategyId: string;
  /** Name in the registry of strategies. */
  readonly name: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** The account whose data and position it decides on. */
  readonly accountId: string;
  /**
   * Accounts that get an order per decision; by default its own, whole. Each is led to its share of the decided position
   * from what it holds itself, so that one that missed an order, or rounds otherwise, comes out where it should.
   */
  readonly legs: readonly { readonly accountId: string; readonly share: string }[];
  /** No entries before this time, UTC microseconds. */
  readonly tradeFromUs: number;
}

export interface DecisionConfig {
  readonly runId: string;
  readonly strategies: readonly StrategyConfig[];
}

export const DECISION_CONFIG = Symbol('DECISION_CONFIG');
