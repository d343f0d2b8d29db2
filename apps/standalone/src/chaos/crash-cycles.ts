import { CRASH_POINTS, type CrashPointName } from '@trading/platform-crash-points';
import { common } from '@trading/contracts';
import { DataFolder } from '../e2e/data-folder';
import { Broken, CrashRun, type Outcome } from './crash-run';
import { CrashPlan, nameOf, wordsOf, type Crash } from './crash-plan';
import { writeFlowTicks } from './flow-ticks';
import { Seeded } from './seeded';

export interface CycleOptions {
  readonly cycles: number;
  readonly seed: number;
  readonly points: readonly CrashPointName[];
  /** Kills at random moments between the named ones. */
  readonly withMoments: boolean;
  readonly say: (line: string) => void;
}

/** What the cycles came to. */
export interface CycleResult {
  readonly cycles: number;
  readonly runs: number;
  /** Crashes by point. */
  readonly points: Readonly<Record<string, number>>;
  readonly failures: readonly CycleFailure[];
  readonly secondsPerCycle: number;
}

export interface CycleFailure {
  readonly seed: number;
  readonly round: number;
  readonly cycle: number;
  readonly point: string;
  readonly differences: readonly string[];
}

const BARS = 500;
/** Runs over the same data before it changes. */
const RUNS_OF_ROUND = 8;
const STRATEGY = ['--strategy', 'sma-cross', '--strategy-param', 'fast=2', '--strategy-param', 'slow=4'];
const COSTS = ['--strategy-param', 'stopAtr=1', '--commission', '3.5'];

/**
 * Crashes and restarts runs until so many crashes have happened. A round is data from the seed, an undisturbed run over
 * it, and disturbed runs that must end in the same; after each crash the books on disk are compared.
 */
export async function crashCycles(options: CycleOptions): Promise<CycleResult> {
  const from = performance.now();
  const points: Record<string, number> = {};
  const failures: CycleFailure[] = [];
  const random = new Seeded(options.seed);
  const plan = new CrashPlan(random.fork(0), options.points, options.withMoments);
  let cycles = 0;
  let runs = 0;
  const goesOn = (): boolean => cycles < options.cycles && failures.length === 0;
  for (let round = 0; goesOn(); round += 1) {
    const data = new DataFolder();
    try {
      const file = data.beside('ticks.csv');
      writeFlowTicks(file, BARS, random.fork(round + 1));
      const args = ['--data', file, '--symbol', 'EURUSD', ...STRATEGY, ...COSTS];
      const reference = await undisturbed(args);
      const { stored } = reference;
      options.say(`round ${round}: ${stored.orders.length} orders, ${stored.fills.length} fills undisturbed`);
      for (let run = 0; run < RUNS_OF_ROUND && goesOn(); run += 1) {
        await disturbed(args, reference, round);
        runs += 1;
      }
    } finally {
      await data.remove();
    }
  }
  const seconds = (performance.now() - from) / 1000;
  return { cycles, runs, points, failures, secondsPerCycle: Math.round((seconds / Math.max(1, cycles)) * 100) / 100 };

  async function disturbed(args: readonly string[], reference: Outcome, round: number): Promise<void> {
    const run = new CrashRun(args, reference);
    let words = 'the start';
    try {
      for (;;) {
        // What is left is enough for the last crash: the run goes to its end.
        const crash = cycles < options.cycles ? plan.next(options.cycles - cycles) : undefined;
        words = crash === undefined ? 'no crash' : wordsOf(crash);
        const begun = performance.now();
        if (crash?.kind === 'point' && crash.point.startsWith('risk-manager.state.')) {
          await haltedRun(args, crash);
          cycles += 1;
          points[nameOf(crash)] = (points[nameOf(crash)] ?? 0) + 1;
          options.say(`  ${cycles}: ${words}, in a run of its own (${Math.round(performance.now() - begun)} ms)`);
          continue;
        }
        const end = await run.cycle(crash);
        const ms = Math.round(performance.now() - begun);
        if (end.kind === 'finished') {
          if (crash !== undefined) plan.missed(crash);
          options.say(`  the end of the data, equal to the undisturbed run (${words} did not come, ${ms} ms)`);
          return;
        }
        if (crash === undefined) throw new Broken(['the program ended by itself']);
        cycles += 1;
        points[nameOf(crash)] = (points[nameOf(crash)] ?? 0) + 1;
        await run.check();
        options.say(`  ${cycles}: ${words} (${ms} ms)`);
      }
    } catch (error) {
      const differences = error instanceof Broken ? error.differences : [String(error)];
      failures.push({ seed: options.seed, round, cycle: cycles, point: words, differences });
      options.say(`FAILED seed ${options.seed} round ${round} cycle ${cycles} at ${words}\n${differences.join('\n')}`);
    } finally {
      await run.remove();
    }
  }
}

/** Slow enough to be halted in the middle. */
const HALT_PACE = '20000';

/** A run that an operator halts and that dies of it: halted it stays exactly when that was stored. */
async function haltedRun(args: readonly string[], crash: Extract<Crash, { kind: 'point' }>): Promise<void> {
  const run = new CrashRun([...args, '--speed', HALT_PACE], undefined);
  try {
    if ((await run.cycle(crash)).kind === 'finished') throw new Broken(['the halt did not reach its crash point']);
    await run.check();
    if (crash.point === 'risk-manager.state.stored') run.expectedState = common.TradingState.HALTED;
    await run.cycle();
  } finally {
    await run.remove();
  }
}

async function undisturbed(args: readonly string[]): Promise<Outcome> {
  const run = new CrashRun(args, undefined);
  try {
    const end = await run.cycle();
    if (end.kind === 'crashed') throw new Broken(['the undisturbed run ended by itself']);
    return end.outcome;
  } finally {
    await run.remove();
  }
}

/** Names on the command line: `all`, `none`, or some, separated by commas. */
export function pointsNamed(text: string): CrashPointName[] {
  if (text === 'all') return [...CRASH_POINTS];
  if (text === 'none') return [];
  return text.split(',').map((name) => {
    const point = CRASH_POINTS.find((each) => each === name);
    if (point === undefined) throw new Error(`--points: ${name} is none of all, none, ${CRASH_POINTS.join(', ')}.`);
    return point;
  });
}
