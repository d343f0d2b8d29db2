import { type CrashPointName } from '@trading/platform-crash-points';
import { DataFolder } from '../e2e/data-folder';
import { SIX, type SixName } from '../six-processes/six-services';
import { departures, inconsistencies } from './check-stored';
import { OF_A_START } from './crash-plan';
import type { CycleFailure, CycleOptions, CycleResult } from './crash-cycles';
import { writeFlowTicks } from './flow-ticks';
import { OwnServers } from './own-servers';
import { Seeded } from './seeded';
import { SixChaosRun } from './six-run';
import type { StoredBooks } from './stored-books';

/** Half a second of the wall clock for a bar of a minute: there is time to kill. */
const PACE = 240;
const BARS = 300;
const CYCLES_OF_RUN = 12;
const SERVER_AWAY_MS = 2_000;

type Disturbance =
  | {
      readonly kind: 'point';
      readonly point: CrashPointName;
      readonly process: SixName | 'terminal';
      readonly pass: number;
    }
  | { readonly kind: 'process'; readonly process: SixName | 'terminal' }
  | { readonly kind: 'server'; readonly server: 'kafka' | 'postgres' };

/** The same as `crashCycles` for six processes over real servers, which are killed and restarted too. */
export async function sixCycles({ cycles, seed, points, say }: CycleOptions): Promise<CycleResult> {
  const from = performance.now();
  const random = new Seeded(seed);
  const counts: Record<string, number> = {};
  const failures: CycleFailure[] = [];
  let done = 0;
  let runs = 0;
  const data = new DataFolder();
  const file = data.beside('ticks.csv');
  writeFlowTicks(file, BARS, random.fork(1));
  const servers = await OwnServers.start();
  try {
    const reference = await undisturbed(servers, file);
    say(`${reference.orders.length} orders, ${reference.fills.length} fills undisturbed`);
    while (done < cycles && failures.length === 0) {
      runs += 1;
      await disturbed(reference, Math.min(CYCLES_OF_RUN, cycles - done));
    }
  } finally {
    await servers.stop();
    await data.remove();
  }
  const seconds = (performance.now() - from) / 1000;
  return {
    cycles: done,
    runs,
    points: counts,
    failures,
    secondsPerCycle: Math.round((seconds / Math.max(1, done)) * 100) / 100,
  };

  async function disturbed(reference: StoredBooks, count: number): Promise<void> {
    let words = 'the start';
    const run = await SixChaosRun.start(servers, file, PACE);
    try {
      const check = async (): Promise<void> => {
        const stored = await run.stored();
        if (stored === undefined) return;
        const found = [...inconsistencies(stored), ...departures(stored, reference)];
        if (found.length > 0) throw new Error(found.slice(0, 20).join('\n'));
      };
      for (let cycle = 0; cycle < count && !(await run.hasEnded()); cycle += 1) {
        const next = draw(random, points);
        words = JSON.stringify(next);
        const begun = performance.now();
        if (!(await disturb(run, servers, next, random))) break;
        done += 1;
        const name = next.kind === 'point' ? next.point : next.kind === 'server' ? next.server : next.process;
        counts[name] = (counts[name] ?? 0) + 1;
        await check();
        say(`  ${done}: ${words} (${Math.round(performance.now() - begun)} ms)`);
      }
      words = 'the end';
      const differences = await run.atEnd();
      if (differences.length > 0) throw new Error(differences.join('\n'));
      await check();
      const stored = await run.stored();
      const [ours, theirs] = [stored?.fills.length, reference.fills.length];
      if (ours !== theirs) throw new Error(`${ours} fills at the end, undisturbed ${theirs}`);
      say('  the end of the data, equal to the undisturbed run');
    } catch (error) {
      const differences = [error instanceof Error ? error.message : String(error)];
      failures.push({ seed, round: 0, cycle: done, point: words, differences });
      say(`FAILED seed ${seed} cycle ${done} at ${words}\n${differences.join('\n')}`);
    } finally {
      await run.close();
    }
  }
}

function draw(random: Seeded, points: readonly CrashPointName[]): Disturbance {
  const kind = random.next();
  if (kind < 0.1) return { kind: 'server', server: random.pick(['kafka', 'postgres'] as const) };
  if (kind < 0.3 || points.length === 0)
    return { kind: 'process', process: random.pick([...SIX, 'terminal'] as const) };
  // Nobody changes the trading state here.
  const point = random.pick(points.filter((each) => !each.startsWith('risk-manager.state.')));
  return { kind: 'point', point, process: processOf(point), pass: OF_A_START.has(point) ? 1 : random.integer(1, 3) };
}

/** The process in which a point is passed; orders go to the gateway of MetaTrader 5. */
function processOf(point: CrashPointName): SixName | 'terminal' {
  const [service = ''] = point.split('.');
  if (service === 'terminal-simulator') return 'terminal';
  if (service === 'gateway') return 'mt5-gateway';
  return SIX.find((name) => name === service) ?? 'execution';
}

/** False: the data ended before. */
async function disturb(run: SixChaosRun, servers: OwnServers, next: Disturbance, random: Seeded): Promise<boolean> {
  await new Promise((resolve) => setTimeout(resolve, random.integer(200, 1_500)));
  if (next.kind === 'server') {
    await servers.killAndRestart(next.server, SERVER_AWAY_MS);
    return true;
  }
  const crashAt = next.kind === 'point' ? `${next.point}:${next.pass}` : undefined;
  if (next.process === 'terminal') {
    await run.terminal?.stop('SIGKILL');
    const terminal = run.startTerminal(crashAt);
    if (crashAt === undefined) return true;
    const hasDied = await run.died(terminal);
    if (hasDied) run.startTerminal();
    return hasDied;
  }
  const process = await run.restart(next.process, crashAt);
  if (crashAt !== undefined) {
    if (!(await run.died(process))) return false;
    await (await run.restart(next.process)).ready();
  } else {
    await process.ready();
  }
  return true;
}

/** What the stored books come to when nothing is disturbed. */
export async function undisturbed(servers: OwnServers, file: string): Promise<StoredBooks> {
  const run = await SixChaosRun.start(servers, file, 'max');
  try {
    const differences = await run.atEnd();
    if (differences.length > 0) throw new Error(`undisturbed: ${differences.join('\n')}`);
    const stored = await run.stored();
    if (stored === undefined) throw new Error('The books of the undisturbed run cannot be read.');
    return stored;
  } finally {
    await run.close();
  }
}
