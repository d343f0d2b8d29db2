import type { RiskLimits } from '../limits';
import { BASE_LIMITS, lossRule } from './base-limits';

/** Limits for a kind of programme, to be chosen by name and overridden field by field. */
export interface LimitPreset {
  readonly name: string;
  /** The rule in one sentence. */
  readonly rule: string;
  readonly limits: RiskLimits;
}

/**
 * Two-step evaluation with a static floor: balance or equity at midnight of Prague (CE(S)T) minus 5 % of the initial
 * capital, and 90 % of the initial capital for ever. The midnight balance is the anchor and equity breaches it.
 * Source: FTMO's trading objectives (ftmo.com/en/trading-objectives; compared in
 * traderssecondbrain.com/guides/prop-firm-rules-cheatsheet): 5 % of the day's starting balance, 10 % static.
 */
const TWO_STEP_STATIC: LimitPreset = {
  name: 'two-step-static',
  rule: "Daily: the balance at Prague's midnight minus 5 % of the initial capital. In all: 10 % below the initial capital.",
  limits: {
    ...BASE_LIMITS,
    lossLimits: [
      lossRule({
        ...{ name: 'daily-loss', anchor: 'dayStart', base: 'balance', limit: '5%' },
        ...{ resetTime: '00:00', resetZone: 'Europe/Prague' },
      }),
      lossRule({ name: 'max-loss', anchor: 'initial', base: 'balance', limit: '10%' }),
    ],
  },
};

/**
 * One-step evaluation: 2.5 % a day from the balance at the exchange's reset (17:00 in Chicago), and a maximum that trails
 * the highest balance at the end of a day by 5 %.
 * Source: Apteros, "Evaluation program specs" (apterostrading.com/help): daily loss limit 2.5 % of the balance, drawdown
 * 5,000 of 100,000 "EOD-trailing". There the floor stands still from a milestone on; here it goes on trailing.
 */
const ONE_STEP_END_OF_DAY: LimitPreset = {
  name: 'one-step-end-of-day',
  rule: 'Daily: the balance at 17:00 in Chicago minus 2.5 % of the initial capital. In all: 5 % below the highest end-of-day balance.',
  limits: {
    ...BASE_LIMITS,
    lossLimits: [
      lossRule({
        ...{ name: 'daily-loss', anchor: 'dayStart', base: 'balance', limit: '2.5%' },
        ...{ resetTime: '17:00', resetZone: 'America/Chicago' },
      }),
      lossRule({
        ...{ name: 'max-loss', anchor: 'endOfDayPeak', base: 'balance', limit: '5%' },
        ...{ resetTime: '17:00', resetZone: 'America/Chicago' },
      }),
    ],
  },
};

/**
 * Two-step evaluation of programmes that take the higher of balance and equity at the end of the day in New York, with
 * 5 % a day and 10 % in all.
 * Source: The5ers, "What is the maximum loss and the maximum daily loss in the High Stakes program" (help.the5ers.com):
 * 10 % of the initial balance; 5 % of the starting equity or balance of the day, the higher, at 17:00 EST.
 */
const TWO_STEP_HIGHER_OF_BOTH: LimitPreset = {
  name: 'two-step-higher-of-both',
  rule: 'Daily: the higher of balance and equity at 17:00 in New York minus 5 % of the initial capital. In all: 10 % below the initial capital.',
  limits: {
    ...BASE_LIMITS,
    lossLimits: [
      lossRule({
        ...{ name: 'daily-loss', anchor: 'dayStart', base: 'higher', limit: '5%' },
        ...{ resetTime: '17:00', resetZone: 'America/New_York' },
      }),
      lossRule({ name: 'max-loss', anchor: 'initial', base: 'balance', limit: '10%' }),
    ],
  },
};

/**
 * Futures-style evaluation: a drawdown that trails the highest end-of-day balance by 4 %, no daily limit, flat for the
 * weekend.
 * Source: Topstep's maximum loss limit, as listed by propfirmapp.com/prop-firms/topstep: 2,000 of a 50,000 account, set
 * at the end of each day; futures are closed before the weekend.
 */
const TRAILING_END_OF_DAY: LimitPreset = {
  name: 'trailing-end-of-day',
  rule: 'In all: 4 % of the initial capital below the highest end-of-day balance (17:00 in New York). Flat before the weekend.',
  limits: {
    ...BASE_LIMITS,
    weeklyFlat: 'Fri 16:45 America/New_York',
    lossLimits: [
      lossRule({
        ...{ name: 'max-loss', anchor: 'endOfDayPeak', base: 'balance', limit: '4%' },
        ...{ resetTime: '17:00', resetZone: 'America/New_York' },
      }),
    ],
  },
};

/**
 * Evaluation whose drawdown trails the highest equity, open profit included, by 5 %, without a daily limit.
 * Source: Apex's intraday account, as checked by algoproven.com/apex-50k-trailing-drawdown-calculator: 2,500 of 50,000
 * below the highest equity "including unrealized". There the floor stands still once it passes the start; here it goes
 * on trailing.
 */
const TRAILING_EQUITY: LimitPreset = {
  name: 'trailing-equity',
  rule: "In all: 5 % of the initial capital below the equity's peak, open profit included.",
  limits: {
    ...BASE_LIMITS,
    lossLimits: [lossRule({ name: 'max-loss', anchor: 'peak', base: 'equity', limit: '5%' })],
  },
};

/**
 * Every preset. They are neutral: programmes change their rules, and the one that an account was bought under decides.
 * Compare the numbers with its contract before applying them.
 */
export const LIMIT_PRESETS: readonly LimitPreset[] = [
  TWO_STEP_STATIC,
  TWO_STEP_HIGHER_OF_BOTH,
  ONE_STEP_END_OF_DAY,
  TRAILING_END_OF_DAY,
  TRAILING_EQUITY,
];
