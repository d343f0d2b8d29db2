import { CRASH_POINTS, type CrashPointName } from '@trading/platform-crash-points';
import { SIX, type SixName } from '../six-processes/six-services';
import { LIVE_ACCOUNTS } from './live-accounts';
import type { Seeded } from './seeded';

/** Who dies, and where. */
export interface Death {
  /** Under which it is counted. */
  readonly name: string;
  readonly target:
    | { readonly kind: 'process'; readonly process: SixName | 'terminal'; readonly accountId: string }
    | { readonly kind: 'server'; readonly server: 'kafka' | 'postgres' };
  /** As CRASH_AT; undefined: at any moment. */
  readonly crashAt?: string;
}

/** Of so many deaths, one of a server and one at a moment that nobody chose. */
const SERVER_EVERY = 5;
const MOMENT_EVERY = 4;
const LAST_PASS = 3;
/** Passed once in a start. */
const OF_A_START = /^(execution\.(lease|fence)|gateway\.session|risk-manager\.state)\./;

/** Which death comes next: every point once before any comes again, servers and moments between them. */
export class LivePlan {
  private queue: CrashPointName[] = [];
  private drawn = 0;

  constructor(
    private readonly random: Seeded,
    private readonly points: readonly CrashPointName[] = CRASH_POINTS,
  ) {}

  next(): Death {
    const n = this.drawn;
    this.drawn += 1;
    if (n % SERVER_EVERY === SERVER_EVERY - 1) {
      const server = Math.floor(n / SERVER_EVERY) % 2 === 0 ? 'kafka' : 'postgres';
      return { name: server, target: { kind: 'server', server } };
    }
    if (this.points.length === 0 || n % MOMENT_EVERY === MOMENT_EVERY - 1) {
      const process = this.random.pick([...SIX, 'terminal'] as const);
      return { name: process, target: this.process(process) };
    }
    if (this.queue.length === 0) this.queue = this.random.shuffled(this.points);
    const point = this.queue.shift() ?? 'execution.order.committed';
    const pass = OF_A_START.test(point) ? 1 : this.random.integer(1, LAST_PASS);
    return { name: point, target: this.process(this.processOf(point)), crashAt: `${point}:${pass}` };
  }

  private process(process: SixName | 'terminal'): Death['target'] {
    return { kind: 'process', process, accountId: this.random.pick(LIVE_ACCOUNTS).accountId };
  }

  /** The process in which a point is passed; most accounts are at the gateway of MetaTrader 5. */
  private processOf(point: CrashPointName): SixName | 'terminal' {
    const [service = ''] = point.split('.');
    if (service === 'terminal-simulator') return 'terminal';
    if (service === 'gateway') return this.random.isWithin(0.3) ? 'mt4-gateway' : 'mt5-gateway';
    return SIX.find((name) => name === service) ?? 'execution';
  }
}

export const wordsOf = ({ name, target, crashAt }: Death): string => {
  if (target.kind === 'server') return `${name} is killed`;
  const who = target.process === 'terminal' ? `the terminal of ${target.accountId}` : target.process;
  return crashAt === undefined ? `${who} is killed` : `${who} at CRASH_AT=${crashAt}`;
};
