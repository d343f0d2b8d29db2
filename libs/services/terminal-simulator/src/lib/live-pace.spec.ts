import { LivePace } from './live-pace';
import { LONGEST_GAP_MS } from './pace';

const S = 1_000_000;

describe('the pace of a live market', () => {
  const at = (speed: 'max' | 'realtime' | number) => {
    const clock = { ms: 5000 };
    return { clock, pace: new LivePace(speed, () => clock.ms) };
  };

  it('starts at once and lets time pass at its speed', () => {
    const { clock, pace } = at(10);
    expect(pace.untilMs(100 * S)).toBe(0);
    expect(pace.untilMs(105 * S)).toBe(500);
    clock.ms += 200;
    expect(pace.untilMs(105 * S)).toBe(300);
  });

  it('makes up for what came late', () => {
    const { clock, pace } = at('realtime');
    pace.untilMs(0);
    pace.untilMs(S);
    clock.ms += 1700;
    expect(pace.untilMs(S)).toBe(-700);
    expect(pace.untilMs(2 * S)).toBe(300);
  });

  it('cuts a weekend short', () => {
    const { pace } = at('realtime');
    pace.untilMs(0);
    expect(pace.untilMs(48 * 3600 * S)).toBe(LONGEST_GAP_MS);
  });

  it('waits for nothing at full speed', () => {
    const { pace } = at('max');
    pace.untilMs(0);
    expect([pace.isFree, pace.untilMs(3600 * S)]).toEqual([true, 0]);
  });
});
