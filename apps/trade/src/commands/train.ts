import { join, resolve } from 'node:path';
import type { TrainingJob, TrainingProgress } from '@trading/service-research';
import type { Command } from '../cli/command';
import { workspaceRoot } from '../cli/workspace-root';
import { dataDirOf } from '../system/system';
import { compareWithShipped } from '../train/compare-with-shipped';
import { TRAINING_OPTIONS, trainingWishes, type TrainingWishes } from '../train/training-options';
import { trainingWords } from '../train/training-words';

const STAGES: Readonly<Record<TrainingProgress['stage'], string>> = {
  reading: 'Reading the data',
  features: 'Computing features',
  validating: 'Validating on the purged tail',
  training: 'Training',
  storing: 'Storing',
};

export const trainCommand: Command = {
  name: 'train',
  usage: '[--data FILE --symbol SYMBOL --timeframe NAME] [options]',
  summary: 'Train a direction model and store it for the strategy model-threshold',
  about: [
    'Without options it trains the model that is shipped, from the same data, and compares: it comes out byte for byte.',
    'What it prints puts the scores beside those of doing without a model.',
  ].join('\n'),
  options: TRAINING_OPTIONS,
  maxPositionals: 0,
  run: async (context) => {
    const { console, cwd, options } = context;
    const wishes = trainingWishes(options, cwd);
    const out = options.text('out');
    const folder = out === undefined ? join(dataDirOf(context), 'models') : resolve(cwd, out);
    const { defaultTrainingJob, trainModel } = await import('@trading/service-research');
    const { FolderObjectStore } = await import('@trading/platform-object-store');
    const outStore = await FolderObjectStore.open(folder, { create: true });
    const standard = defaultTrainingJob(outStore);
    const isShipped = Object.values(wishes).every((wish) => wish === undefined);
    const progress = progressLine(console);
    const report = await trainModel({ ...jobOf(wishes, standard), onProgress: progress.show });
    progress.end();
    const comparison = isShipped
      ? await compareWithShipped(join(workspaceRoot(), 'apps/standalone/models'), report.keys, (key) =>
          outStore.get(key),
        )
      : undefined;
    const equal = comparison?.every((file) => file.equal) ?? true;
    if (options.flag('json')) {
      console.out(JSON.stringify({ ...report, folder, ...(comparison && { shipped: { equal, files: comparison } }) }));
    } else {
      console.out([trainingWords(report), '', ...report.keys.map((key) => `  ${join(folder, key)}`)].join('\n'));
      if (comparison !== undefined) {
        const differing = comparison.filter((file) => !file.equal).map(({ key }) => key);
        console.out(
          equal
            ? 'This is the shipped model, byte for byte (apps/standalone/models).'
            : `This DIFFERS from the shipped model (apps/standalone/models): ${differing.join(', ')}.`,
        );
      }
    }
    return equal ? 0 : 1;
  },
};

/** The job that was asked for: the shipped model's with changes, or one on the user's own file. */
export function jobOf(wishes: TrainingWishes, standard: TrainingJob): TrainingJob {
  const { file, symbol, timeframe, zone, fromUs, toUs, horizonBars, name, version } = wishes;
  const horizon = { horizonBars: horizonBars ?? standard.horizonBars };
  const asked = { ...(fromUs !== undefined && { fromUs }), ...(toUs !== undefined && { toUs }) };
  const named = { ...(name !== undefined && { name }), ...(version !== undefined && { version }) };
  if (file === undefined || symbol === undefined || timeframe === undefined) {
    return { ...standard, ...horizon, ...asked, ...named };
  }
  return {
    file,
    symbol,
    timeframe,
    zone,
    ...asked,
    ...horizon,
    name: `${symbol}-${timeframe}-logistic`.toLowerCase().replaceAll(/[^a-z0-9._-]/g, '-'),
    version: '1',
    ...named,
    outStore: standard.outStore,
  };
}

function progressLine(console: { progress(text: string): void }) {
  return {
    show: ({ stage, done, total }: TrainingProgress): void =>
      console.progress(`${STAGES[stage]}${total > 1 ? ` ${Math.floor((100 * done) / total)} %` : ''}…`),
    end: (): void => console.progress(''),
  };
}
