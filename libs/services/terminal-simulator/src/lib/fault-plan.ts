import { faultPlanSchema, type FaultPlan, type FaultRule, type FaultStep } from './fault-rule';
import { seededRandom } from './random';

export interface FaultPlanOptions {
  /** Codes are those of this platform; MT5 when absent. */
  readonly platform?: 'MT4' | 'MT5';
  /** Leaves out what simulated time cannot go on after; true when absent. */
  readonly lockstep?: boolean;
  /** Steps and commands that rules name lie between 1 and this; 20 when absent. */
  readonly upTo?: number;
  /** Only faults that change no trade. */
  readonly lineOnly?: boolean;
}

/** Codes of every outcome class, see the trading semantics. */
const MT5_CODES = [
  ...[10004, 10020, 10021, 10024, 10029, 10011, 10012, 10023, 10028, 10031, 10030, 10036, 10018, 10039, 10006, 10007],
  ...[10041, 10013, 10014, 10015, 10016, 10017, 10019, 10022, 10026, 10027, 10032, 10033, 10034, 10035, 10038, 10040],
  ...[10042, 10043, 10044, 10045, 10046, 10099],
];
const MT4_CODES = [
  ...[129, 135, 138, 136, 4, 8, 137, 141, 146, 1, 2, 6, 128, 139, 142, 143, 132, 3, 5, 7, 9, 64, 65, 130, 131, 133],
  ...[134, 140, 144, 145, 147, 148, 149, 150, 4000, 4108, 4999, 999],
];

const BREAKS: readonly FaultStep[] = [
  ...(['hello', 'challenge', 'auth', 'welcome', 'symbols', 'ticks', 'account', 'mark'] as const),
  ...(['ack', 'result', 'event', 'snapshot', 'command', 'query', 'history'] as const),
];
const REPEATED: readonly FaultStep[] = ['ack', 'result', 'event', 'snapshot', 'query', 'history'];

type Draw = (below: number) => number;
type Made = (draw: Draw, upTo: number) => FaultRule;

const one = <T>(draw: Draw, list: readonly [T, ...T[]] | readonly T[]): T => list[draw(list.length)] as T;
const nth = (draw: Draw, upTo: number): number => 1 + draw(upTo);
const when = (draw: Draw): 'before' | 'after' => (draw(2) === 0 ? 'before' : 'after');

const LINE: readonly Made[] = [
  (d, n) => ({ at: { step: one(d, BREAKS), nth: nth(d, n) }, kind: 'disconnect', when: when(d) }),
  (d, n) => ({ at: { step: one(d, ['command', 'ack', 'result', 'event']), nth: nth(d, n) }, kind: 'lose' }),
  (d, n) => ({ at: { step: one(d, REPEATED), nth: nth(d, n) }, kind: 'delay', ms: 1 + d(50) }),
  (d, n) => ({ at: { step: one(d, REPEATED), nth: nth(d, n) }, kind: 'duplicate' }),
  (d, n) => ({ at: { step: one(d, ['ack', 'snapshot', 'query']), nth: nth(d, n) }, kind: 'reorder' }),
  (d, n) => ({
    at: { step: one(d, BREAKS), nth: nth(d, n) },
    kind: 'restart',
    when: when(d),
    journal: 'kept',
  }),
  (d, n) => ({ at: { step: 'snapshot', nth: nth(d, n) }, kind: 'lie', what: d(2) === 0 ? 'extra' : 'missing' }),
];
const LIVE_ONLY: readonly Made[] = [
  (d, n) => ({ at: { step: one(d, BREAKS), nth: nth(d, n) }, kind: 'restart', when: when(d), journal: 'lost' }),
  (d, n) => ({
    at: { step: 'command', nth: nth(d, n) },
    kind: 'clock',
    shiftMs: (1 + d(240)) * (d(2) === 0 ? -60_000 : 60_000),
    commands: 1 + d(3),
  }),
];

function brokerFaults(codes: readonly number[]): readonly Made[] {
  return [
    (d, n) => ({ at: { command: nth(d, n) }, kind: 'requote', times: 1 + d(3) }),
    (d, n) => ({
      at: { command: nth(d, n) },
      kind: 'code',
      code: one(d, codes),
      times: 1 + d(3),
      executes: d(3) === 0,
    }),
    (d, n) => ({ at: { command: nth(d, n) }, kind: 'unheard' }),
    (d, n) => ({ at: { command: nth(d, n) }, kind: 'unanswered' }),
    (d, n) => ({ at: { command: nth(d, n) }, kind: 'fill-after-cancel' }),
    (d, n) => ({ at: { command: nth(d, n) }, kind: 'ticket' }),
    (d, n) => ({ at: { command: nth(d, n) }, kind: 'comment', how: d(2) === 0 ? 'rewrite' : 'truncate' }),
    (d, n) => ({ at: { command: nth(d, n) }, kind: 'market-closed' }),
    (d, n) => ({ at: { command: nth(d, n) }, kind: 'refuse-stops' }),
    (d, n) => ({ at: { command: nth(d, n) }, kind: 'away' }),
    (d, n) => ({ at: { command: nth(d, n) }, kind: 'swap-events' }),
  ];
}

/** Draws a plan of `count` rules: the same seed and options give the same plan. */
export function faultPlan(seed: number, count: number, options: FaultPlanOptions = {}): FaultPlan {
  const { platform = 'MT5', lockstep = true, upTo = 20, lineOnly = false } = options;
  const random = seededRandom(seed);
  const draw: Draw = (below) => Math.floor(random() * below);
  const kinds = [
    ...LINE,
    ...(lockstep ? [] : LIVE_ONLY),
    ...(lineOnly ? [] : brokerFaults(platform === 'MT4' ? MT4_CODES : MT5_CODES)),
  ];
  return faultPlanSchema.parse({ seed, rules: Array.from({ length: count }, () => one(draw, kinds)(draw, upTo)) });
}
