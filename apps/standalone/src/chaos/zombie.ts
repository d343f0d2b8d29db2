import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { DataFolder } from '../e2e/data-folder';
import { connectedSession } from '../e2e/fleet-outcome';
import type { FleetProcess } from '../e2e/service-fleet';
import { waitFor } from '../e2e/wait';
import { departures, inconsistencies } from './check-stored';
import { writeFlowTicks } from './flow-ticks';
import { OwnServers } from './own-servers';
import { Seeded } from './seeded';
import { LEASE_MS, SIX_ACCOUNT, SixChaosRun } from './six-run';
import { undisturbed } from './six-cycles';

export interface ZombieResult {
  readonly rounds: number;
  /** Rounds in which the terminal was offline while the writer was frozen: every second one. */
  readonly offline: number;
  /** By how much the fencing epoch rose in all. */
  readonly epochs: number;
  readonly failures: readonly string[];
}

const PACE = 240;
const WITHIN_MS = 180_000;
export interface ZombieOptions {
  readonly rounds: number;
  readonly seed: number;
  /** Of the data; four in a second. */
  readonly bars?: number;
  /** Absent: the command starts its own. */
  readonly servers?: OwnServers;
  readonly say: (line: string) => void;
}

/** How long the woken writer is given to do harm. */
const WOKEN_MS = 3_000;

/**
 * Freezes the process that writes an account's books for longer than its lease, lets another take over, wakes the first:
 * the orders at the broker stay those of the undisturbed run, none is of an older epoch than the terminal was told.
 */
export async function zombie({ rounds, seed, bars = 240, servers: given, say }: ZombieOptions): Promise<ZombieResult> {
  const random = new Seeded(seed);
  const failures: string[] = [];
  const data = new DataFolder();
  const file = data.beside('ticks.csv');
  writeFlowTicks(file, bars, random.fork(1));
  const servers = given ?? (await OwnServers.start());
  let offline = 0;
  let epochs = 0;
  let done = 0;
  try {
    const reference = await undisturbed(servers, file);
    for (; done < rounds && failures.length === 0; done += 1) {
      const withoutTerminal = done % 2 === 1;
      if (withoutTerminal) offline += 1;
      const run = await SixChaosRun.start(servers, file, PACE);
      try {
        await (await run.fleet.start('execution')).ready();
        const { before, after } = await takeOver(run, withoutTerminal, random);
        epochs += after - before;
        say(`round ${done}: epoch ${before} to ${after}${withoutTerminal ? ', the terminal offline meanwhile' : ''}`);
        const found = await run.atEnd();
        const stored = await run.stored();
        if (stored === undefined) found.push('the books cannot be read');
        else found.push(...inconsistencies(stored), ...departures(stored, reference), ...ofEpochs(journalOf(run)));
        failures.push(...found.map((each) => `round ${done}: ${each}`));
      } catch (error) {
        failures.push(`round ${done}: ${error instanceof Error ? error.message : String(error)}`);
      } finally {
        for (const each of run.fleet.processes) each.signal('SIGCONT');
        await run.close();
      }
    }
  } finally {
    if (given === undefined) await servers.stop();
    await data.remove();
  }
  return { rounds: done, offline, epochs, failures };
}

async function takeOver(
  run: SixChaosRun,
  withoutTerminal: boolean,
  random: Seeded,
): Promise<{ readonly before: number; readonly after: number }> {
  await waitFor(
    'some orders',
    async () => ((await connectedSession(run.six, SIX_ACCOUNT)).barrier > 20 ? true : undefined),
    WITHIN_MS,
  );
  await new Promise((resolve) => setTimeout(resolve, random.integer(0, 1_000)));
  const lease = await leaseOf(run.databaseUrl);
  const writer = writerOf(run, lease.owner);
  writer.signal('SIGSTOP');
  if (withoutTerminal) {
    await run.terminal?.stop('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, random.integer(1_000, 2 * LEASE_MS)));
    run.startTerminal();
  }
  const next = await waitFor(
    'another writer',
    async () => {
      const now = await leaseOf(run.databaseUrl);
      return now.epoch > lease.epoch && now.owner !== lease.owner ? now : undefined;
    },
    WITHIN_MS,
  );
  writer.signal('SIGCONT');
  await new Promise((resolve) => setTimeout(resolve, WOKEN_MS));
  return { before: lease.epoch, after: next.epoch };
}

interface Lease {
  /** `host:pid:…` of the process that holds it. */
  readonly owner: string;
  readonly epoch: number;
}

async function leaseOf(url: string): Promise<Lease> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const sql = 'SELECT owner, epoch FROM execution.account_lease WHERE account_id = $1';
    const { rows } = await client.query<{ owner: string; epoch: string }>(sql, [SIX_ACCOUNT]);
    const [row] = rows;
    if (row === undefined) throw new Error('Nobody has leased the account.');
    return { owner: row.owner, epoch: Number(row.epoch) };
  } finally {
    await client.end();
  }
}

function writerOf(run: SixChaosRun, owner: string): FleetProcess {
  const pid = Number(owner.split(':')[1]);
  const found = run.fleet.processes.find((each) => each.pid === pid);
  if (found === undefined) throw new Error(`${owner} is no process of this run.`);
  return found;
}

interface JournalLine {
  readonly kind: string;
  readonly epoch?: number;
  readonly order?: { readonly coid: string; readonly epoch: number };
}

function journalOf(run: SixChaosRun): JournalLine[] {
  const file = join(run.fleet.folder, 'terminal', SIX_ACCOUNT, 'journal.jsonl');
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as JournalLine);
}

/** Orders that the terminal took although it had been told a higher epoch. */
export function ofEpochs(journal: readonly JournalLine[]): string[] {
  let highest = 0;
  return journal.flatMap(({ kind, epoch = 0, order }) => {
    if (kind === 'fence') highest = Math.max(highest, epoch);
    if (order === undefined || order.epoch >= highest) return [];
    return [`order ${order.coid} of epoch ${order.epoch} was taken after the terminal knew ${highest}`];
  });
}
