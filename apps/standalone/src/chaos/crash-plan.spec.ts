import { CRASH_POINTS } from '@trading/platform-crash-points';
import { CrashPlan, type Crash } from './crash-plan';
import { Seeded } from './seeded';

function drawn(seed: number, cycles: number): Crash[] {
  const plan = new CrashPlan(new Seeded(seed));
  return Array.from({ length: cycles }, (_, index) => plan.next(cycles - index));
}

const points = (crashes: readonly Crash[]): string[] =>
  crashes.flatMap((each) => (each.kind === 'point' ? [each.point] : []));

describe('a plan of crashes', () => {
  it('comes to every named point once, whatever the seed, where there are as many crashes as points', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const crashes = drawn(seed, CRASH_POINTS.length + 5);
      expect(new Set(points(crashes))).toEqual(new Set(CRASH_POINTS));
    }
  });

  it('is the same for the same seed, and has moments where there is room for them', () => {
    expect(drawn(7, 100)).toEqual(drawn(7, 100));
    expect(drawn(7, 100)).not.toEqual(drawn(8, 100));
    expect(drawn(7, 100).some(({ kind }) => kind === 'moment')).toBe(true);
  });

  it('tries a point that did not come again, at its first pass, and gives it up the third time', () => {
    const plan = new CrashPlan(new Seeded(1), ['execution.order.committed', 'gateway.order.sending'], false);
    const first = plan.next(9);
    if (first.kind !== 'point') throw new Error('A point was expected.');
    plan.missed(first);
    expect(plan.next(9)).toEqual({ ...first, pass: 1 });
    plan.missed(first);
    expect(plan.next(9)).toEqual({ ...first, pass: 1 });
    plan.missed(first);
    expect(plan.next(9)).not.toMatchObject({ point: first.point });
  });
});
