import { annotateSpan, startTrace, withSharedSpan, withSpan } from './span';
import {
  bindTrace,
  captureTrace,
  currentCorrelation,
  currentTraceContext,
  runInTrace,
  runWithCarriedTrace,
  runWithTrace,
  withCorrelation,
  type Trace,
} from './trace';
import { TraceMap } from './trace-map';
import { InMemoryTracer, installTracer, noopTracer, type Tracer } from './tracer';

const carrier = (digit: string, flags = '01') => ({
  traceparent: `00-${digit.repeat(32)}-${digit.repeat(16)}-${flags}`,
});
const A = carrier('a');
const B = carrier('b');

describe('spans', () => {
  let tracer: InMemoryTracer;
  beforeEach(() => {
    tracer = new InMemoryTracer();
    installTracer(tracer);
  });
  afterEach(() => {
    installTracer(noopTracer);
  });

  it('begin a trace of their own where something comes in, whatever is active', () => {
    runWithTrace(A, () => startTrace('tick', { kind: 'consumer' }, () => withSpan('predict', {}, () => undefined)));
    const [predict, tick] = tracer.spans;
    expect(tick).toMatchObject({ name: 'tick', kind: 'consumer', parentSpanId: undefined });
    expect(tick!.context.traceId).not.toBe('a'.repeat(32));
    expect(predict).toMatchObject({ parentSpanId: tick!.context.spanId, context: { traceId: tick!.context.traceId } });
  });

  it('are decided upon once for a trace and all that follows from it', () => {
    let asked = 0;
    const never: Tracer = { isRecording: true, shouldSample: () => asked++ < 0, record: (span) => tracer.record(span) };
    installTracer(never);
    startTrace('tick', {}, () => {
      expect(currentTraceContext()).toMatchObject({ isSampled: false });
      withSpan('predict', {}, () => withSpan('decide', {}, () => undefined));
    });
    withSpan('alone', {}, () => withSpan('within', {}, () => undefined));
    expect(asked).toBe(2);
    expect(tracer.spans).toEqual([]);
  });

  it('are no trace at all without a tracer', () => {
    installTracer(noopTracer);
    runWithTrace(A, () =>
      startTrace('tick', {}, () => {
        expect(captureTrace()).toBeUndefined();
      }),
    );
    expect(withSharedSpan([undefined], 'book', {}, captureTrace)).toBeUndefined();
  });

  it('say what became known in them, and that they failed without throwing', () => {
    runWithTrace(A, () => {
      withSpan('submit', { attributes: { symbol: 'EURUSD' } }, () => annotateSpan({ code: 'NO_ACK' }, 'no answer'));
      annotateSpan({ nothing: 'runs here' });
    });
    expect(tracer.spans).toHaveLength(1);
    expect(tracer.spans[0]).toMatchObject({ attributes: { symbol: 'EURUSD', code: 'NO_ACK' }, error: 'no answer' });
  });

  it('do not change after they ended', () => {
    let kept: Trace | undefined;
    withSpan('tick', {}, () => (kept = captureTrace()));
    runInTrace(kept, () => annotateSpan({ late: true }, 'late'));
    expect(tracer.spans).toMatchObject([{ attributes: {}, error: undefined }]);
  });

  it('carry what they are about', () => {
    runWithTrace(A, () =>
      withCorrelation({ accountId: 'PAPER-1' }, () =>
        withCorrelation({ coid: 'D1' }, () => {
          withSpan('submit', {}, () => expect(currentCorrelation()).toEqual({ accountId: 'PAPER-1', coid: 'D1' }));
        }),
      ),
    );
    expect(tracer.spans[0]!.attributes).toEqual({ 'trading.account_id': 'PAPER-1', 'trading.coid': 'D1' });
  });

  it('are shared by several traces, each once, in the first of which the work goes on', () => {
    const [a, b] = [A, B].map((each) => runWithTrace(each, captureTrace));
    const quiet = runWithTrace(carrier('c', '00'), captureTrace);
    const again = runInTrace(a, () => withSpan('later', {}, captureTrace));
    tracer.spans.length = 0;
    const inside = withSharedSpan([quiet, a, b, again, undefined], 'book', {}, () => currentTraceContext()?.traceId);
    expect(inside).toBe('a'.repeat(32));
    const [first, second] = tracer.spans;
    expect(tracer.spans).toHaveLength(2);
    expect(first).toMatchObject({ name: 'book', parentSpanId: 'a'.repeat(16), links: [{ traceId: 'b'.repeat(32) }] });
    expect(second).toMatchObject({
      name: 'book',
      context: { traceId: 'b'.repeat(32) },
      parentSpanId: 'b'.repeat(16),
      links: [first!.context],
      startUs: first!.startUs,
    });
  });
});

describe('work that was queued', () => {
  it('goes on in the trace of whoever queued it, not of whoever hands it over', async () => {
    const queue: { trace: Trace | undefined; run: <T>(work: () => T) => T }[] = [];
    const enqueue = () => queue.push({ trace: captureTrace(), run: bindTrace() });
    runWithTrace(A, enqueue);
    enqueue();
    const seen = await runWithTrace(B, async () => {
      const found: (string | undefined)[] = [];
      for (const { trace, run } of queue) {
        for (const go of [run, <T>(work: () => T) => runInTrace(trace, work)]) {
          await go(async () => {
            await Promise.resolve();
            found.push(currentTraceContext()?.traceId[0]);
          });
        }
      }
      found.push(currentTraceContext()?.traceId[0]);
      return found;
    });
    expect(seen).toEqual(['a', 'a', undefined, undefined, 'b']);
  });

  it('goes on in the trace of its message, or outside any', () => {
    const idOf = () => currentTraceContext()?.traceId[0];
    expect(runWithCarriedTrace(A, idOf)).toBe('a');
    expect(runWithTrace(B, () => runWithCarriedTrace({}, idOf))).toBeUndefined();
    expect(runWithTrace(B, () => runWithCarriedTrace({ traceparent: 'broken' }, idOf))).toBeUndefined();
  });

  it('is found again by its id, among the newest', () => {
    const traces = new TraceMap(2);
    const idOf = () => currentTraceContext()?.traceId[0];
    traces.remember('outside any');
    expect(traces.size).toBe(0);
    for (const digit of ['1', '2', '1', '3']) runWithTrace(carrier(digit), () => traces.remember(`order ${digit}`));
    expect(traces.size).toBe(2);
    expect(traces.runIn('order 1', idOf)).toBe('1');
    expect(traces.runIn('order 2', idOf)).toBeUndefined();
    expect(runWithTrace(B, () => traces.runIn('order 3', idOf))).toBe('3');
  });
});
