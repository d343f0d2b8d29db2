import { currentTraceContext, runWithTrace } from '@trading/platform-tracing';
import * as fc from 'fast-check';
import { BarrierJoin } from './barrier-join';
import type { BarrierMark, SessionStart, Stage } from './stage';

fc.configureGlobal({ seed: 42 });

const SOURCES = ['market', 'account', 'trade'];

const mark = (n: number, changes: Partial<BarrierMark> = {}): BarrierMark => ({
  accountId: 'a',
  n,
  timeUs: n * 1000,
  checkpoint: false,
  end: false,
  ...changes,
});

const session = (sessionId: string, changes: Partial<SessionStart> = {}): SessionStart => ({
  accountId: 'a',
  sessionId,
  resumeFrom: 0,
  timeUs: 0,
  lockstep: true,
  symbols: [],
  ...changes,
});

/** Writes down what it is given, and takes a turn of the event loop for each. */
class Recorder implements Stage<string> {
  readonly said: string[] = [];
  failAt: string | undefined;

  onSession({ sessionId, resumeFrom }: SessionStart): Promise<void> {
    return this.say(`session ${sessionId} from ${resumeFrom}`);
  }

  onInput(input: string): Promise<void> {
    return this.say(input);
  }

  onBarrier({ n }: BarrierMark): Promise<void> {
    return this.say(`barrier ${n}`);
  }

  private async say(what: string): Promise<void> {
    await Promise.resolve();
    if (what === this.failAt) throw new Error(`cannot take ${what}`);
    this.said.push(what);
  }
}

type Word = { readonly input: string } | { readonly mark: BarrierMark } | { readonly session: SessionStart };

function say(join: BarrierJoin<string>, source: string, word: Word): Promise<void> | void {
  if ('input' in word) return join.input(source, word.input);
  if ('mark' in word) return join.mark(source, word.mark);
  return join.start(source, word.session);
}

async function begin(start = session('s1')): Promise<{ stage: Recorder; join: BarrierJoin<string> }> {
  const stage = new Recorder();
  const join = new BarrierJoin(SOURCES, stage);
  for (const source of SOURCES) await join.start(source, start);
  stage.said.length = 0;
  return { stage, join };
}

/** Says a word in the trace that is named by one letter. */
function inTrace<T>(letter: string, work: () => T): T {
  return runWithTrace({ traceparent: `00-${letter.repeat(32)}-${'1'.repeat(16)}-01` }, work);
}

describe('a barrier join among traces', () => {
  const started = async (start: SessionStart) => {
    const seen: string[] = [];
    const note = (what: string) => void seen.push(`${what} ${currentTraceContext()?.traceId[0] ?? 'nowhere'}`);
    const join = new BarrierJoin<string>(SOURCES, {
      onSession: () => note('session'),
      onInput: (input) => note(input),
      onBarrier: ({ n }) => note(`barrier ${n}`),
    });
    for (const source of SOURCES) await inTrace('f', () => join.start(source, start));
    return { seen, join };
  };

  it('works on each input where it was said, and passes a barrier where the last source came to it', async () => {
    const { seen, join } = await started(session('s1'));
    await inTrace('a', () => join.input('trade', 'deal'));
    await inTrace('b', () => join.mark('trade', mark(1)));
    await join.input('account', 'balance');
    await inTrace('c', () => join.mark('account', mark(1)));
    await inTrace('d', () => join.mark('market', mark(1)));
    expect(seen).toEqual(['session nowhere', 'balance nowhere', 'deal a', 'barrier 1 b']);
  });

  it('works on what waits for its turn where it was said, also without lockstep', async () => {
    const { seen, join } = await started(session('s1', { lockstep: false }));
    const first = inTrace('a', () => join.input('trade', 'deal'));
    const second = inTrace('b', () => join.input('market', 'tick'));
    await Promise.all([first, second]);
    expect(seen).toEqual(['session nowhere', 'deal a', 'tick b']);
  });
});

