import { isWithin, lastOccurrence, minuteOfWeek, nextWeek, parseWeeklyTime, parseWeeklyWindow } from './weekly-time';

const us = (text: string): number => Date.parse(text) * 1000;
const iso = (timeUs: number): string => new Date(timeUs / 1000).toISOString();

describe('a weekly window', () => {
  it.each([
    ['Fri 21:00-Sun 24:00 America/New_York', '2014-05-10T00:59:59Z', false],
    ['Fri 21:00-Sun 24:00 America/New_York', '2014-05-10T01:00:00Z', true],
    ['Fri 21:00-Sun 24:00 America/New_York', '2014-05-12T03:59:59Z', true],
    ['Fri 21:00-Sun 24:00 America/New_York', '2014-05-12T04:00:00Z', false],
    // An hour later by UTC in winter.
    ['Fri 21:00-Sun 24:00 America/New_York', '2014-01-11T01:59:59Z', false],
    ['Fri 21:00-Sun 24:00 America/New_York', '2014-01-11T02:00:00Z', true],
    ['Wed 08:00-09:00', '2014-05-07T08:30:00Z', true],
    ['Wed 08:00-09:00', '2014-05-07T09:00:00Z', false],
    ['Fri 22:00-Sat 24:00', '2014-05-11T00:00:00Z', false],
    ['Fri 22:00-Sat 24:00', '2014-05-10T23:59:59Z', true],
  ])('%s at %s: %s', (text, time, expected) => {
    expect(isWithin(parseWeeklyWindow(text)!, us(time))).toBe(expected);
  });

  it.each(['', 'Fri', 'Fri 21:00', 'Foo 21:00-22:00', 'Fri 21:60-22:00', 'Fri 24:01-Sat 01:00', 'Fri 8:00-9:00'])(
    'is not "%s"',
    (text) => {
      expect(parseWeeklyWindow(text)).toBeUndefined();
    },
  );
});

describe('a time of the week', () => {
  it('came last in the week before until it comes, by local time', () => {
    const time = parseWeeklyTime('Fri 20:45 America/New_York')!;
    expect(iso(lastOccurrence(time, us('2014-05-10T00:44:59Z')))).toBe('2014-05-03T00:45:00.000Z');
    expect(iso(lastOccurrence(time, us('2014-05-10T00:45:00Z')))).toBe('2014-05-10T00:45:00.000Z');
    // The clocks went forward on 9 March.
    expect(iso(lastOccurrence(time, us('2014-03-09T12:00:00Z')))).toBe('2014-03-08T01:45:00.000Z');
    expect(iso(nextWeek(time.zone, us('2014-03-08T01:45:00Z')))).toBe('2014-03-09T05:00:00.000Z');
  });

  it('is told in minutes since Sunday', () => {
    const { zone } = parseWeeklyTime('Sun 00:00 ny+7')!;
    expect(minuteOfWeek(zone, us('2014-05-04T20:59:00Z'))).toBe(1439);
    expect(minuteOfWeek(zone, us('2014-05-03T21:00:00Z'))).toBe(0);
  });
});
