import { daysFromCivil, type Zone } from '../zones';
import { NumberReader } from './number-reader';

export type EpochUnit = 's' | 'ms' | 'us';
export type TimeStyle = EpochUnit | 'calendar';

const DAY_US = 86_400_000_000;
const US_PER: Readonly<Record<EpochUnit, number>> = { s: 1_000_000, ms: 1000, us: 1 };
const UNIT_NAMES: Readonly<Record<EpochUnit, string>> = { s: 'seconds', ms: 'milliseconds', us: 'microseconds' };
const EPOCH = /^[+-]?\d+(\.\d*)?$/;
const COMPACT_DATE = /^(19|20)\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])$/;

/** The unit in which such a number of the last hundred years or the next three thousand is a time. */
export function epochUnitOf(value: number): EpochUnit {
  const magnitude = Math.abs(value);
  if (magnitude < 1e11) return 's';
  return magnitude < 1e14 ? 'ms' : 'us';
}

/** How the times of a column are written, told from one of them: `20140501` is a date, other bare numbers are epochs. */
export function timeStyleOf(text: string): TimeStyle {
  if (!EPOCH.test(text) || COMPACT_DATE.test(text)) return 'calendar';
  return epochUnitOf(Number(text));
}

/** Reads the times of one column. */
export class TimeReader {
  private readonly numbers = new NumberReader();
  private at = 0;
  private end = 0;

  /** @param isUnitNamed the header names the unit, so that the size of a number need not agree with it */
  constructor(
    readonly style: TimeStyle,
    private readonly isUnitNamed: boolean,
    private readonly zone: Zone | undefined,
  ) {}

  get expected(): string {
    if (this.style === 'calendar') return 'a time such as 2014-05-01 00:00:00 or 2014-05-01T00:00:00Z';
    return `a time in epoch ${UNIT_NAMES[this.style]}`;
  }

  /** UTC microseconds; NaN for what is no time, undefined for a time that needs a zone and has none. */
  read(text: string, start: number, end: number): number | undefined {
    return this.style === 'calendar'
      ? this.readCalendar(text, start, end)
      : this.readEpoch(this.style, text, start, end);
  }

  private readEpoch(unit: EpochUnit, text: string, start: number, end: number): number {
    const value = this.numbers.read(text, start, end);
    if (!this.isUnitNamed && epochUnitOf(value) !== unit) return NaN;
    const timeUs = Math.round(value * US_PER[unit]);
    return Number.isSafeInteger(timeUs) ? timeUs : NaN;
  }

  private readCalendar(text: string, start: number, end: number): number | undefined {
    this.at = start;
    this.end = end;
    const year = this.digits(text, 4);
    const separator = text.charCodeAt(this.at);
    const isSeparated = separator === 45 || separator === 46 || separator === 47; // - . /
    if (isSeparated) this.at += 1;
    const month = this.digits(text, 2);
    if (isSeparated && !this.skip(text, separator)) return NaN;
    const day = this.digits(text, 2);
    if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) return NaN;
    let localUs = daysFromCivil(year, month, day) * DAY_US;
    if (this.at < end) {
      const timeOfDayUs = this.timeOfDay(text);
      if (Number.isNaN(timeOfDayUs)) return NaN;
      localUs += timeOfDayUs;
    }
    if (this.at === end) return this.zone?.toUtcUs(localUs);
    return localUs - this.offsetUs(text);
  }

  private timeOfDay(text: string): number {
    if (!this.skip(text, 84) && !this.skip(text, 32)) return NaN; // T or a blank
    const hour = this.digits(text, 2);
    if (!this.skip(text, 58)) return NaN; // :
    const minute = this.digits(text, 2);
    const second = this.skip(text, 58) ? this.digits(text, 2) : 0;
    if (!(hour <= 23 && minute <= 59 && second <= 59)) return NaN;
    const micros = this.skip(text, 46) || this.skip(text, 44) ? this.fraction(text) : 0; // . or ,
    return ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros;
  }

  /** What follows a point, in microseconds; digits beyond the sixth are cut off. */
  private fraction(text: string): number {
    let micros = 0;
    let unit = 100_000;
    const first = this.at;
    for (; this.at < this.end; this.at += 1) {
      const digit = text.charCodeAt(this.at) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      micros += digit * unit;
      unit = Math.floor(unit / 10);
    }
    return this.at > first ? micros : NaN;
  }

  /** The zone at the end of a time: `Z`, `UTC`, `GMT`, `+02:00`, `+0200`, `+02`. */
  private offsetUs(text: string): number {
    const match = /^ ?(?:(?:[zZ]|UTC|GMT)|([+-])(\d\d):?([0-5]\d)?)$/.exec(text.slice(this.at, this.end));
    if (match === null) return NaN;
    const [, sign, hours = '0', minutes = '0'] = match;
    const offset = (Number(hours) * 60 + Number(minutes)) * 60_000_000;
    return sign === '-' ? -offset : offset;
  }

  /** A number of exactly `count` digits; NaN if there is none. */
  private digits(text: string, count: number): number {
    let value = 0;
    const last = this.at + count;
    if (last > this.end) return NaN;
    for (; this.at < last; this.at += 1) {
      const digit = text.charCodeAt(this.at) - 48;
      value = digit >= 0 && digit <= 9 ? value * 10 + digit : NaN;
    }
    return value;
  }

  private skip(text: string, code: number): boolean {
    const isThere = this.at < this.end && text.charCodeAt(this.at) === code;
    if (isThere) this.at += 1;
    return isThere;
  }
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
