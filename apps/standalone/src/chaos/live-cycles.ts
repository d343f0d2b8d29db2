import { DataFolder } from '../e2e/data-folder';
import { waitFor } from '../e2e/wait';
import { SIX } from '../six-processes/six-services';
import type { CycleFailure, CycleOptions, CycleResult } from './crash-cycles';
import { writeFlowTicks } from './flow-ticks';
import { LIVE_ACCOUNTS, LIVE_SYMBOLS } from './live-accounts';
import { settled } from './live-checks';
import { LivePlan, wordsOf, type Death } from './live-plan';
import { LiveRun } from './live-run';
import { OrderFlow } from './order-flow';
import { OwnServers } from './own-servers';
import { PlayedPrices } from './played-prices';
import { Seeded } from './seeded';

/** More of the data's time than a round lasts. */
const BARS = 6_000;
const CYCLES_OF_ROUND = 15;
const SERVER_AWAY_MS = 1_500;
/** A point that is not passed by then is not waited for. */
const POINT_WITHIN_MS = 12_000;
/** Commands are given for so long between a death and the comparison. */
const TRADES_MS = { least: 300, most: 1_500 };

export interface LiveResult extends CycleResult {
  /** How often an operator gave each kind of command. */
  readonly commands: Readonly<Record<string, number>>;
  /** Orders by their state at the end of their round. */
  readonly orders: Readonly<Record<string, number>>;
}

/**
 * Kills services, terminals and servers under accounts that trade live by every kind of command, in every second round
 * with terminals and brokers that misbehave by a plan; after each death the books of all accounts are compared.
 */
export async function liveCycles({ cycles, seed, points, say, servers }: LiveOptions): Promise<LiveResult> {
  const from = performance.now();
  const random = new Seeded(seed);
  const plan = new LivePlan(random.fork(0), points);
  const counts: Record<string, number> = {};
  const commands: Record<string, number> = {};
  const orders: Record<string, number> = {};
  const failures: CycleFailure[] = [];
  let done = 0;
  let round = 0;
  const own = servers ?? (await OwnServers.start());
  try {
    for (; done < cycles && failures.length === 0; round += 1) await playRound(random.fork(round + 1));
  } finally {
    if (servers === undefined) await own.stop();
  }
  const secondsPerCycle = Math.round((performance.now() - from) / 10 / Math.max(1, done)) / 100;
  return { cycles: done, runs: round, points: counts, failures, secondsPerCycle, commands, orders };

  async function playRound(of: Seeded): Promise<void> {
    const data = new DataFolder();
    const files = LIVE_SYMBOLS.map((symbol) => data.beside(`${symbol}.csv`));
    files.forEach((file, index) => writeFlowTicks(file, BARS, of.fork(index)));
    const prices = Object.fromEntries(
      LIVE_SYMBOLS.map((symbol, index) => [symbol, new PlayedPrices(files[index] ?? '')]),
    );
    const misbehaves = (round + seed) % 2 === 0;
    let words = 'the start';
    const run = await LiveRun.start(own, { files, faults: misbehaves ? of.fork(10) : undefined });
    const door = run.connect();
    const byHand = LIVE_ACCOUNTS.filter(({ isAutomatic }) => !isAutomatic);
    const flow = new OrderFlow(door.clients, byHand, prices, of.fork(11));
    const compare = async (untilKnown: boolean): Promise<void> => {
      await flow.pause();
      const found = await Promise.all(
        LIVE_ACCOUNTS.map((account) => settled(run, door.clients, account, flow, { untilKnown })),
      );
      const all = [...found.flat(), ...flow.defects, ...run.fallen];
      if (all.length > 0) throw new Error(all.slice(0, 20).join('\n'));
    };
    say(`round ${round}${misbehaves ? ', with faults of terminals and brokers' : ''}`);
    try {
      await compare(false);
      for (let cycle = 0; cycle < CYCLES_OF_ROUND && done < cycles; cycle += 1) {
        const death = plan.next();
        words = wordsOf(death);
        const begun = performance.now();
        flow.go();
        await trades(of);
        const name = await die(run, own, death);
        await trades(of);
        done += 1;
        counts[name] = (counts[name] ?? 0) + 1;
        await compare(false);
        say(
          `  ${done}: ${words}${name === death.name ? '' : `, which did not come`} (${Math.round(performance.now() - begun)} ms)`,
        );
      }
      words = 'the end of the round';
      await compare(true);
      for (const { accountId } of LIVE_ACCOUNTS)
        for (const { state } of (await run.stored(accountId)).orders) orders[state] = (orders[state] ?? 0) + 1;
      say('  every outcome is known, books and brokers are equal');
    } catch (error) {
      const differences = [error instanceof Error ? error.message : String(error)];
      failures.push({ seed, round, cycle: done, point: words, differences });
      say(`FAILED seed ${seed} round ${round} cycle ${done} at ${words}\n${differences.join('\n')}`);
      say(run.keep());
    } finally {
      await flow.pause();
      for (const [what, count] of Object.entries(flow.counts)) commands[what] = (commands[what] ?? 0) + count;
      door.close();
      await run.close();
      await data.remove();
    }
  }
}

export interface LiveOptions extends CycleOptions {
  /** Servers that may be killed; absent: the command starts its own. */
  readonly servers?: OwnServers;
}

const trades = (random: Seeded): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, random.integer(TRADES_MS.least, TRADES_MS.most)));

/** @returns the name under which the death is counted: a point that is not passed in time is a death at any moment */
async function die(run: LiveRun, servers: OwnServers, { name, target, crashAt }: Death): Promise<string> {
  if (target.kind === 'server') {
    await servers.killAndRestart(target.server, SERVER_AWAY_MS);
    return name;
  }
  const { process, accountId } = target;
  const start = (at?: string) =>
    process === 'terminal' ? Promise.resolve(run.startTerminal(accountId, at)) : run.restart(process, at);
  if (process === 'terminal') await run.killTerminal(accountId);
  let reached = name;
  if (crashAt !== undefined) {
    const doomed = await start(crashAt);
    const hasDied = await waitFor(name, () => doomed.exitCode !== undefined, POINT_WITHIN_MS).catch(() => false);
    if (!hasDied) {
      await doomed.stop('SIGKILL');
      reached = process;
    }
  }
  const started = await start();
  if (SIX.some((each) => each === process)) await started.ready();
  return reached;
}
