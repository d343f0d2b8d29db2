import { withSharedSpan, withSpan } from './span';
import {
  captureTrace,
  currentBound,
  currentTraceContext,
  injectTrace,
  runBound,
  runInTrace,
  runWithTrace,
  type TraceCarrier,
  withCorrelation,
} from './trace';
import { formatTraceparent, parseTraceparent } from './trace-context';
import { InMemoryTracer, installTracer, noopTracer } from './tracer';

const SAMPLED = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('traceparent', () => {
  it('is read and written as W3C has it', () => {
    const context = parseTraceparent(SAMPLED)!;
    expect(context).toEqual({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      isSampled: true,
    });
    expect(formatTraceparent(context)).toBe(SAMPLED);
  });

  it('of a later version may carry more', () => {
    expect(parseTraceparent(`01${SAMPLED.slice(2)}-extra`)?.traceId).toBe('0af7651916cd43dd8448eb211c80319c');
  });

  it.each([
    undefined,
    '',
    'nonsense',
    `ff${SAMPLED.slice(2)}`,
    '00-00000000000000000000000000000000-b7ad6b7169203331-01',
    '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
    SAMPLED.toUpperCase(),
  ])('%p is none', (header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  });
});

describe('traces', () => {
  let tracer: InMemoryTracer;
  beforeEach(() => {
    tracer = new InMemoryTracer();
    installTracer(tracer);
  });
  afterEach(() => {
    installTracer(noopTracer);
  });

  it('go on through awaits and out again', async () => {
    await runWithTrace({ traceparent: SAMPLED }, async () => {
      await Promise.resolve();
      expect(injectTrace<TraceCarrier>({})).toEqual({ traceparent: SAMPLED });
    });
    expect(currentTraceContext()).toBeUndefined();
    expect(injectTrace<TraceCarrier>({})).toEqual({});
  });

  it('begin anew where none came in', () => {
    const first = runWithTrace({}, () => currentTraceContext())!;
    const second = runWithTrace({ traceparent: 'broken' }, () => currentTraceContext())!;
    expect(first.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(first.traceId).not.toBe(second.traceId);
  });

  it('nest spans and record them when they settle', async () => {
    await runWithTrace({ traceparent: SAMPLED }, () =>
      withSpan('outer', { attributes: { symbol: 'EURUSD' } }, async () => {
        await Promise.resolve();
        expect(withSpan('inner', {}, () => 42)).toBe(42);
      }),
    );
    const [inner, outer] = tracer.spans;
    expect(outer).toMatchObject({ name: 'outer', parentSpanId: 'b7ad6b7169203331', attributes: { symbol: 'EURUSD' } });
    expect(inner).toMatchObject({ name: 'inner', parentSpanId: outer!.context.spanId, error: undefined });
    expect(inner!.context.traceId).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(outer!.endUs).toBeGreaterThanOrEqual(outer!.startUs);
  });

  it('record what was thrown, and throw it on', async () => {
    expect(() =>
      withSpan('sync', {}, () => {
        throw new Error('now');
      }),
    ).toThrow('now');
    await expect(withSpan('async', {}, () => Promise.reject(new Error('later')))).rejects.toThrow('later');
    expect(tracer.spans.map(({ name, error }) => [name, error])).toEqual([
      ['sync', 'now'],
      ['async', 'later'],
    ]);
  });

  it('do not record what the caller does not sample', () => {
    runWithTrace({ traceparent: SAMPLED.replace(/01$/, '00') }, () => withSpan('quiet', {}, () => undefined));
    expect(tracer.spans).toEqual([]);
  });

  it('without a tracer run the work in the context that is there', () => {
    installTracer(noopTracer);
    runWithTrace({ traceparent: SAMPLED }, () =>
      withSpan('quiet', {}, () => {
        expect(currentTraceContext()?.spanId).toBe('b7ad6b7169203331');
      }),
    );
    expect(tracer.spans).toEqual([]);
  });
});

describe('what bounds work', () => {
  const bound = {};

  it('goes where its trace goes, through spans and queues', async () => {
    const seen: unknown[] = [];
    const queued = await runWithTrace({}, () =>
      runBound(bound, async () => {
        await Promise.resolve();
        withCorrelation({ coid: 'a' }, () => withSpan('work', {}, () => seen.push(currentBound())));
        return captureTrace();
      }),
    );
    expect(currentBound()).toBeUndefined();
    runInTrace(queued, () => seen.push(currentBound()));
    expect(seen).toEqual([bound, bound]);
  });

  it('does not bound what begins anew, nor what others wait for too', () => {
    runBound(bound, () => {
      runWithTrace({}, () => expect(currentBound()).toBeUndefined());
      runBound(undefined, () => expect(currentBound()).toBeUndefined());
      withSharedSpan([captureTrace()], 'commit', {}, () => expect(currentBound()).toBeUndefined());
      expect(currentBound()).toBe(bound);
    });
  });
});
