import type { Platform } from './wire-results';

/** What a terminal makes of the broker's answer to an attempt. */
export type CodeClass = 'done' | 'fresh-quote' | 'back-off' | 'unknown' | 'repairable' | 'final';

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

const MT5: Readonly<Record<Exclude<CodeClass, 'unknown'>, readonly number[]>> = {
  done: [10008, 10009, 10010, 10025],
  'fresh-quote': [10004, 10020, 10021],
  'back-off': [10024, 10029],
  repairable: [10030, 10036, 10018, 10039],
  // 10031: the terminal saw the disconnection before it sent.
  final: [
    10006,
    10007,
    ...range(10013, 10017),
    10019,
    10022,
    10026,
    10027,
    ...range(10032, 10035),
    10038,
    10040,
  ].concat(range(10041, 10046)),
};

const MT4: typeof MT5 = {
  done: [0],
  'fresh-quote': [129, 135, 136, 138],
  'back-off': [4, 8, 137, 141, 146],
  repairable: [132],
  final: [3, 5, 7, 9, 64, 65, 130, 131, 133, 134, 140, 144, 145, ...range(147, 150), ...range(4000, 4999)],
};

/** The class of a code; what is in no list is unknown. */
export function codeClass(platform: Platform, code: number): CodeClass {
  const classes = platform === 'MT4' ? MT4 : MT5;
  for (const name of ['done', 'fresh-quote', 'back-off', 'repairable', 'final'] as const) {
    if (classes[name].includes(code)) return name;
  }
  return 'unknown';
}

/** Of data time, before another attempt may be made. */
const BACK_OFF_US = 1_000_000;
/** MetaTrader 4 wants some seconds before a price is asked for again that was not there. */
const OFF_QUOTES_US = 5_000_000;

export function waitUs(platform: Platform, code: number): number {
  if (platform === 'MT4' && code === 136) return OFF_QUOTES_US;
  return codeClass(platform, code) === 'back-off' ? BACK_OFF_US : 0;
}
