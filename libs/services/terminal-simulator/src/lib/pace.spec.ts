import { Backoff } from './backoff';
import { LONGEST_GAP_MS, wallMs } from './pace';

const MINUTE = 60_000_000;

describe('the pace of simulated time', () => {
  it.each([
    ['as fast as it can', MINUTE, 'max', 0],
    ['a minute in real time', MINUTE, 'realtime', 60_000],
    ['half a bar', MINUTE / 2, 'realtime', 30_000],
    ['a minute sixty times as fast', MINUTE, 60, 1000],
    ['a minute and a gap of a second', MINUTE + 1_000_000, 'realtime', 61_000],
    ['a weekend, of which the gap is cut', 2880 * MINUTE, 'realtime', 60_000 + LONGEST_GAP_MS],
  ] as const)('takes for %s its wall time', (_name, us, speed, ms) => {
    expect(wallMs(us, MINUTE, speed)).toBe(ms);
  });
});

describe('attempts to connect', () => {
  it('wait from half a second to fifteen, the same for the same seed', () => {
    const [a, b] = [new Backoff(7), new Backoff(7)];
    const waits = Array.from({ length: 10 }, () => a.nextMs());
    expect(Array.from({ length: 10 }, () => b.nextMs())).toEqual(waits);
    waits.forEach((ms, attempt) => {
      const full = Math.min(15_000, 500 * 2 ** attempt);
      expect(ms).toBeGreaterThanOrEqual(full / 2);
      expect(ms).toBeLessThanOrEqual(full);
    });
    a.reset();
    expect(a.nextMs()).toBeLessThanOrEqual(500);
  });
});
