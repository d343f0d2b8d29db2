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
  readonly equity: readonly execution.EquityPoint[];
  readonly positions: readonly execution.Position[];
  /** Equity by our books and by the broker's, decimal strings. */
  readonly books: { readonly ours: string; readonly broker: string };
  readonly elapsedS: number;
  /** Ticks of this sitting (a resumed run plays only the rest); `ticks` when absent. */
  readonly ticksPlayed?: number;
}
export interface Summary {
  readonly symbol: string;
  readonly from: string;
  readonly to: string;
  readonly timeframe: string;
  readonly strategy: string;
  readonly strategyParams: Readonly<Record<string, number>>;
  readonly model: string | null;
  readonly tradeFrom: string | null;
  readonly ticks: number;
  readonly crossedTicks: number;
  readonly bars: number;
  readonly decisions: number;
  readonly orders: {
    readonly submitted: number;
    readonly filled: number;
    readonly denied: number;
    readonly rejected: number;
    readonly unknown: number;
    readonly byBroker: number;
  };
  readonly fills: number;
  readonly trades: number;
  readonly balance: number;
  readonly equity: number;
  readonly pnl: number;
  readonly maxDrawdownPct: number;
  readonly buyAndHoldPnl: number | null;
  readonly winRatePct: number | null;
  readonly profitFactor: number | null;
  readonly costs: { readonly commission: number; readonly swap: number; readonly spreadNote: string };
  readonly denials: Readonly<Record<string, number>>;
  readonly openPosition: { readonly lots: string; readonly averagePrice: string; readonly unrealised: number } | null;
  readonly skippedRows: { readonly count: number; readonly examples: readonly string[] };
  readonly assumptions: readonly string[];
  readonly booksAgree: {
    readonly agree: boolean;
    readonly ours: number;
    readonly broker: number;
    readonly difference: number;
  };
  readonly data: readonly { readonly name: string; readonly sha256: string }[];
  readonly accountId: string;
  readonly latencyUs: { readonly p50: number | null; readonly p99: number | null; readonly max: number | null };
  readonly ticksPerSecond: number;
  readonly elapsedS: number;
  readonly runId: string;
  readonly files: RunFiles;
}
/** Absolute paths. */
export interface RunFiles {
  readonly summary: string;
  readonly orders: string;
  readonly trades: string;
  readonly equity: string;
}
export declare function buildSummary(input: SummaryInput): Summary;
