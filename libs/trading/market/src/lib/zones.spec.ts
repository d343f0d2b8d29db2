import * as fc from 'fast-check';
import { daysFromCivil, localToUtcUs, parseZone, Zone } from './zones';

const zone = (text: string) => parseZone(text)!;
function utc(
  name: string,
  year: number,
  month: number,
  day: number,
  hour = 0,
  minute = 0,
  second = 0,
  micros = 0,
): string {
  const timeUs = localToUtcUs(zone(name), year, month, day, hour, minute, second, micros);
  return new Date(timeUs / 1000).toISOString();
}

describe('parseZone', () => {
  it.each(['UTC', 'utc', 'Europe/Athens', 'America/New_York', 'ny+7', 'NY-5', 'ny'])('knows %s', (text) => {
    expect(parseZone(text)).toBeInstanceOf(Zone);
  });

  it.each(['', 'Athens', 'ny+', 'ny+70', 'Mars/Olympus', '7'])('does not know "%s"', (text) => {
    expect(parseZone(text)).toBeUndefined();
  });
});

describe('localToUtcUs', () => {
  it('follows daylight saving', () => {
    expect(utc('Europe/Athens', 2014, 1, 15, 12)).toBe('2014-01-15T10:00:00.000Z');
    expect(utc('Europe/Athens', 2014, 7, 15, 12)).toBe('2014-07-15T09:00:00.000Z');
    expect(utc('UTC', 2014, 7, 15, 12, 1, 2, 3000)).toBe('2014-07-15T12:01:02.003Z');
  });

  it('moves a local time that is skipped forward', () => {
    // Athens went from 03:00 to 04:00 on 30 March 2014, at 01:00 UTC.
    expect(utc('Europe/Athens', 2014, 3, 30, 2, 59, 59)).toBe('2014-03-30T00:59:59.000Z');
    expect(utc('Europe/Athens', 2014, 3, 30, 3, 30)).toBe('2014-03-30T01:30:00.000Z');
    expect(utc('Europe/Athens', 2014, 3, 30, 4)).toBe('2014-03-30T01:00:00.000Z');
  });

  it('takes the first of a local time that comes twice', () => {
    // New York went back from 02:00 to 01:00 on 2 November 2014, at 06:00 UTC.
    expect(utc('America/New_York', 2014, 11, 2, 1, 30)).toBe('2014-11-02T05:30:00.000Z');
    expect(utc('America/New_York', 2014, 11, 2, 2)).toBe('2014-11-02T07:00:00.000Z');
  });

  it('knows changes of half an hour', () => {
    // Lord Howe Island: from +11:00 to +10:30 on 6 April 2014 at 02:00, local.
    expect(utc('Australia/Lord_Howe', 2014, 4, 6, 1, 45)).toBe('2014-04-05T14:45:00.000Z');
    expect(utc('Australia/Lord_Howe', 2014, 4, 6, 2)).toBe('2014-04-05T15:30:00.000Z');
  });

  it('runs ny+7 by the daylight saving of New York, not of Europe', () => {
    // Between 9 March and 30 March 2014 only New York had it.
    expect(utc('ny+7', 2014, 3, 7, 0)).toBe('2014-03-06T22:00:00.000Z');
    expect(utc('ny+7', 2014, 3, 14, 0)).toBe('2014-03-13T21:00:00.000Z');
    expect(utc('Europe/Athens', 2014, 3, 14, 0)).toBe('2014-03-13T22:00:00.000Z');
  });

  it.each(['Europe/Athens', 'America/New_York', 'ny+7', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia', 'UTC'])(
    'is undone by the offset of %s, but for the second of ambiguous times',
    (name) => {
      const z = zone(name);
      const seconds = fc.integer({ min: Date.UTC(1975, 0) / 1000, max: Date.UTC(2035, 0) / 1000 });
      fc.assert(
        fc.property(seconds, (second) => {
          const utcUs = second * 1_000_000;
          const local = utcUs + z.offsetUs(utcUs);
          const back = z.toUtcUs(local);
          expect(back).toBeLessThanOrEqual(utcUs);
          expect(back + z.offsetUs(back)).toBe(local);
        }),
        { seed: 42, numRuns: 300 },
      );
    },
  );

  it('agrees with Date in every year', () => {
    const date = fc.date({ min: new Date('1600-01-01'), max: new Date('2400-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(date, (d) => {
        const days = daysFromCivil(d.getUTCFullYear(), d.getUTCMonth() + 1, d.getUTCDate());
        expect(days).toBe(Math.floor(d.getTime() / 86_400_000));
      }),
      { seed: 42 },
    );
  });
});
