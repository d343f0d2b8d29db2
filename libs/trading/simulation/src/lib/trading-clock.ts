import { parseZone, type Instrument, type Zone } from '@trading/trading-market';

const MINUTE_US = 60_000_000;
const DAY_MINUTES = 1440;
const DAY_US = DAY_MINUTES * MINUTE_US;
/** 1970-01-01 was a Thursday. */
const EPOCH_WEEKDAY = 4;

/** The end of a trading day. */
export interface Rollover {
  readonly timeUs: number;
  /** Day of the week (Sunday 0) that ends. */
  readonly weekday: number;
}

/** Days and weeks of the broker's server. */
export class TradingClock {
  private readonly zone: Zone | undefined;
  private readonly dayEndUs: number;

  constructor(zone = 'UTC', rolloverMinute = 0) {
    this.zone = parseZone(zone);
    this.dayEndUs = rolloverMinute * MINUTE_US;
  }

  /** The first end of a trading day after a time. */
  nextRollover(afterUs: number): Rollover {
    let day = Math.floor((this.localUs(afterUs) - this.dayEndUs) / DAY_US);
    for (;;) {
      const localUs = (day + 1) * DAY_US + this.dayEndUs;
      const timeUs = this.zone?.toUtcUs(localUs) ?? localUs;
      if (timeUs > afterUs) return { timeUs, weekday: weekdayOf(Math.floor((localUs - 1) / DAY_US)) };
      // Where daylight saving ends, the same local time comes twice.
      day += 1;
    }
  }

  /** Whether a session of the instrument is on. */
  isOpen({ sessions }: Instrument, timeUs: number): boolean {
    if (sessions.length === 0) return true;
    const localUs = this.localUs(timeUs);
    const day = Math.floor(localUs / DAY_US);
    const minute = weekdayOf(day) * DAY_MINUTES + Math.floor((localUs - day * DAY_US) / MINUTE_US);
    return sessions.some(({ fromMinute, toMinute }) => fromMinute <= minute && minute < toMinute);
  }

  private localUs(utcUs: number): number {
    return utcUs + (this.zone?.offsetUs(utcUs) ?? 0);
  }
}

function weekdayOf(day: number): number {
  return (((day + EPOCH_WEEKDAY) % 7) + 7) % 7;
}
