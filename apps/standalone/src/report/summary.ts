import type { execution } from '@trading/contracts';
import type { DataFacts, FirstQuote } from '../front/data-facts';
import type { ModelChoice } from '../front/find-model';
import type { UpOptions } from '../front/up-options';

export interface SummaryInput {
  readonly options: UpOptions;
  readonly facts: DataFacts;
  readonly model: ModelChoice | undefined;
  /** No entries before it. */
  readonly tradeFromUs: number | undefined;
  /** Where buy and hold buys; undefined when the data ends before. */
  readonly benchmark: FirstQuote | undefined;
  readonly runId: string;
  readonly accountId: string;
  /** Ticks that went through the system, crossed ones included. */
  readonly ticks: number;
  readonly crossedTicks: number;
  readonly bars: number;
  readonly decisions: number;
  readonly orders: readonly execution.Order[];
  readonly fills: readonly execution.Fill[];
  readonly trades: readonly execution.Trade[];
  /** In order of time. */
  readonly equity: readonly execution.EquityPoint[];
  readonly positions: readonly execution.Position[];
  /** Equity at the end by our books and by the broker's, decimal strings. */
  readonly books: { readonly ours: string; readonly broker: string };
  readonly elapsedS: number;
  /** Ticks of this sitting (a resumed run plays only the rest); `ticks` when absent. */
  readonly ticksPlayed?: number;
}

/**
 * What a run came to. Money is in the account's currency with 2 digits, costs are negative when paid. Only `latencyUs`,
 * `ticksPerSecond` and `elapsedS` come from the wall clock; `runId`, `files` and those aside, the same data, options and
 * seed give the same summary.
 */
export interface Summary {
  readonly symbol: string;
  /** ISO times of the data. */
  readonly from: string;
  readonly to: string;
  readonly timeframe: string;
  readonly strategy: string;
  readonly strategyParams: Readonly<Record<string, number>>;
  /** `name/version`. */
  readonly model: string | null;
  /** No entries before it; null: from the first bar. */
  readonly tradeFrom: string | null;
  readonly ticks: number;
  readonly crossedTicks: number;
  readonly bars: number;
  readonly decisions: number;
  readonly orders: OrderCounts;
  readonly fills: number;
  /** Round trips. */
  readonly trades: number;
  /** At the start. */
  readonly balance: number;
  /** At the end, an open position marked at the last quote. */
  readonly equity: number;
  /** Realised and unrealised, net of costs. */
  readonly pnl: number;
  readonly maxDrawdownPct: number;
  /** Of one purchase for the whole balance when trading may begin; null where it has no price or conversion. */
  readonly buyAndHoldPnl: number | null;
  /** Null without trades. */
  readonly winRatePct: number | null;
  /** Null without losses. */
  readonly profitFactor: number | null;
  readonly costs: { readonly commission: number; readonly swap: number; readonly spreadNote: string };
  /** How often risk denied an order, by code. */
  readonly denials: Readonly<Record<string, number>>;
  readonly openPosition: OpenPosition | null;
  readonly skippedRows: { readonly count: number; readonly examples: readonly string[] };
  readonly assumptions: readonly string[];
  readonly booksAgree: BooksAgree;
  readonly data: readonly { readonly name: string; readonly sha256: string }[];
  /** The paper account that this run was given. */
  readonly runAccount: string;
  /** From the arrival of the tick to the terminal's answer, over orders; null without any. */
  readonly latencyUs: { readonly p50: number | null; readonly p99: number | null; readonly max: number | null };
  readonly ticksPerSecond: number;
  readonly elapsedS: number;
  readonly runId: string;
  readonly files: RunFiles;
}

/** Of orders that the broker did not make itself. */
export interface OrderCounts {
  /** That risk let through. */
  readonly submitted: number;
  readonly filled: number;
  readonly denied: number;
  readonly rejected: number;
  readonly unknown: number;
  /** Stops and targets that the broker carried out; in none of the other counts. */
  readonly byBroker: number;
}

export interface OpenPosition {
  /** Signed. */
  readonly lots: string;
  readonly averagePrice: string;
  readonly unrealised: number;
}

export interface BooksAgree {
  readonly agree: boolean;
  readonly ours: number;
  readonly broker: number;
  readonly difference: number;
}

/** Absolute paths. */
export interface RunFiles {
  readonly summary: string;
  readonly orders: string;
  readonly trades: string;
  readonly equity: string;
}
