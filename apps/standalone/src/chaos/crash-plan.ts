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

/** A point that a run does not pass is tried so often in all. */
const TRIES = 3;

/** Which crash comes next: every point once before any comes again, moments between them. All of it from the seed. */
export class CrashPlan {
  private queue: CrashPointName[] = [];
  private readonly again: Crash[] = [];
  private readonly misses = new Map<CrashPointName, number>();

  constructor(
    private readonly random: Seeded,
    private readonly points: readonly CrashPointName[] = CRASH_POINTS,
    private readonly withMoments = true,
  ) {}

  /** @param left crashes that are still to come, with this one: points come before moments where it is not enough for both */
  next(left: number): Crash {
    const again = this.again.shift();
    if (again !== undefined) return again;
    if (this.points.length === 0) return this.moment();
    if (this.queue.length === 0) this.queue = this.random.shuffled(this.points);
    if (this.withMoments && left > this.queue.length && this.random.isWithin(MOMENT_SHARE)) return this.moment();
    const point = this.queue.shift() ?? 'execution.order.committed';
    return { kind: 'point', point, pass: this.passOf(point) };
  }

  /** The run ended before this crash came: it is tried once more, at the first pass. */
  missed(crash: Crash): void {
    if (crash.kind !== 'point') return;
    const misses = (this.misses.get(crash.point) ?? 0) + 1;
    this.misses.set(crash.point, misses);
    if (misses % TRIES !== 0) this.again.push({ ...crash, pass: 1 });
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
