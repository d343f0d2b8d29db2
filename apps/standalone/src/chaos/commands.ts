import { parseArgs } from 'node:util';
import { raceLimits } from '@trading/service-risk-manager/testing/race-limits';
import { crashCycles, pointsNamed, type CycleOptions, type CycleResult } from './crash-cycles';
import { fuzz } from './fuzz';
import { raceOrders } from './race-orders';
import { soak } from './soak';
import { zombie } from './zombie';
import { liveCycles } from './live-cycles';
import { sixCycles } from './six-cycles';
import { modelCases } from './model-cases';

/** What every command comes to, beside its own counts. */
export interface Result {
  readonly seed: number;
  readonly failures: readonly unknown[];
}

export interface Command {
  readonly name: string;
  readonly work: (say: (line: string) => void) => Promise<Result>;
}

const OPTIONS = {
  seed: { type: 'string', default: '1' },
  cycles: { type: 'string', default: '1000' },
  points: { type: 'string', default: 'all' },
  mode: { type: 'string', default: 'standalone' },
  rounds: { type: 'string' },
  'door-rounds': { type: 'string' },
  peers: { type: 'string', default: '200000' },
  accounts: { type: 'string', default: '32' },
  rate: { type: 'string', default: '100' },
  seconds: { type: 'string', default: '3600' },
  moments: { type: 'string', default: 'yes' },
  frames: { type: 'string', default: '1000000' },
  messages: { type: 'string', default: '500000' },
  calls: { type: 'string', default: '50000' },
  runs: { type: 'string', default: '1000' },
  connections: { type: 'string', default: '5000' },
} as const;

/**
 * The command that a command line names; without a name `crash`.
 * @throws Error for what is no command, option or number
 */
export function commandOf(argv: readonly string[]): Command {
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
  const number = (name: keyof typeof OPTIONS, otherwise?: number): number => {
    const value = Number(values[name] ?? otherwise);
    if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name}: expected a whole number.`);
    return value;
  };
  const seed = number('seed');
  const commands: Readonly<Record<string, Command['work']>> = {
    crash: async (say) => ({
      seed,
      ...(await cyclesOf(values.mode)({
        seed,
        cycles: number('cycles'),
        points: pointsNamed(values.points),
        withMoments: values.moments !== 'no',
        say,
      })),
    }),
    fuzz: async () => ({
      seed,
      ...(await fuzz({
        seed,
        frames: number('frames'),
        peerFrames: number('peers'),
        messages: number('messages'),
        calls: number('calls'),
        connections: number('connections'),
      })),
    }),
    races: async (say) => {
      const rounds = number('rounds', 1_000);
      const atDoors = number('door-rounds', Math.ceil(rounds / 10));
      const checks = await raceLimits(rounds, seed);
      const doors = await raceOrders({ rounds: atDoors, seed, say });
      return { ...checks, doors, failures: [...checks.failures, ...doors.failures] };
    },
    zombie: async (say) => ({ seed, ...(await zombie({ rounds: number('rounds', 10), seed, say })) }),
    soak: async (say) => ({
      seed,
      ...(await soak({
        accounts: number('accounts'),
        ordersPerSecond: number('rate'),
        seconds: number('seconds'),
        say,
      })),
    }),
    model: async () => ({ seed, ...(await modelCases(number('runs'), seed)) }),
  };
  const name = positionals[0] ?? 'crash';
  const work = commands[name];
  if (work === undefined)
    throw new Error(`There is no command ${name}; there are ${Object.keys(commands).join(', ')}.`);
  return { name, work };
}

/** @throws Error for a mode that is none */
function cyclesOf(mode: string): (options: CycleOptions) => Promise<CycleResult> {
  const modes = { standalone: crashCycles, six: sixCycles, live: liveCycles };
  const found = Object.entries(modes).find(([name]) => name === mode)?.[1];
  if (found === undefined) throw new Error(`--mode: expected one of ${Object.keys(modes).join(', ')}.`);
  return found;
}
