import type { Timeframe } from '@trading/trading-market';
import type { UpOptions } from './up-options';
export interface ModelChoice {
  readonly name: string;
  readonly version: string;
  /** The folder that holds `name/version/manifest.json`. */
  readonly folder: string;
  /** Predictions at or before it are in sample. UTC microseconds. */
  readonly trainedToUs: number;
  /** SHA-256 of its ONNX file. */
  readonly digest: string;
}
/** @param folders in order of preference */
export declare function findModel(
  folders: readonly string[],
  symbol: string,
  timeframe: Timeframe,
): Promise<ModelChoice | undefined>;
/** The model that the strategy needs, undefined when it needs none. @throws UsageError that says how to get one */
export declare function modelFor(
  options: UpOptions,
  timeframe: Timeframe,
  folders: readonly string[],
): Promise<ModelChoice | undefined>;
