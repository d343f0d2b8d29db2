import type { Instrument } from '@trading/trading-market';
import type { Checklist } from './checklist';
import type { RiskLimits } from './limits';
import type { RiskInput } from './risk-input';
import { isWithin, lastOccurrence, nextWeek, parseWeeklyTime, parseWeeklyWindow } from './weekly-time';

const MINUTE_US = 60_000_000;

/** Times at which the account wants no entries: blocked sessions, news, the weekend. Reductions pass at any time. */
export function checkHours(list: Checklist, input: RiskInput, instrument: Instrument, limits: RiskLimits): boolean {
  if (input.order.reduceOnly) return true;
  return (
    checkBlockedSessions(list, input, limits) &&
    checkNews(list, input, instrument, limits) &&
    checkWeeklyFlat(list, input, instrument, limits)
  );
}

function checkBlockedSessions(list: Checklist, { nowUs }: RiskInput, { blockedSessions }: RiskLimits): boolean {
  if (blockedSessions.length === 0) return true;
  const blocking = blockedSessions.find((text) => {
    const window = parseWeeklyWindow(text);
    // A text that says nothing blocks: the service that took it should not have.
    return window === undefined || isWithin(window, nowUs);
  });
  const message = `No entries are wanted during ${blocking ?? ''}.`;
  return list.check('SESSION_BLOCKED', blocking === undefined, iso(nowUs), blockedSessions.join(', '), message);
}

function checkNews(
  list: Checklist,
  { nowUs }: RiskInput,
  { baseCurrency, profitCurrency }: Instrument,
  { newsBlackouts }: RiskLimits,
): boolean {
  if (newsBlackouts.length === 0) return true;
  const touches = (currencies: readonly string[]): boolean =>
    currencies.length === 0 || currencies.includes(baseCurrency) || currencies.includes(profitCurrency);
  const news = newsBlackouts.find(
    ({ fromUs, toUs, currencies }) => nowUs >= fromUs && nowUs < toUs && touches(currencies),
  );
  const until = news === undefined ? '' : iso(news.toUs);
  const message = `No entries are wanted around ${news?.name ?? ''} until ${until}.`;
  return list.check('NEWS_BLACKOUT', news === undefined, iso(nowUs), until, message);
}

function checkWeeklyFlat(list: Checklist, input: RiskInput, instrument: Instrument, limits: RiskLimits): boolean {
  if (limits.weeklyFlat === '') return true;
  const flat = weeklyFlat(limits.weeklyFlat, input.nowUs);
  const isClosed = flat === undefined || !isNextWeekOpen(input, instrument, flat);
  return list.check('WEEKLY_FLAT', !isClosed, iso(input.nowUs), limits.weeklyFlat);
}

/** A weekend during which an account holds nothing. */
export interface WeeklyFlat {
  /** When positions were to be closed. */
  readonly fromUs: number;
  /** When the next week began, or will. */
  readonly nextWeekUs: number;
}

/** The last time that the account was to be flat, at or before `timeUs`; undefined when the text says no such time. */
export function weeklyFlat(text: string, timeUs: number): WeeklyFlat | undefined {
  const time = parseWeeklyTime(text);
  if (time === undefined) return undefined;
  const fromUs = lastOccurrence(time, timeUs);
  return { fromUs, nextWeekUs: nextWeek(time.zone, fromUs) };
}

/**
 * Whether the first session of the week after the close has begun. Without sessions of the instrument the week begins
 * on Sunday at 00:00, in the zone of the close: until the market opens there is no quote to trade on.
 */
function isNextWeekOpen(input: RiskInput, { sessions }: Instrument, { fromUs, nextWeekUs }: WeeklyFlat): boolean {
  const minute = input.brokerWeekMinute;
  if (sessions.length === 0 || minute === undefined) return input.nowUs >= nextWeekUs;
  const weekBeganUs = input.nowUs - minute * MINUTE_US;
  return fromUs < weekBeganUs && minute >= Math.min(...sessions.map((session) => session.fromMinute));
}

function iso(timeUs: number): string {
  return new Date(timeUs / 1000).toISOString();
}
