import type { RiskLimits } from '../limits';
import { BASE_LIMITS, lossRule } from './base-limits';

/** Limits for a kind of programme, to be chosen by name and overridden field by field. */
export interface LimitPreset {
  readonly name: string;
  /** The rule in one sentence. */
  readonly rule: string;
  /** Whose rule it is, and where that says so; of one that is not verified, what is missing. */
  readonly source: string;
  /** When a copy of the source was read, as a date; empty: no publication of the programme itself could be. */
  readonly checked: string;
  readonly limits: RiskLimits;
}

const CHECKED = '2026-12-01';

const TWO_STEP_STATIC: LimitPreset = {
  name: 'two-step-static',
  rule: "Daily: the balance at Prague's midnight minus 5 % of the initial capital. In all: 10 % below the initial capital.",
  source: 'FTMO, 2-Step Challenge: academy.ftmo.com/lesson/maximum-daily-loss, ftmo.com/en/trading-objectives.',
  checked: CHECKED,
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

/** Servers at New York plus seven hours, as they are told with GMT+2 and GMT+3, have their midnight at 17:00 there. */
const TWO_STEP_SERVER_MIDNIGHT: LimitPreset = {
  name: 'two-step-server-midnight',
  rule: "Daily: the balance at the server's midnight (17:00 in New York) minus 5 % of the initial capital. In all: 10 % below the initial capital.",
  source:
    'FundedNext, Stellar 2-Step: help.fundednext.com/en/articles/9941519 (5 % of the initial balance, more by what the day has earned; 10 %) and 8394309 (midnight of the server, GMT+2 or GMT+3).',
  checked: CHECKED,
  limits: {
    ...BASE_LIMITS,
    lossLimits: [
      lossRule({
        ...{ name: 'daily-loss', anchor: 'dayStart', base: 'balance', limit: '5%' },
        ...{ resetTime: '17:00', resetZone: 'America/New_York' },
      }),
      lossRule({ name: 'max-loss', anchor: 'initial', base: 'balance', limit: '10%' }),
    ],
  },
};

const TWO_STEP_HIGHER_OF_BOTH: LimitPreset = {
  name: 'two-step-higher-of-both',
  rule: 'Daily: 5 % below the higher of balance and equity at 17:00 in New York. In all: 10 % below the initial capital.',
  source:
    'The5ers, High Stakes: help.the5ers.com/what-is-the-maximum-loss-and-the-maximum-daily-loss-in-the-high-stakes-program (5 % of the higher of both at 5 PM in New York, midnight of the server; 10 % of the initial balance).',
  checked: CHECKED,
  limits: {
    ...BASE_LIMITS,
    lossLimits: [
      lossRule({
        ...{ name: 'daily-loss', anchor: 'dayStart', base: 'higher', limit: '5% of anchor' },
        ...{ resetTime: '17:00', resetZone: 'America/New_York' },
      }),
      lossRule({ name: 'max-loss', anchor: 'initial', base: 'balance', limit: '10%' }),
    ],
  },
};

const ONE_STEP_TRAILING_BALANCE: LimitPreset = {
  name: 'one-step-trailing-balance',
  rule: "Daily: the balance at Prague's midnight minus 3 % of the initial capital. In all: 10 % of the initial capital below the highest balance at a midnight.",
  source:
    'FTMO, 1-Step Challenge: ftmo.com/au/?p=1671 (maximum loss, with its example) and promo.ftmo.oanda.com/new-1-step-challenge (3 %). That the 3 % are reckoned as the 2-Step says it, is taken from there.',
  checked: CHECKED,
  limits: {
    ...BASE_LIMITS,
    lossLimits: [
      lossRule({
        ...{ name: 'daily-loss', anchor: 'dayStart', base: 'balance', limit: '3%' },
        ...{ resetTime: '00:00', resetZone: 'Europe/Prague' },
      }),
      lossRule({
        ...{ name: 'max-loss', anchor: 'endOfDayPeak', base: 'balance', limit: '10%' },
        ...{ resetTime: '00:00', resetZone: 'Europe/Prague' },
      }),
    ],
  },
};

const ONE_STEP_END_OF_DAY: LimitPreset = {
  name: 'one-step-end-of-day',
  rule: 'Daily: 2.5 % below the balance at 17:00 in Chicago. In all: 5 % of the initial capital below the highest end-of-day balance.',
  source:
    'Apteros, evaluation of 100,000: apterostrading.com/help/trader-evaluation-program/program-details/evaluation-program-specs. It says "CME Exchange reset" for the time, and from the day on that ends above 115,000 its floor stands still; here it goes on, which is the stricter.',
  checked: CHECKED,
  limits: {
    ...BASE_LIMITS,
    lossLimits: [
      lossRule({
        ...{ name: 'daily-loss', anchor: 'dayStart', base: 'balance', limit: '2.5% of anchor' },
        ...{ resetTime: '17:00', resetZone: 'America/Chicago' },
      }),
      lossRule({
        ...{ name: 'max-loss', anchor: 'endOfDayPeak', base: 'balance', limit: '5%' },
        ...{ resetTime: '17:00', resetZone: 'America/Chicago' },
      }),
    ],
  },
};

const TRAILING_END_OF_DAY: LimitPreset = {
  name: 'trailing-end-of-day',
  rule: 'In all: 4 % of the initial capital below the highest end-of-day balance (16:00 in Chicago), up to the initial capital. Flat before the weekend.',
  source:
    'Topstep, 50K Trading Combine (larger ones have 3 %): help.topstep.com/en/articles/8284204 (2,000 below the highest balance at the end of a day, up to the starting balance). The hours, flat by 15:10 in Chicago every day and the day ending at 16:00, are from pages of others (h2tfunding.com/topstep-trades-closed-by-what-time, visualfoodie.com/the-official-top-step-trading-hours-explained): this closes on Fridays alone.',
  checked: CHECKED,
  limits: {
    ...BASE_LIMITS,
    weeklyFlat: 'Fri 15:05 America/Chicago',
    lossLimits: [
      lossRule({
        ...{ name: 'max-loss', anchor: 'endOfDayPeak', base: 'balance', limit: '4%', floorAtMost: '100%' },
        ...{ resetTime: '16:00', resetZone: 'America/Chicago' },
      }),
    ],
  },
};

const TRAILING_EQUITY: LimitPreset = {
  name: 'trailing-equity',
  rule: "In all: 5 % of the initial capital below the equity's peak, open profit included.",
  source:
    'Apex Trader Funding, intraday trailing threshold of 2,500 on 50,000, as pages of others tell it (eatsip365.com/understanding-the-apex-trading-drawdown-rule); Apex itself could not be read. They disagree on where the floor stops to rise; here it goes on, which is the stricter.',
  checked: '',
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
  TWO_STEP_SERVER_MIDNIGHT,
  TWO_STEP_HIGHER_OF_BOTH,
  ONE_STEP_TRAILING_BALANCE,
  ONE_STEP_END_OF_DAY,
  TRAILING_END_OF_DAY,
  TRAILING_EQUITY,
];
