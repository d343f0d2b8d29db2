import { daysFromCivil } from '@trading/trading-market';
import { eurusd } from './broker-fixtures';
import { TradingClock } from './trading-clock';

const HOUR = 3_600_000_000;
const at = (month: number, day: number, hours: number): number =>
  daysFromCivil(2024, month, day) * 24 * HOUR + hours * HOUR;

describe("the clock of the broker's server", () => {
  it('names the day that a rollover ends', () => {
    const clock = new TradingClock('ny+7');
    // Sunday evening in New York is Monday there; the day ends at 17:00 in New York.
    expect(clock.nextRollover(at(1, 7, 23))).toEqual({ timeUs: at(1, 8, 22), weekday: 1 });
    expect(clock.nextRollover(at(1, 8, 22))).toEqual({ timeUs: at(1, 9, 22), weekday: 2 });
    expect(clock.nextRollover(at(7, 6, 0))).toEqual({ timeUs: at(7, 6, 21), weekday: 6 });
  });

  it('names the day on which it is where the day ends later than midnight', () => {
    const clock = new TradingClock('UTC', 17 * 60);
    expect(clock.nextRollover(at(1, 8, 16))).toEqual({ timeUs: at(1, 8, 17), weekday: 1 });
  });

  it('has one rollover on the day whose hour comes twice', () => {
    // In Athens 04:00 becomes 03:00 on 2024-10-27, at 01:00 UTC.
    const clock = new TradingClock('Europe/Athens', 3 * 60 + 30);
    expect(clock.nextRollover(at(10, 27, 0)).timeUs).toBe(at(10, 27, 0.5));
    expect(clock.nextRollover(at(10, 27, 1.25)).timeUs).toBe(at(10, 28, 1.5));
  });

  it('opens and closes sessions by its own week', () => {
    const clock = new TradingClock('Europe/Athens');
    const instrument = eurusd({ sessions: [{ fromMinute: 0, toMinute: 60 }] });
    expect([21.99, 22, 22.99, 23].map((hours) => clock.isOpen(instrument, at(1, 6, hours)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(clock.isOpen(eurusd({}), at(1, 6, 0))).toBe(true);
  });
});
