import { ManualClock, systemClock } from './clock';

describe('clocks', () => {
  it('tell integer microseconds since 1970', () => {
    const nowUs = systemClock.nowUs();
    expect(Number.isSafeInteger(nowUs)).toBe(true);
    expect(Math.abs(nowUs / 1000 - Date.now())).toBeLessThan(60_000);
  });

  it('go by hand when manual', () => {
    const clock = new ManualClock(5);
    clock.advanceMs(2);
    clock.advanceUs(1);
    expect(clock.nowUs()).toBe(2006);
    clock.setUs(7);
    expect(clock.nowUs()).toBe(7);
  });
});
