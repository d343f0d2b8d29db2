import { Progress, type ProgressState } from './progress';

function rig(isTty: boolean, columns?: number): { progress: Progress; written: string[]; clock: { ms: number } } {
  const written: string[] = [];
  const clock = { ms: 0 };
  const out = { columns, write: (text: string) => written.push(text) };
  return { written, clock, progress: new Progress(out, isTty, 1000, () => clock.ms) };
}

const at = (ticks: number, part: Partial<ProgressState> = {}): ProgressState => ({
  ticks,
  timeUs: Date.UTC(2014, 4, 1) * 1000,
  equity: '100250.5',
  position: '-1.20',
  lastWords: 'no cross',
  ...part,
});

describe('progress without a terminal', () => {
  it('is a line every two seconds, with rate, time left, equity, position and the last decision', () => {
    const { progress, written, clock } = rig(false);
    for (const [ms, ticks] of [
      [0, 0],
      [1000, 100],
      [2000, 200],
      [3999, 390],
      [4000, 400],
    ] as const) {
      clock.ms = ms;
      progress.update(at(ticks));
    }
    expect(written).toHaveLength(3);
    expect(written[1]).toBe(
      ' 20 %  200 of 1,000 ticks, 100/s, 8 s left  2014-05-01  equity 100,250.50  short 1.20  no cross\n',
    );
    expect(written.join('')).not.toContain('\u001b');
  });

  it('ends with the last state, once', () => {
    const { progress, written, clock } = rig(false);
    progress.update(at(0));
    clock.ms = 500;
    progress.update(at(1000, { position: '0', lastWords: '' }));
    progress.done();
    progress.done();
    expect(written).toHaveLength(2);
    expect(written[1]).toMatch(/100 %.*flat\n$/);
    expect(written[1]).not.toContain('left');
  });

  it('measures the rate of this sitting in a run that was resumed', () => {
    const { progress, written, clock } = rig(false);
    progress.update(at(500));
    clock.ms = 2000;
    progress.update(at(600));
    expect(written[1]).toContain('50/s, 8 s left');
  });
});

describe('progress on a terminal', () => {
  it('redraws two lines in place, at most ten times a second', () => {
    const { progress, written, clock } = rig(true, 200);
    for (const ms of [0, 50, 99, 100]) {
      clock.ms = ms;
      progress.update(at(ms));
    }
    expect(written).toHaveLength(2);
    expect(written[0]?.startsWith('\r')).toBe(true);
    expect(written[1]?.startsWith('\u001b[2A')).toBe(true);
    expect(written[1]?.split('\n')).toHaveLength(3);
  });

  it('cuts lines that would wrap', () => {
    const { progress, written } = rig(true, 40);
    progress.update(at(1, { lastWords: 'a very long explanation of the decision' }));
    const lines = written.join('').replaceAll('\r\u001b[2K', '').split('\n');
    for (const line of lines) expect(line.length).toBeLessThan(40);
    expect(lines[1]?.endsWith('…')).toBe(true);
  });

  it('leaves what was drawn before alone after it is done', () => {
    const { progress, written, clock } = rig(true, 200);
    progress.update(at(1));
    progress.done();
    clock.ms = 200;
    progress.update(at(2));
    expect(written[1]?.startsWith('\r')).toBe(true);
  });
});
