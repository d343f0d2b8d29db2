import { CRASH_POINTS } from './crash-points';
import { CrashPointUnknown, CrashSwitch } from './crash-switch';

const POINT = 'execution.order.committed';

function passesUntilDeath(text: string): number | undefined {
  const deaths: number[] = [];
  const one = CrashSwitch.of(text, () => deaths.push(1));
  for (let pass = 1; pass <= 5; pass += 1) {
    one.pass('execution.order.committing');
    if (deaths.length > 0) return 0;
    one.pass(POINT);
    if (deaths.length > 0) return pass;
  }
  return undefined;
}

describe('a crash switch', () => {
  it('ends the process at the first pass of its point, and at no other point', () => {
    expect(passesUntilDeath(POINT)).toBe(1);
  });

  it('ends the process at the pass that is asked for', () => {
    expect(passesUntilDeath(`${POINT}:3`)).toBe(3);
    expect(passesUntilDeath(`${POINT}:6`)).toBeUndefined();
  });

  it.each(['execution.order.commited', 'execution', `${POINT}:0`, `${POINT}:x`, `${POINT}:`, ''])(
    'refuses %j, so that a mistyped name does not pass for a survived crash',
    (text) => {
      expect(() => CrashSwitch.of(text, () => undefined)).toThrow(CrashPointUnknown);
    },
  );
});

describe('the catalogue of crash points', () => {
  it('has each name once, of the form <service>.<what>.<moment>', () => {
    expect(new Set(CRASH_POINTS).size).toBe(CRASH_POINTS.length);
    for (const name of CRASH_POINTS) expect(name).toMatch(/^[a-z-]+\.[a-z]+\.[a-z]+(ing|ed|en|t)$/);
  });
});
