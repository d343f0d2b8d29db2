import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { acquireDataDir, type DataDirLock } from '../front/data-dir';
import { inspectData } from '../front/inspect-data';
import { modelFor } from '../front/find-model';
import { identityOf } from '../front/fingerprint';
import { RunRecord } from '../front/run-record';
import type { UpOptions } from '../front/up-options';
import { ensureSecrets } from './secrets';
import type { SystemFacts } from './configs';

/** Models that come with the program: the same files whether it runs from its sources or from dist/. */
export const SHIPPED_MODELS = shippedModels(__dirname);

function shippedModels(from: string): string {
  const folder = join(from, 'apps/standalone/models');
  return existsSync(folder) || dirname(from) === from ? folder : shippedModels(dirname(from));
}

export interface Prepared {
  readonly facts: SystemFacts;
  readonly record: RunRecord;
  readonly lock: DataDirLock;
}

/** What preparing needs to know of the program that will trade. */
export interface Preparation<O> {
  /** Checks what the system will ask for again when it starts: what cannot be is better known before a run is begun. */
  readonly check: (options: O) => Promise<void>;
  /** Where the run's state is kept, when a run may not go on elsewhere; absent: in the program itself. */
  readonly home?: string;
}

/** Checks everything that can be wrong with the input, then claims the data folder and opens the run. */
export async function prepare<O extends UpOptions>(options: O, { check, home }: Preparation<O>): Promise<Prepared> {
  const data = await inspectData(options);
  const model = await modelFor(options, data.timeframe, [join(options.dataDir, 'models'), SHIPPED_MODELS]);
  const identity = identityOf(options, data, model, home);
  await check(options);
  const lock = await acquireDataDir(options.dataDir);
  try {
    const record = await RunRecord.open(options.dataDir);
    const run = await record.begin(identity, options.fresh);
    const secrets = ensureSecrets(options.dataDir);
    const facts = {
      options,
      data,
      model,
      run,
      secrets,
      fingerprint: identity.fingerprint,
      tradeFromUs: model?.trainedToUs ?? 0,
    };
    return { facts, record, lock };
  } catch (error) {
    await lock.release();
    throw error;
  }
}
