import type { execution } from '@trading/contracts';
import type { RunFiles, Summary } from './summary';
export declare function runFiles(dataDir: string, runId: string): RunFiles;
/** Writes all four, each whole or not at all; the folder is made. */
export declare function writeRunFiles(
  summary: Summary,
  rows: {
    readonly orders: readonly execution.Order[];
    readonly trades: readonly execution.Trade[];
    readonly equity: readonly execution.EquityPoint[];
  },
): Promise<void>;