describe('a barrier join in lockstep', () => {
  it('hands inputs over in the order of the sources when every source has passed the barrier', async () => {
    const { stage, join } = await begin();
    await join.input('trade', 't1');
    await join.mark('trade', mark(1));
    await join.input('account', 'a1');
    await join.input('account', 'a2');
    await join.mark('account', mark(1));
    await join.input('market', 'm1');
    expect(stage.said).toEqual([]);
    await join.mark('market', mark(1));
    expect(stage.said).toEqual(['m1', 'a1', 'a2', 't1', 'barrier 1']);
  });

  it('lets a source run ahead, and goes through what is complete in one go', async () => {
    const { stage, join } = await begin();
    for (const n of [1, 2, 3]) {
      await join.input('market', `m${n}`);
      await join.mark('market', mark(n));
      await join.mark('account', mark(n));
    }
    await join.mark('trade', mark(1));
    expect(stage.said).toEqual(['m1', 'barrier 1']);
    const first = join.mark('trade', mark(2));
    await join.mark('trade', mark(3));
    await first;
    expect(stage.said).toEqual(['m1', 'barrier 1', 'm2', 'barrier 2', 'm3', 'barrier 3']);
  });

  it('accepts an input at once while a barrier is worked through: its source has to come to the next', async () => {
    const { stage, join } = await begin();
    await join.mark('market', mark(1));
    await join.mark('account', mark(1));
    const passing = join.mark('trade', mark(1));
    expect(join.input('market', 'm2')).toBeUndefined();
    await passing;
    expect(stage.said).toEqual(['barrier 1']);
  });

  it('drops what a session left behind when the next one has begun everywhere', async () => {
    const { stage, join } = await begin();
    await join.input('market', 'old');
    await join.mark('market', mark(1));
    await join.input('trade', 'old deal');
    const second = session('s2', { resumeFrom: 4 });
    await join.start('market', second);
    await join.input('market', 'new');
    await join.mark('market', mark(5));
    await join.start('account', second);
    await join.mark('account', mark(5));
    expect(stage.said).toEqual([]);
    await join.start('trade', second);
    await join.mark('trade', mark(5));
    expect(stage.said).toEqual(['session s2 from 4', 'new', 'barrier 5']);
    expect(join.current?.sessionId).toBe('s2');
  });

  it('does not mix two sessions when some sources have started both and others only the first', async () => {
    const stage = new Recorder();
    const join = new BarrierJoin(['market', 'trade'], stage);
    await join.start('market', session('s1'));
    await join.input('market', 'm of s1');
    await join.start('market', session('s2'));
    await join.input('market', 'm of s2');
    await join.mark('market', mark(1));
    await join.start('trade', session('s1'));
    await join.input('trade', 't of s1');
    await join.mark('trade', mark(1));
    expect(stage.said).toEqual(['session s1 from 0']);
    await join.start('trade', session('s2'));
    await join.input('trade', 't of s2');
    await join.mark('trade', mark(1));
    expect(stage.said).toEqual(['session s1 from 0', 'session s2 from 0', 'm of s2', 't of s2', 'barrier 1']);
  });

  it('refuses sources that disagree about the barrier', async () => {
    const { join } = await begin();
    await join.mark('market', mark(1));
    await join.mark('account', mark(1));
    await expect(join.mark('trade', mark(2))).rejects.toThrow('barrier 2 of trade meets barrier 1');
  });

  it('keeps failing after its stage has failed, and does nothing more', async () => {
    const { stage, join } = await begin();
    stage.failAt = 'm1';
    await join.input('market', 'm1');
    await join.mark('market', mark(1));
    await join.mark('account', mark(1));
    await expect(join.mark('trade', mark(1))).rejects.toThrow('cannot take m1');
    stage.failAt = undefined;
    expect(() => join.mark('market', mark(2))).toThrow('cannot take m1');
    expect(() => join.start('market', session('s2'))).toThrow('cannot take m1');
    expect(stage.said).toEqual([]);
  });

  it('refuses a source that it does not know', async () => {
    const { join } = await begin();
    expect(() => join.input('weather', 'rain')).toThrow('no source weather');
  });

  it('hands the same over in the same order, however the sources interleave', async () => {
    const step = fc.record(
      Object.fromEntries(SOURCES.map((source) => [source, fc.integer({ min: 0, max: 3 })] as const)),
    );
    const run = fc.record({
      steps: fc.array(step, { minLength: 1, maxLength: 6 }),
      turns: fc.array(fc.nat(), { maxLength: 60 }),
      awaits: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(run, async ({ steps, turns, awaits }) => {
        const words = new Map<string, Word[]>();
        for (const source of SOURCES) {
          const said: Word[] = [{ session: session('s1') }];
          steps.forEach((counts, k) => {
            for (let i = 0; i < (counts[source] ?? 0); i++) said.push({ input: `${source}${k + 1}.${i}` });
            said.push({ mark: mark(k + 1) });
          });
          words.set(source, said);
        }
        const expected = steps.flatMap((counts, k) => [
          ...SOURCES.flatMap((source) =>
            Array.from({ length: counts[source] ?? 0 }, (_, i) => `${source}${k + 1}.${i}`),
          ),
          `barrier ${k + 1}`,
        ]);

        const stage = new Recorder();
        const join = new BarrierJoin(SOURCES, stage);
        const pending: (Promise<void> | void)[] = [];
        for (let turn = 0; [...words.values()].some((left) => left.length > 0); turn++) {
          const open = SOURCES.filter((source) => (words.get(source) ?? []).length > 0);
          const source = open[(turns[turn] ?? turn) % open.length] ?? '';
          const taken = say(join, source, words.get(source)?.shift() ?? { input: 'none' });
          if (awaits) await taken;
          else pending.push(taken);
        }
        for (const accepted of pending) await accepted;
        expect(stage.said).toEqual(['session s1 from 0', ...expected]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a barrier join without lockstep', () => {
  it('hands inputs over as they arrive after the end of the data', async () => {
    const { stage, join } = await begin();
    await join.mark('market', mark(1, { end: true }));
    await join.mark('account', mark(1, { end: true }));
    await join.input('trade', 'before the end');
    await join.mark('trade', mark(1, { end: true }));
    await join.input('trade', 'operator’s fill');
    await join.input('market', 'tick');
    expect(stage.said).toEqual(['before the end', 'barrier 1', 'operator’s fill', 'tick']);
  });

  it('hands inputs over as they arrive in a live session', async () => {
    const { stage, join } = await begin(session('s1', { lockstep: false }));
    await join.input('trade', 't1');
    await join.input('market', 'm1');
    expect(stage.said).toEqual(['t1', 'm1']);
  });

  // Fills lost on a "healthy" connection.
  it('accepts an input only when it was worked through, also while another is', async () => {
    const { stage, join } = await begin(session('s1', { lockstep: false }));
    const first = join.input('market', 'm1');
    await join.input('trade', 'fill');
    expect(stage.said).toEqual(['m1', 'fill']);
    await first;
  });

  it('hands over what came before the next session, which lost nothing of it', async () => {
    const { stage, join } = await begin(session('s1', { lockstep: false }));
    const next = session('s2', { lockstep: false });
    const pending = [
      join.input('market', 'm1'),
      join.input('trade', 'fill'),
      ...SOURCES.map((source) => join.start(source, next)),
      join.input('trade', 'fill of s2'),
    ];
    for (const accepted of pending) await accepted;
    expect(stage.said).toEqual(['m1', 'fill', 'session s2 from 0', 'fill of s2']);
  });

  it('begins a live session again with each beginning that every source has said, however unequally they come', async () => {
    const stage = new Recorder();
    const join = new BarrierJoin(SOURCES, stage);
    const nth = (beginning: number): SessionStart => session('s1', { lockstep: false, beginning });
    // One source says two beginnings before the others have said the first: its second waits for theirs.
    await join.start('market', nth(1));
    await join.start('market', nth(2));
    await join.start('account', nth(1));
    await join.start('trade', nth(1));
    await join.start('account', nth(2));
    await join.start('trade', nth(2));
    // One that has left out a beginning is not waited for.
    await join.start('market', nth(3));
    await join.start('account', nth(3));
    for (const source of SOURCES) await join.start(source, nth(4));
    for (const source of SOURCES) await join.input(source, `${source} goes on`, 's1');
    expect(stage.said).toEqual([
      ...Array.from({ length: 3 }, () => 'session s1 from 0'),
      ...SOURCES.map((source) => `${source} goes on`),
    ]);
  });

  it('does not accept what its stage failed at', async () => {
    const { stage, join } = await begin(session('s1', { lockstep: false }));
    stage.failAt = 'fill';
    const first = join.input('market', 'm1');
    const second = join.input('trade', 'fill');
    await expect(second).rejects.toThrow('cannot take fill');
    await expect(first).rejects.toThrow('cannot take fill');
  });
});

describe('a barrier join of several symbols', () => {
  const PATTERN = ['market/*', 'account'];
  const start = session('s1', { symbols: ['EURUSD', 'GBPUSD'] });

  it('waits for every symbol of the session, and hands their inputs over in its order', async () => {
    const stage = new Recorder();
    const join = new BarrierJoin(PATTERN, stage);
    await join.start('market/GBPUSD', start);
    await join.start('account', start);
    expect(stage.said).toEqual([]);
    await join.start('market/EURUSD', start);
    await join.input('market/GBPUSD', 'g1');
    await join.mark('market/GBPUSD', mark(1));
    await join.mark('account', mark(1));
    expect(stage.said).toEqual(['session s1 from 0']);
    await join.input('market/EURUSD', 'e1');
    await join.mark('market/EURUSD', mark(1));
    expect(stage.said).toEqual(['session s1 from 0', 'e1', 'g1', 'barrier 1']);
  });

  it('waits no more for a symbol that the next session does not have', async () => {
    const stage = new Recorder();
    const join = new BarrierJoin(PATTERN, stage);
    for (const source of ['market/EURUSD', 'market/GBPUSD', 'account']) await join.start(source, start);
    const next = session('s2', { symbols: ['EURUSD'] });
    for (const source of ['market/EURUSD', 'account']) await join.start(source, next);
    for (const source of ['market/EURUSD', 'account']) await join.mark(source, mark(1));
    expect(stage.said).toEqual(['session s1 from 0', 'session s2 from 0', 'barrier 1']);
  });
});

describe('a barrier join whose sources name their session', () => {
  it('drops what somebody says in a session that its source has left', async () => {
    const { stage, join } = await begin();
    const next = session('s2', { resumeFrom: 3 });
    for (const source of SOURCES) await join.start(source, next);
    await join.input('market', 'late word', 's1');
    await join.mark('market', mark(9), 's1');
    await join.input('market', 'm4', 's2');
    for (const source of SOURCES) await join.mark(source, mark(4), 's2');
    expect(stage.said).toEqual(['session s2 from 3', 'm4', 'barrier 4']);
  });

  it('cannot place what a source says before it has started a session', async () => {
    const stage = new Recorder();
    const join = new BarrierJoin(['only'], stage);
    await join.mark('only', mark(4), 's1');
    expect(join.isStranger('only')).toBe(true);
    await join.start('only', session('s1', { resumeFrom: 4 }));
    await join.mark('only', mark(5), 's1');
    expect(join.isStranger('only')).toBe(false);
    expect(stage.said).toEqual(['session s1 from 4', 'barrier 5']);
  });

  it('works on an input where its source asked for', async () => {
    const { join } = await begin(session('s1', { lockstep: false }));
    const where: string[] = [];
    await join.input('market', 'm1', 's1', (work) => {
      where.push('within');
      return work();
    });
    expect(where).toEqual(['within']);
  });
});
