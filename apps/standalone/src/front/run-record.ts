import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCodeOf, FileProblem, writeFileAtomic } from '@trading/platform-files';
import { z } from 'zod';
import type { RunIdentity } from './fingerprint';
import { UsageError } from './usage-error';

const runState = z.strictObject({
  number: z.int().positive(),
  runId: z.string().min(1),
  accountId: z.string().min(1),
  fingerprint: z.string().min(1),
  description: z.record(z.string(), z.string()),
  state: z.enum(['running', 'finished']),
  /** ISO, wall clock. */
  startedAt: z.string().min(1),
});

export type RunState = Readonly<z.infer<typeof runState>>;

export interface BegunRun {
  readonly number: number;
  readonly runId: string;
  readonly accountId: string;
  /** An interrupted run goes on. */
  readonly resumed: boolean;
  /** The run before this one, whatever became of it. */
  readonly previous: RunState | undefined;
}

/** Which run a data folder is at, kept in its `run.json`. Belongs to who holds the folder's lock. */
export class RunRecord {
  private constructor(
    private readonly path: string,
    private readonly now: () => Date,
    private state: RunState | undefined,
  ) {}

  /** @throws UsageError when the record cannot be read */
  static async open(dataDir: string, now: () => Date = () => new Date()): Promise<RunRecord> {
    await mkdir(dataDir, { recursive: true });
    const path = join(dataDir, 'run.json');
    return new RunRecord(path, now, await readState(path));
  }

  get current(): RunState | undefined {
    return this.state;
  }

  /**
   * Goes on with an interrupted run of the same identity, or begins the next one with an account of its own. `fresh`
   * gives an interrupted run up.
   * @throws UsageError when the interrupted run is another one and `fresh` was not asked for
   */
  async begin({ fingerprint, description }: RunIdentity, fresh: boolean): Promise<BegunRun> {
    const previous = this.state;
    if (previous?.state === 'running' && !fresh) {
      if (previous.fingerprint !== fingerprint) throw differs(previous, description);
      const { number, runId, accountId } = previous;
      return { number, runId, accountId, resumed: true, previous };
    }
    const number = (previous?.number ?? 0) + 1;
    const runId = `run-${String(number).padStart(4, '0')}`;
    const accountId = `PAPER-${number}`;
    const startedAt = this.now().toISOString();
    await this.write({ number, runId, accountId, fingerprint, description, state: 'running', startedAt });
    return { number, runId, accountId, resumed: false, previous };
  }

  /** The data was traded to its end. */
  async finish(): Promise<void> {
    if (this.state?.state === 'running') await this.write({ ...this.state, state: 'finished' });
  }

  private async write(state: RunState): Promise<void> {
    await writeFileAtomic(this.path, `${JSON.stringify(state, null, 2)}\n`);
    this.state = state;
  }
}

async function readState(path: string): Promise<RunState | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (errorCodeOf(cause) === 'ENOENT') return undefined;
    throw new FileProblem('UNWRITABLE', path, `it cannot be read (${errorCodeOf(cause)}).`, { cause });
  }
  const parsed = runState.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new UsageError(
    `${path}: this is not the record of a run (${parsed.error.issues[0]?.path.join('.') || 'not JSON'}). ` +
      'Move the data folder away, or choose another with --data-dir.',
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function differs(previous: RunState, wanted: Readonly<Record<string, string>>): UsageError {
  const names = [...new Set([...Object.keys(previous.description), ...Object.keys(wanted)])];
  const differences = names
    .filter((name) => previous.description[name] !== wanted[name])
    .map((name) => difference(name, previous.description[name] ?? 'none', wanted[name] ?? 'none'));
  return new UsageError(
    `${previous.runId} was interrupted and can go on only with the data and options it began with. ` +
      `${differences.join('; ')}. Start it with those, or give it up with --fresh.`,
  );
}

function difference(name: string, before: string, now: string): string {
  if (name === 'data') return 'data: the files hold something else';
  return `${name}: it began with ${before}, now it is ${now}`;
}
