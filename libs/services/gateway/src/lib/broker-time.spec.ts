import { parseZone } from '@trading/trading-market';
import { BrokerTime } from './broker-time';

const HOUR_US = 3_600_000_000;
const MINUTE_US = 60_000_000;
const at = (iso: string): number => Date.parse(`${iso}Z`) * 1000;
const time = (zone?: string): BrokerTime => new BrokerTime(zone === undefined ? undefined : parseZone(zone));

describe("a broker's time", () => {
  it('is measured in whole quarters of an hour, whatever the message took', () => {
    const india = time();
    const now = at('2026-01-15T12:00:00');
    expect(india.measure(now + 5.5 * HOUR_US - 1_700_000, now)).toBe('changed');
    expect(india.measure(now + 5.5 * HOUR_US + 900_000, now)).toBe('same');
    expect(india.offsetUs(now)).toBe(5.5 * HOUR_US);
    expect(india.measure(now + 5.5 * HOUR_US + 6 * MINUTE_US, now)).toBe('unclear');
    expect(india.measure(now - 48 * HOUR_US, now)).toBe('unclear');
    expect(india.offsetUs(now)).toBe(5.5 * HOUR_US);
  });

  it('is UTC where nothing is known', () => {
    expect(time().toUtcUs(42, at('2026-01-15T12:00:00'))).toBe(42);
    expect(time().toBrokerUs(42, at('2026-01-15T12:00:00'))).toBe(42);
  });

  // New York changed on 2026-03-08 and 2026-11-01, Athens on 2026-03-29 and 2026-10-25.
  it.each([
    ['ny+7', '2026-03-06T12:00:00', 2],
    ['ny+7', '2026-03-09T12:00:00', 3],
    ['ny+7', '2026-03-20T12:00:00', 3],
    ['ny+7', '2026-10-28T12:00:00', 3],
    ['ny+7', '2026-11-02T12:00:00', 2],
    ['Europe/Athens', '2026-03-20T12:00:00', 2],
    ['Europe/Athens', '2026-03-30T12:00:00', 3],
    ['Europe/Athens', '2026-10-28T12:00:00', 2],
  ])('of %s reads history of %s at the offset of that date, %i h', (zone, iso, hours) => {
    const broker = time(zone);
    const now = at('2026-12-15T12:00:00');
    broker.measure(now + 2 * HOUR_US, now);
    expect(broker.toUtcUs(at(iso) + hours * HOUR_US, now)).toBe(at(iso));
    expect(broker.toBrokerUs(at(iso), now)).toBe(at(iso) + hours * HOUR_US);
  });

  it('takes what is measured for what is live, and the zone for history, where the two differ', () => {
    const broker = time('ny+7');
    const now = at('2026-03-16T12:00:00');
    expect(broker.contradiction(now)).toBeUndefined();
    // A broker that follows Europe, in the weeks between the two changes.
    broker.measure(now + 2 * HOUR_US, now);
    expect(broker.contradiction(now)).toEqual({ measuredUs: 2 * HOUR_US, zoneUs: 3 * HOUR_US });
    expect(broker.toUtcUs(now + 2 * HOUR_US, now)).toBe(now);
    expect(broker.toUtcUs(now - 24 * HOUR_US + 3 * HOUR_US, now)).toBe(now - 24 * HOUR_US);
  });

  // 2026-03-08 07:00 UTC is 02:00 in New York, where the clocks go forward; 2026-10-25 01:00 UTC is 04:00 in Athens.
  it.each([
    ['ny+7', '2026-03-08T07:00:00', 2, 3],
    ['ny+7', '2026-11-01T06:00:00', 3, 2],
    ['Europe/Athens', '2026-03-29T01:00:00', 2, 3],
    ['Europe/Athens', '2026-10-25T01:00:00', 3, 2],
  ])('of %s stays right while the offset changes at %s, whoever notices first', (zone, iso, before, after) => {
    const broker = time(zone);
    const change = at(iso);
    broker.measure(change - 60 * MINUTE_US + before * HOUR_US, change - 60 * MINUTE_US);
    for (const [seconds, hours] of [
      [-120, before],
      // The server is early: its clock has changed, ours says that it is not time yet.
      [-20, after],
      // The server is late.
      [20, before],
      [40, after],
    ] as const) {
      const now = change + seconds * 1_000_000;
      expect(broker.liveToUtcUs(now + hours * HOUR_US, now)).toBe(now);
      expect(broker.contradiction(now)).toBeUndefined();
      broker.measure(now + hours * HOUR_US, now);
      expect(broker.liveToUtcUs(now + hours * HOUR_US, now)).toBe(now);
    }
  });

  it('is contradicted by a server that has not changed with its zone', () => {
    const broker = time('ny+7');
    const change = at('2026-03-08T07:00:00');
    broker.measure(change - HOUR_US + 2 * HOUR_US, change - HOUR_US);
    expect(broker.contradiction(change + 2 * MINUTE_US)).toBeUndefined();
    const later = change + 6 * MINUTE_US;
    expect(broker.contradiction(later)).toEqual({ measuredUs: 2 * HOUR_US, zoneUs: 3 * HOUR_US });
    broker.measure(later + 3 * HOUR_US, later);
    expect(broker.contradiction(later)).toBeUndefined();
  });

  it('puts the sessions of its week into the week of UTC, as the offset is then', () => {
    const broker = time('ny+7');
    const DAY = 24 * 60;
    const mondayToFriday = [{ fromMinute: DAY, toMinute: 6 * DAY }];
    const inWinter = at('2026-01-15T12:00:00');
    const inSummer = at('2026-07-15T12:00:00');
    // Sunday 22:00 to Friday 22:00 in winter, an hour earlier in summer: 17:00 in New York.
    expect(broker.sessionsInUtc(mondayToFriday, inWinter)).toEqual([
      { fromMinute: 22 * 60, toMinute: 5 * DAY + 22 * 60 },
    ]);
    expect(broker.sessionsInUtc(mondayToFriday, inSummer)).toEqual([
      { fromMinute: 21 * 60, toMinute: 5 * DAY + 21 * 60 },
    ]);
    const sunday = [{ fromMinute: 0, toMinute: 4 * 60 }];
    expect(broker.sessionsInUtc(sunday, inWinter)).toEqual([
      { fromMinute: 0, toMinute: 2 * 60 },
      { fromMinute: 7 * DAY - 2 * 60, toMinute: 7 * DAY },
    ]);
    expect(time('UTC').sessionsInUtc(sunday, inWinter)).toEqual(sunday);
  });
});
