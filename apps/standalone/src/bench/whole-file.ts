import { basename } from 'node:path';
import { DataFolder } from '../e2e/data-folder';
import { Program } from '../e2e/program';
import { summaryOf } from '../e2e/summary';
import type { Summary } from '../report/summary';
import type { BenchStores } from './bench-stores';

const WITHIN_MS = 1_800_000;

type Figures = Pick<Summary, 'ticks' | 'elapsedS' | 'ticksPerSecond' | 'latencyUs'>;

export interface WholeFile {
  readonly data: string;
  readonly sixProcesses: Figures;
  readonly standalone: Figures;
}

/** The whole of a file in lockstep through six processes on these stores, and through the program that is all six. */
export async function measureWholeFile(
  file: string,
  symbol: string,
  stores: BenchStores,
  ending: (end: () => Promise<void>) => void,
): Promise<WholeFile> {
  const options = ['--data', file, '--symbol', symbol, '--strategy', 'sma-cross', '--exit-at-end', '--json'];
  const sixProcesses = await figures((path) => Program.dev(['--data-dir', path, ...options], stores.env), ending);
  const standalone = await figures((path) => Program.up(['--data-dir', path, ...options]), ending);
  return { data: basename(file), sixProcesses, standalone };
}

async function figures(start: (path: string) => Program, ending: (end: () => Promise<void>) => void): Promise<Figures> {
  const folder = new DataFolder();
  const program = start(folder.path);
  const end = async (): Promise<void> => {
    if (!program.hasEnded) await program.stop('SIGINT');
    await folder.remove();
  };
  ending(end);
  try {
    const { ticks, elapsedS, ticksPerSecond, latencyUs } = summaryOf(await program.ended(WITHIN_MS));
    return { ticks, elapsedS, ticksPerSecond, latencyUs };
  } finally {
    await end();
  }
}
