import { parseZone, type Zone } from '@trading/trading-market';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const DAY_MINUTES = 1440;
const MINUTE_US = 60_000_000;
const DAY_US = DAY_MINUTES * MINUTE_US;
const WEEK_DAYS = 7;
const WINDOW = /^(\w{3}) (\d\d):(\d\d)-(?:(\w{3}) )?(\d\d):(\d\d)(?: (\S+))?$/;
const TIME = /^(\w{3}) (\d\d):(\d\d)(?: (\S+))?$/;

/** A time of the week in a zone, in minutes since Sunday 00:00 of local time. */
export interface WeeklyTime {
  readonly minute: number;
  readonly zone: Zone;
}

/** Half open; one that ends before it begins lasts into the next week. */
export interface WeeklyWindow {
  readonly fromMinute: number;
  readonly toMinute: number;
  readonly zone: Zone;
}

const windows = new Map<string, WeeklyWindow | undefined>();
const times = new Map<string, WeeklyTime | undefined>();

/** `Fri 21:00-Sun 24:00 America/New_York` or `Fri 20:00-24:00`; without a zone: UTC. Undefined for anything else. */
export function parseWeeklyWindow(text: string): WeeklyWindow | undefined {
  return remembered(windows, text, () => {
    const match = WINDOW.exec(text);
    if (match === null) return undefined;
    const [, fromDay = '', fromHour, fromMin, toDay, toHour, toMin, zoneName] = match;
    const fromMinute = minuteOf(fromDay, fromHour, fromMin);
    const toMinute = minuteOf(toDay ?? fromDay, toHour, toMin);
    const zone = parseZone(zoneName ?? 'UTC');
    if (fromMinute === undefined || toMinute === undefined || zone === undefined || fromMinute === toMinute)
      return undefined;
    return { fromMinute, toMinute, zone };
  });
}

/** `Fri 20:45 America/New_York`; without a zone: UTC. Undefined for anything else. */
export function parseWeeklyTime(text: string): WeeklyTime | undefined {
  return remembered(times, text, () => {
    const match = TIME.exec(text);
    if (match === null) return undefined;
    const [, day = '', hour, min, zoneName] = match;
    const minute = minuteOf(day, hour, min);
    const zone = parseZone(zoneName ?? 'UTC');
    return minute === undefined || zone === undefined ? undefined : { minute, zone };
  });
}

/** Whether a window holds a time. */
export function isWithin({ fromMinute, toMinute, zone }: WeeklyWindow, timeUs: number): boolean {
  const minute = minuteOfWeek(zone, timeUs);
  return fromMinute < toMinute
    ? minute >= fromMinute && minute < toMinute
    : minute >= fromMinute || minute < toMinute % (WEEK_DAYS * DAY_MINUTES);
}

/** The last time, at or before `timeUs`, that this time of the week came. */
export function lastOccurrence({ minute, zone }: WeeklyTime, timeUs: number): number {
  const sunday = localSunday(zone, timeUs);
  const thisWeek = zone.toUtcUs(sunday * DAY_US + minute * MINUTE_US);
  return thisWeek <= timeUs ? thisWeek : zone.toUtcUs((sunday - WEEK_DAYS) * DAY_US + minute * MINUTE_US);
}

/** When the local week after a time begins: Sunday 00:00. */
export function nextWeek(zone: Zone, timeUs: number): number {
  return zone.toUtcUs((localSunday(zone, timeUs) + WEEK_DAYS) * DAY_US);
}

/** Minutes since Sunday 00:00 of local time. */
export function minuteOfWeek(zone: Zone, timeUs: number): number {
  const localUs = timeUs + zone.offsetUs(timeUs);
  return Math.floor((localUs - localSunday(zone, timeUs) * DAY_US) / MINUTE_US);
}

/** The local day, counted since 1970-01-01 (a Thursday), on which the local week of a time began. */
function localSunday(zone: Zone, timeUs: number): number {
  const day = Math.floor((timeUs + zone.offsetUs(timeUs)) / DAY_US);
  return day - ((((day + 4) % WEEK_DAYS) + WEEK_DAYS) % WEEK_DAYS);
}

function minuteOf(dayName: string, hourText = '', minuteText = ''): number | undefined {
  const day = DAYS.indexOf(dayName);
  const [hour, minute] = [Number(hourText), Number(minuteText)];
  const isTime = (hour < 24 && minute < 60) || (hour === 24 && minute === 0);
  return day < 0 || !isTime ? undefined : day * DAY_MINUTES + hour * 60 + minute;
}

/** Zones are dear to make, and every order asks for the same few texts. */
function remembered<T>(known: Map<string, T | undefined>, text: string, parse: () => T | undefined): T | undefined {
  if (known.size > 1_000) known.clear();
  if (!known.has(text)) known.set(text, parse());
  return known.get(text);
}
