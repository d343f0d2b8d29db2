import type { Zone } from '@trading/trading-market';

const MINUTE_US = 60_000_000;
const QUARTER_US = 15 * MINUTE_US;
const WEEK_MINUTES = 7 * 24 * 60;
/** No time zone is further from UTC. */
const FURTHEST_US = 14 * 60 * MINUTE_US;
/** A clock that is further than this from a whole quarter of an hour measures nothing. */
const UNCLEAR_US = 5 * MINUTE_US;
/** Around a change of the zone's offset either side may be the first to notice. */
const CHANGE_US = 5 * MINUTE_US;
/** What happened within this time is live; anything older is history. */
const LIVE_US = 10 * MINUTE_US;

export interface Session {
  readonly fromMinute: number;
  readonly toMinute: number;
}

/** What a measurement has brought. */
export type Measured = 'same' | 'changed' | 'unclear';

/**
 * The time of one broker's server. Times are microseconds; a broker's time is written as if it were UTC. Live times use
 * the offset that is measured now, history the configured zone's at its date; without a zone all use what is measured,
 * and without either the broker runs on UTC.
 */
export class BrokerTime {
  private measuredUs: number | undefined;

  constructor(readonly zone: Zone | undefined) {}

  /** Takes the broker's clock at a UTC time: the offset is their difference in whole quarters of an hour. */
  measure(brokerUs: number, nowUs: number): Measured {
    const difference = brokerUs - nowUs;
    const offset = Math.round(difference / QUARTER_US) * QUARTER_US;
    if (Math.abs(offset) > FURTHEST_US || Math.abs(difference - offset) > UNCLEAR_US) return 'unclear';
    if (offset === this.measuredUs) return 'same';
    this.measuredUs = offset;
    return 'changed';
  }

  /** Broker's time minus UTC, now. */
  offsetUs(nowUs: number): number {
    return this.measuredUs ?? this.zone?.offsetUs(nowUs) ?? 0;
  }

  /** What was measured and what the zone says, where these differ for longer than a change of the offset takes. */
  contradiction(nowUs: number): { readonly measuredUs: number; readonly zoneUs: number } | undefined {
    const { zone, measuredUs } = this;
    if (zone === undefined || measuredUs === undefined) return undefined;
    if (this.zoneOffsetsAround(nowUs).includes(measuredUs)) return undefined;
    return { measuredUs, zoneUs: zone.offsetUs(nowUs) };
  }

  /**
   * UTC of something that happens now. While the offset changes, the server and we may disagree for moments on which
   * one holds: the one is taken that brings the time nearest to now.
   */
  liveToUtcUs(brokerUs: number, nowUs: number): number {
    return brokerUs - this.liveOffsetUs(brokerUs, nowUs);
  }

  /** The offset by which {@link liveToUtcUs} converts. */
  liveOffsetUs(brokerUs: number, nowUs: number): number {
    const offset = this.offsetUs(nowUs);
    const around = this.zoneOffsetsAround(nowUs);
    if (around.length < 2 || !around.includes(offset)) return offset;
    const distance = (candidate: number): number => Math.abs(brokerUs - candidate - nowUs);
    return around.reduce((best, candidate) => (distance(candidate) < distance(best) ? candidate : best), offset);
  }

  /** UTC of something that happened at any time up to now. */
  toUtcUs(brokerUs: number, nowUs: number): number {
    const live = this.liveToUtcUs(brokerUs, nowUs);
    if (this.zone === undefined || Math.abs(live - nowUs) <= LIVE_US) return live;
    return this.zone.toUtcUs(brokerUs);
  }

  /** The broker's time of a moment: of history by the zone at that date, else by what is measured. */
  toBrokerUs(utcUs: number, nowUs: number): number {
    return utcUs + (this.zone?.offsetUs(utcUs) ?? this.offsetUs(nowUs));
  }

  /**
   * Sessions of the broker's week as those of a week in UTC (Sunday 00:00 = 0), by the offset of now. What crosses the
   * end of the week is split.
   */
  sessionsInUtc(sessions: readonly Session[], nowUs: number): Session[] {
    return movedInWeek(sessions, -this.offsetUs(nowUs) / MINUTE_US);
  }

  /** Sessions of a week in UTC as those of a week in the configured zone. */
  sessionsInZone(sessions: readonly Session[], nowUs: number): Session[] {
    return movedInWeek(sessions, (this.zone?.offsetUs(nowUs) ?? 0) / MINUTE_US);
  }

  private zoneOffsetsAround(nowUs: number): number[] {
    const { zone } = this;
    if (zone === undefined) return [];
    return [...new Set([zone.offsetUs(nowUs - CHANGE_US), zone.offsetUs(nowUs + CHANGE_US)])];
  }
}

function movedInWeek(sessions: readonly Session[], minutes: number): Session[] {
  if (minutes === 0) return [...sessions];
  const moved = sessions.flatMap(({ fromMinute, toMinute }): Session[] => {
    const from = modulo(fromMinute + minutes, WEEK_MINUTES);
    const to = from + Math.min(toMinute - fromMinute, WEEK_MINUTES);
    if (to <= WEEK_MINUTES) return [{ fromMinute: from, toMinute: to }];
    return [
      { fromMinute: from, toMinute: WEEK_MINUTES },
      { fromMinute: 0, toMinute: to - WEEK_MINUTES },
    ];
  });
  return moved.sort((a, b) => a.fromMinute - b.fromMinute);
}

const modulo = (value: number, base: number): number => ((value % base) + base) % base;
