const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;
/** Every change of offset since 1900 that matters to markets falls on a quarter of an hour (UTC). */
const QUARTER_US = HOUR_US / 4;

/**
 * A time zone of a file or a broker's server: an IANA zone, moved by whole hours (`ny+7`: New York + 7 h, which most
 * MT5 brokers run so that their day ends at 17:00 in New York).
 */
export class Zone {
  private readonly formatter: Intl.DateTimeFormat | undefined;
  private readonly offsetOfQuarter = new Map<number, number>();
  private readonly offsetOfLocalDay = new Map<number, number>();
  private lastDay = NaN;
  private lastOffset = NaN;

  /** @throws RangeError when `iana` is no zone. Use {@link parseZone} for text of users. */
  constructor(
    readonly name: string,
    iana: string,
    private readonly shiftUs = 0,
  ) {
    this.formatter =
      iana === 'UTC'
        ? undefined
        : new Intl.DateTimeFormat('en-US', { timeZone: iana, timeZoneName: 'longOffset', year: 'numeric' });
  }

  /** Local time minus UTC, in microseconds, at a UTC time. */
  offsetUs(utcUs: number): number {
    if (this.formatter === undefined) return this.shiftUs;
    const quarter = Math.floor(utcUs / QUARTER_US);
    let offset = this.offsetOfQuarter.get(quarter);
    if (offset === undefined) {
      offset = offsetOf(this.formatter, (quarter * QUARTER_US) / 1000) + this.shiftUs;
      this.offsetOfQuarter.set(quarter, offset);
    }
    return offset;
  }

  /**
   * UTC microseconds of a local time (given as microseconds as if it were UTC). A time that daylight saving skips moves
   * forward by what is skipped; of a time that happens twice the first is meant.
   */
  toUtcUs(localUs: number): number {
    const day = Math.floor(localUs / DAY_US);
    if (day !== this.lastDay) {
      this.lastDay = day;
      this.lastOffset = this.offsetOfDay(day);
    }
    if (!Number.isNaN(this.lastOffset)) return localUs - this.lastOffset;

    const before = this.offsetUs(localUs - DAY_US);
    const after = this.offsetUs(localUs + DAY_US);
    const first = localUs - before;
    if (this.offsetUs(first) === before) return first;
    const second = localUs - after;
    return this.offsetUs(second) === after ? second : first;
  }

  /** The one offset of a local day, NaN when it may change in it: zones are further than a day from UTC nowhere. */
  private offsetOfDay(day: number): number {
    let offset = this.offsetOfLocalDay.get(day);
    if (offset === undefined) {
      const before = this.offsetUs((day - 1) * DAY_US);
      offset = this.offsetUs((day + 2) * DAY_US) === before ? before : NaN;
      this.offsetOfLocalDay.set(day, offset);
    }
    return offset;
  }
}

function offsetOf(formatter: Intl.DateTimeFormat, utcMs: number): number {
  // Such as `2014 GMT+03:00`; `GMT` alone is UTC.
  const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?/.exec(formatter.format(utcMs));
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = match ?? [];
  const offset = Number(hours) * HOUR_US + Number(minutes) * 60_000_000 + Number(seconds) * 1_000_000;
  return sign === '-' ? -offset : offset;
}

/** `UTC`, an IANA name such as `Europe/Athens`, or `ny+7`; undefined for anything else. */
export function parseZone(text: string): Zone | undefined {
  const name = text.trim();
  if (/^(utc|gmt|z)$/i.test(name)) return new Zone('UTC', 'UTC');
  const newYork = /^ny([+-]\d{1,2})?$/i.exec(name);
  if (newYork !== null) {
    const hours = Number(newYork[1] ?? 0);
    return Math.abs(hours) <= 14 ? new Zone(name.toLowerCase(), 'America/New_York', hours * HOUR_US) : undefined;
  }
  try {
    return new Zone(name, name);
  } catch {
    return undefined;
  }
}

/**
 * Days from 1970-01-01 to a date of the Gregorian calendar (month 1–12), after Howard Hinnant's `days_from_civil`:
 * exact for every year, without a Date object per row.
 */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719468;
}

/** UTC microseconds of a local date (month 1–12) and time; see {@link Zone.toUtcUs} for daylight saving. */
export function localToUtcUs(
  zone: Zone,
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  micros: number,
): number {
  const seconds = (hour * 60 + minute) * 60 + second;
  return zone.toUtcUs(daysFromCivil(year, month, day) * DAY_US + seconds * 1_000_000 + micros);
}
