import { isSampledAt } from './sampling';
import { randomHex } from './trace-context';

describe('sampling', () => {
  it('takes all traces at 1 and none at 0', () => {
    for (const traceId of ['0'.repeat(31) + '1', 'f'.repeat(32)]) {
      expect(isSampledAt(traceId, 1)).toBe(true);
      expect(isSampledAt(traceId, 0)).toBe(false);
    }
  });

  it('decides by the last 56 bits of the id', () => {
    const ending = (last: string): string => 'a'.repeat(18) + last;
    expect(isSampledAt(ending('80000000000000'), 0.5)).toBe(true);
    expect(isSampledAt(ending('7fffffffffffff'), 0.5)).toBe(false);
    expect(isSampledAt(ending('c0000000000000'), 0.25)).toBe(true);
    expect(isSampledAt(ending('bfffffffffffff'), 0.25)).toBe(false);
  });

  it('takes about the share that was asked for', () => {
    const taken = Array.from({ length: 20_000 }, () => randomHex(16)).filter((id) => isSampledAt(id, 0.1));
    // Ten standard deviations to either side.
    expect(taken.length).toBeGreaterThan(2_000 - 425);
    expect(taken.length).toBeLessThan(2_000 + 425);
  });
});
