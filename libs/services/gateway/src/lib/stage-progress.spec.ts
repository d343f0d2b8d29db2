import { StageProgress } from './stage-progress';

const session = (sessionId: string) => ({ accountId: 'a', sessionId });
const passed = (n: number, sessionId = 's1') => ({ accountId: 'a', sessionId, n });

describe('the progress of the stages', () => {
  const begun = (): StageProgress => {
    const progress = new StageProgress(['one', 'two']);
    progress.begin('a', 's1', []);
    progress.enter('one', session('s1'));
    progress.enter('two', session('s1'));
    return progress;
  };

  it('ends a barrier when every stage has passed it, whether somebody waits already or not', async () => {
    const progress = begun();
    const waiting = progress.waitFor('a', 's1', 1);
    progress.report('one', passed(1));
    expect(progress.missing('a', 1)).toEqual(['two']);
    progress.report('two', passed(1));
    expect(await waiting).toBe(true);
    expect(progress.waitFor('a', 's1', 1)).toBe(true);
  });

  it('does not take another barrier for the one that is open', () => {
    const progress = begun();
    progress.report('one', passed(2));
    progress.report('two', passed(1));
    expect(progress.waitFor('a', 's1', 1)).toBeInstanceOf(Promise);
  });

  it('gives up waiting for a stage to enter a session whose beginning it has missed', () => {
    let nowMs = 0;
    const progress = new StageProgress(['one', 'two'], 1_000, () => nowMs);
    progress.begin('a', 's1', []);
    progress.enter('one', session('s1'));
    expect([progress.needsAnother('one', 'a'), progress.needsAnother('two', 'a')]).toEqual([true, false]);
    nowMs = 1_001;
    expect(progress.needsAnother('two', 'a')).toBe(true);
    progress.begin('a', 's2', []);
    expect([progress.needsAnother('two', 'a'), progress.needsAnother('two', 'b')]).toEqual([false, false]);
  });

  it('does not count what a stage says of an older session that arrives late', () => {
    const progress = begun();
    progress.begin('a', 's2', []);
    progress.enter('one', session('s2'));
    progress.report('one', passed(7, 's1'));
    expect(progress.missing('a', 7)).toEqual(['one', 'two']);
    progress.report('one', passed(7, 's2'));
    // This stage still works on the session before.
    progress.report('two', passed(7, 's1'));
    progress.enter('two', session('s1'));
    progress.report('two', passed(7, 's1'));
    expect(progress.missing('a', 7)).toEqual(['two']);
    progress.enter('two', session('s2'));
    expect(progress.missing('a', 7)).toEqual(['two']);
    progress.report('two', passed(7, 's2'));
    expect(progress.waitFor('a', 's2', 7)).toBe(true);
  });

  it('repeats of a session start (one per symbol) forget nothing', () => {
    const progress = begun();
    progress.report('one', passed(1));
    progress.enter('one', session('s1'));
    expect(progress.missing('a', 1)).toEqual(['two']);
  });

  it('lets nobody wait for a session that is over', async () => {
    const progress = begun();
    const first = progress.waitFor('a', 's1', 1);
    progress.begin('a', 's2', []);
    expect(await first).toBe(false);
    expect(progress.waitFor('a', 's1', 1)).toBe(false);
    const second = progress.waitFor('a', 's2', 1);
    progress.abandon('a', 's1');
    progress.abandon('a', 's2');
    expect(await second).toBe(false);
  });

  it('names the stages that keep a barrier open', () => {
    const progress = begun();
    void progress.waitFor('a', 's1', 1);
    progress.report('two', passed(1));
    expect(progress.late(-1)).toEqual(['one']);
    expect(progress.late(60_000)).toEqual([]);
  });

  it('waits for every symbol of a stage that works on each by itself', () => {
    const progress = new StageProgress(['prediction/*', 'decision']);
    progress.begin('a', 's1', ['EURUSD', 'GBPUSD']);
    for (const stage of ['prediction/EURUSD', 'prediction/GBPUSD', 'decision']) progress.enter(stage, session('s1'));
    progress.report('prediction/EURUSD', passed(1));
    progress.report('decision', passed(1));
    expect(progress.missing('a', 1)).toEqual(['prediction/GBPUSD']);
    progress.report('prediction/GBPUSD', passed(1));
    expect(progress.waitFor('a', 's1', 1)).toBe(true);
  });
});
