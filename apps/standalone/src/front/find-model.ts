import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCodeOf } from '@trading/platform-files';
import type { Timeframe } from '@trading/trading-market';
import { ModelRefused, parseManifest, type ModelManifest } from '@trading/trading-models';
import { STRATEGIES } from '@trading/trading-strategy';
import type { UpOptions } from './up-options';
import { UsageError } from './usage-error';

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

/**
 * The newest model of a symbol and timeframe (the highest version; of several names the last in the alphabet), of the
 * first folder that has one. A folder that is missing has none.
 * @param folders in order of preference
 * @throws UsageError for a manifest that cannot be read as one
 */
export async function findModel(
  folders: readonly string[],
  symbol: string,
  timeframe: Timeframe,
): Promise<ModelChoice | undefined> {
  for (const folder of folders) {
    const fitting = (await manifestsIn(folder))
      .filter((manifest) => manifest.symbol === symbol && manifest.timeframe === timeframe)
      .sort((a, b) => inOrder(a.version, b.version) || inOrder(a.name, b.name));
    const newest = fitting.at(-1);
    if (newest === undefined) continue;
    const { name, version, trainedToUs, onnxSha256: digest } = newest;
    return { name, version, folder, trainedToUs, digest };
  }
  return undefined;
}

/**
 * The model that the strategy needs; undefined when it needs none.
 * @throws UsageError that says how to get one
 */
export async function modelFor(
  options: UpOptions,
  timeframe: Timeframe,
  folders: readonly string[],
): Promise<ModelChoice | undefined> {
  const { strategy, symbol } = options;
  if (STRATEGIES[strategy]?.needsModel !== true) return undefined;
  const model = await findModel(folders, symbol, timeframe);
  if (model !== undefined) return model;
  const others = Object.values(STRATEGIES).filter(({ needsModel }) => !needsModel);
  throw new UsageError(
    `${strategy} needs a model of ${symbol} ${timeframe}, and there is none. Train one on earlier data: ` +
      `./trade train --data FILE --symbol ${symbol} --timeframe ${timeframe}. Or choose a strategy that needs none: ` +
      `${others.map(({ name }) => `--strategy ${name}`).join(' or ')}.`,
  );
}

async function manifestsIn(folder: string): Promise<ModelManifest[]> {
  const manifests: ModelManifest[] = [];
  for (const name of await namesIn(folder)) {
    for (const version of await namesIn(join(folder, name))) {
      const manifest = await manifestAt(join(folder, name, version, 'manifest.json'));
      if (manifest !== undefined) manifests.push(manifest);
    }
  }
  return manifests;
}

async function manifestAt(path: string): Promise<ModelManifest | undefined> {
  try {
    return parseManifest(await readFile(path));
  } catch (error) {
    if (error instanceof ModelRefused) throw new UsageError(`${path}: ${error.message}`, { cause: error });
    // A model without a manifest is one that is still being written.
    if (isNothingThere(error)) return undefined;
    throw new UsageError(`${path}: it cannot be read (${errorCodeOf(error)}).`, { cause: error });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isNothingThere(error)) return [];
    throw new UsageError(`${folder}: the folder of models cannot be read (${errorCodeOf(error)}).`, { cause: error });
  }
}

function isNothingThere(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(errorCodeOf(error));
}

function inOrder(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
