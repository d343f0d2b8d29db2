import type { BarrierMark, SessionStart, Stage } from './stage';
import { StageHost } from './stage-host';

interface Input {
  readonly $case: 'batch';
  readonly value: number;
}

const mark = (n: number): BarrierMark => ({ accountId: 'a', n, timeUs: n, checkpoint: false, end: false });
const start = (sessionId: string, resumeFrom = 0): SessionStart => ({
  accountId: 'a',
  sessionId,
  resumeFrom,
  timeUs: 0,
  lockstep: true,
  symbols: [],
});

class Away extends Error {}

class Recorder implements Stage<Input> {
  readonly said: string[] = [];
  failure: Error | undefined;
  onSession = ({ sessionId, resumeFrom }: SessionStart): void => void this.said.push(`${sessionId}@${resumeFrom}`);
  onInput = ({ value }: Input): void => void this.said.push(String(value));
  onBarrier = ({ n }: BarrierMark): void => {
    if (this.failure !== undefined) throw this.failure;
    this.said.push(`|${n}`);
  };
}

function setUp(sources: readonly string[] = ['only']) {
  const asked: string[] = [];
  const made: Recorder[] = [];
  const host = new StageHost<Input, Recorder>({
    sources,
    create: () => {
      const stage = new Recorder();
      made.push(stage);
      return stage;
    },
    rejoin: async (key, reason) => void asked.push(`${key}: ${reason}`),
    isTransient: (error) => error instanceof Away,
    log: { info: () => undefined, warn: () => undefined },
    pauseMs: () => 0,
  });
  const say = (sessionId: string, body: { readonly $case: string; readonly value?: unknown }) =>
    host.feed('a', 'only', { sessionId, body }, (input) => input as unknown as Input);
  const session = (id: string, from = 0) => say(id, { $case: 'session', value: start(id, from) });
  const batch = (id: string, value: number) => say(id, { $case: 'batch', value });
  const pass = (id: string, n: number) => say(id, { $case: 'mark', value: mark(n) });
  const turn = () => new Promise((resolve) => setTimeout(resolve, 5));
  return { host, asked, made, say, session, batch, pass, turn };
}

describe('a stage host', () => {
  it('tells barriers, sessions and inputs apart, and leaves requests to others', async () => {
    const { made, say, session, batch, pass } = setUp();
    await session('s1');
    await batch('s1', 7);
    await say('s1', { $case: 'rejoin' });
    await say('s1', { $case: 'progress', value: mark(1) });
    await pass('s1', 2);
    expect(made[0]?.said).toEqual(['s1@0', '7', '|1', '|2']);
  });

  it('has a stage that failed for the moment begin afresh where its session begins again', async () => {
    const { host, asked, made, session, pass, turn } = setUp();
    await session('s1');
    const [first] = made;
    if (first !== undefined) first.failure = new Away('PostgreSQL is away');
    await pass('s1', 1);
    expect([...host.outOfStep]).toEqual([['a', 'PostgreSQL is away']]);
    await turn();
    expect(asked).toEqual(['a: PostgreSQL is away']);
    await pass('s1', 2);
    await session('s2', 1);
    await pass('s2', 2);
    expect(made.at(-1)?.said).toEqual(['s2@1', '|2']);
    expect(host.outOfStep.size).toBe(0);
  });

  it('does not go on after a defect', async () => {
    const { made, asked, session, pass, turn } = setUp();
    await session('s1');
    if (made[0] !== undefined) made[0].failure = new Error('a defect');
    await expect(pass('s1', 1)).rejects.toThrow('a defect');
    expect(() => pass('s1', 2)).toThrow('a defect');
    await turn();
    expect(asked).toEqual([]);
  });

  it('asks for the session whose beginning it never heard', async () => {
    const { asked, pass, turn } = setUp();
    await pass('s1', 5);
    await turn();
    expect(asked).toEqual(['a: the beginning of the session was not heard from only']);
  });

  it('asks for the session whose beginning it heard from one source and missed from another', async () => {
    const { host, asked, made, turn } = setUp(['account', 'prediction']);
    const say = (source: string, id: string, body: { readonly $case: string; readonly value: unknown }) =>
      host.feed('a', source, { sessionId: id, body }, (input) => input as unknown as Input);
    // What is still said of the session before is no sign: its successor's beginning comes behind it.
    await say('account', 's2', { $case: 'session', value: start('s2') });
    await say('prediction', 's1', { $case: 'progress', value: mark(9) });
    await turn();
    expect(asked).toEqual([]);
    await say('prediction', 's2', { $case: 'progress', value: mark(1) });
    await turn();
    expect(asked).toEqual(['a: the beginning of the session was not heard from prediction']);
    for (const source of ['account', 'prediction']) await say(source, 's3', { $case: 'session', value: start('s3') });
    expect(made.at(-1)?.said).toEqual(['s3@0']);
    expect(host.outOfStep.size).toBe(0);
  });

  it('asks once for a session whose rest goes on arriving, and not at all when it began meanwhile', async () => {
    const { host, asked, session, pass, turn } = setUp();
    for (const n of [5, 6, 7]) await pass('s1', n);
    await session('s2', 4);
    expect(host.outOfStep.size).toBe(0);
    await turn();
    expect(asked).toEqual([]);
  });

  it('begins afresh with what it owns, and drops what it does not', async () => {
    const { host, asked, made, session, pass } = setUp();
    await session('s1');
    await host.share(
      (key) => key !== 'b',
      async () => ['a', 'b'],
    );
    expect(asked).toEqual(['a: the stage starts']);
    expect(host.get('a')).toBeUndefined();
    await host.share(
      () => false,
      () => Promise.reject(new Away('away')),
    );
    await pass('s1', 1);
    expect(made).toHaveLength(1);
  });
});
