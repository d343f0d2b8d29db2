import { Decimal, parseZone } from '@trading/trading-market';
import type { LossLimit, RiskLimits } from './limits';
import { parseWeeklyTime, parseWeeklyWindow } from './weekly-time';

const NUMBER = /^\d+(\.\d+)?$/;
const MONEY_OR_PERCENT = /^\d+(\.\d+)?%?$/;
const OF_ANCHOR = /^\d+(\.\d+)?% of anchor$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

const DECIMAL_LIMITS = [
  'maxSpreadPoints',
  'priceCollarPct',
  'maxRiskPerTradePct',
  'maxOrderLots',
  'maxOrderNotional',
  'maxPositionLots',
  'maxGrossExposure',
  'maxNetExposure',
  'minFreeMarginPct',
  'maxRestingDistancePct',
  'maxSymbolExposure',
  'maxCurrencyExposure',
] as const satisfies readonly (keyof RiskLimits)[];

const COUNT_LIMITS = [
  'maxQuoteAgeMs',
  'maxOpenPositions',
  'maxOpenOrders',
  'duplicateGuardMs',
  'maxOrdersPerMinute',
  'maxCancelsPerMinute',
  'coolDownAfterLossMs',
  'approvalLifetimeMs',
] as const satisfies readonly (keyof RiskLimits)[];

const LOSS_WORDS: { readonly [K in 'anchor' | 'base' | 'measure' | 'action']: readonly LossLimit[K][] } = {
  anchor: ['initial', 'dayStart', 'peak', 'endOfDayPeak'],
  base: ['balance', 'equity', 'higher'],
  measure: ['equity'],
  action: ['deny', 'reduce', 'halt', 'flatten'],
};

/** One sentence for each limit that cannot be understood; a service refuses to take them. */
export function invalidLimits(limits: RiskLimits): string[] {
  return [...invalidNumbers(limits), ...invalidLossLimits(limits.lossLimits), ...invalidTimes(limits)];
}

/** The part of {@link invalidLimits} that is cheap enough for every order; those deny with `LIMITS_INVALID`. */
export function invalidNumbers(limits: RiskLimits): string[] {
  const problems: string[] = [];
  for (const name of DECIMAL_LIMITS) {
    const text = limits[name];
    if (text !== '' && !NUMBER.test(text)) problems.push(`${name} is not a decimal number of at least 0: "${text}".`);
  }
  for (const name of COUNT_LIMITS) {
    const value = limits[name];
    if (!Number.isSafeInteger(value) || value < 0)
      problems.push(`${name} is not a whole number of at least 0: ${value}.`);
  }
  const collar = limits.priceCollarPct;
  if (NUMBER.test(collar) && new Decimal(collar).gte(100))
    problems.push(`priceCollarPct must be below 100: "${collar}".`);
  return problems;
}

function invalidTimes({ blockedSessions, newsBlackouts, weeklyFlat }: RiskLimits): string[] {
  const example = 'Fri 21:00-Sun 24:00 America/New_York';
  const problems = blockedSessions
    .filter((text) => parseWeeklyWindow(text) === undefined)
    .map((text) => `blockedSessions holds "${text}", which is no weekly time such as ${example}.`);
  if (weeklyFlat !== '' && parseWeeklyTime(weeklyFlat) === undefined)
    problems.push(`weeklyFlat is no weekly time such as Fri 20:45 America/New_York: "${weeklyFlat}".`);
  for (const { name, fromUs, toUs, currencies } of newsBlackouts) {
    const named = `newsBlackouts "${name}":`;
    if (!Number.isSafeInteger(fromUs) || !Number.isSafeInteger(toUs) || fromUs < 0 || toUs <= fromUs)
      problems.push(`${named} it must end after it begins.`);
    for (const currency of currencies)
      if (!/^[A-Z]{3}$/.test(currency)) problems.push(`${named} "${currency}" is no currency such as USD.`);
  }
  return problems;
}

/** One sentence for each thing about loss limits that cannot be understood. Texts may come from outside the types. */
export function invalidLossLimits(limits: readonly LossLimit[]): string[] {
  const problems: string[] = [];
  const names = new Set<string>();
  for (const limit of limits) {
    const named = `Loss limit "${limit.name}":`;
    if (limit.name === '' || names.has(limit.name)) problems.push(`${named} the name must be unique and not empty.`);
    names.add(limit.name);
    for (const [field, words] of Object.entries(LOSS_WORDS)) {
      const word = limit[field as keyof typeof LOSS_WORDS];
      if (!(words as readonly string[]).includes(word))
        problems.push(`${named} ${field} is "${word}", not one of ${words.join(', ')}.`);
    }
    if (!(MONEY_OR_PERCENT.test(limit.limit) || OF_ANCHOR.test(limit.limit)) || Number.parseFloat(limit.limit) === 0) {
      const forms = 'a percentage such as 5%, one such as 5% of anchor, nor money above 0';
      problems.push(`${named} limit is neither ${forms}: "${limit.limit}".`);
    }
    if (limit.buffer !== '' && !MONEY_OR_PERCENT.test(limit.buffer)) {
      problems.push(`${named} buffer is neither a percentage nor money: "${limit.buffer}".`);
    }
    const { floorAtMost = '' } = limit;
    if (floorAtMost !== '' && !MONEY_OR_PERCENT.test(floorAtMost))
      problems.push(`${named} floorAtMost is neither a percentage nor money: "${floorAtMost}".`);
    if (limit.resetTime !== '' && !TIME.test(limit.resetTime))
      problems.push(`${named} resetTime is not HH:MM: "${limit.resetTime}".`);
    if (limit.resetZone !== '' && !parseZone(limit.resetZone))
      problems.push(`${named} resetZone is no time zone: "${limit.resetZone}".`);
  }
  return problems;
}
