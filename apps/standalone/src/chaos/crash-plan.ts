import { CRASH_POINTS, type CrashPointName } from '@trading/platform-crash-points';
import type { Seeded } from './seeded';

/** How a cycle ends. */
export type Crash =
  | { readonly kind: 'point'; readonly point: CrashPointName; readonly pass: number }
  /** At a random moment after the program was started, or after it serves: which processes die. */
  | {
      readonly kind: 'moment';
      readonly target: CrashTarget;
      readonly since: 'start' | 'serving';
      readonly afterMs: number;
    };

export type CrashTarget = 'standalone' | 'simulator' | 'all';

/** Passed once in a start, or because an operator asks once. */
export const OF_A_START: ReadonlySet<CrashPointName> = new Set([
  'execution.lease.taken',
  'execution.fence.sent',
  'gateway.session.entered',
  'risk-manager.state.storing',
  'risk-manager.state.stored',
]);
/** Passed with every mark, not only with an order. */
const FREQUENT: ReadonlySet<CrashPointName> = new Set([
  'gateway.events.publishing',
  'gateway.events.published',
  'execution.events.publishing',
  'execution.events.published',
]);
const MOMENT_SHARE = 0.3;
/** A start takes about a second on a quiet machine, and the data of a run two. */
const LAST_MOMENT_MS = 1_200;

/** Which crash comes next: every point once before any comes again, moments between them. All of it from the seed. */
export class CrashPlan {
  private queue: CrashPointName[] = [];
  private again: Crash | undefined;

  constructor(
    private readonly random: Seeded,
    private readonly points: readonly CrashPointName[] = CRASH_POINTS,
    private readonly withMoments = true,
  ) {}

  next(): Crash {
    const { again } = this;
    this.again = undefined;
    if (again !== undefined) return again;
    if (this.points.length === 0 || (this.withMoments && this.random.isWithin(MOMENT_SHARE))) return this.moment();
    if (this.queue.length === 0) this.queue = this.random.shuffled(this.points);
    const point = this.queue.shift() ?? 'execution.order.committed';
    return { kind: 'point', point, pass: this.passOf(point) };
  }

  /** The run ended before this crash came: it is tried once more, at the first pass. */
  missed(crash: Crash): void {
    if (crash.kind === 'point' && crash.pass > 1) this.again = { ...crash, pass: 1 };
  }

  private passOf(point: CrashPointName): number {
    if (OF_A_START.has(point)) return 1;
    return this.random.integer(1, FREQUENT.has(point) ? 60 : 6);
  }

  private moment(): Crash {
    const target = this.random.pick<CrashTarget>(['standalone', 'standalone', 'simulator', 'all']);
    // A simulator that dies while the program starts is one that is left from before: a new one is started.
    const since = target !== 'simulator' && this.random.isWithin(0.3) ? 'start' : 'serving';
    return { kind: 'moment', target, since, afterMs: this.random.integer(20, LAST_MOMENT_MS) };
  }
}

/** Name under which crashes are counted. */
export const nameOf = (crash: Crash): string => (crash.kind === 'point' ? crash.point : `moment of ${crash.target}`);

/** In words, for whoever has to see it again. */
export const wordsOf = (crash: Crash): string =>
  crash.kind === 'point'
    ? `CRASH_AT=${crash.point}:${crash.pass}`
    : `${crash.target} ${crash.afterMs} ms after ${crash.since}`;
