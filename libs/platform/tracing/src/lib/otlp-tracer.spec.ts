import { OtlpReceiver } from './otlp-receiver';
import { OtlpTracer, type OtlpTracerOptions } from './otlp-tracer';
import { withSharedSpan, withSpan } from './span';
import { captureTrace, runWithTrace, withCorrelation } from './trace';
import { installTracer, noopTracer, type FinishedSpan } from './tracer';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const REMOTE = { traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01` };
/** Nobody listens on port 1. */
const NOBODY = 'http://127.0.0.1:1/v1/traces';
const NEVER_MS = 3_600_000;

const finished = (name: string): FinishedSpan => ({
  name,
  kind: 'internal',
  context: { traceId: TRACE_ID, spanId: '00f067aa0ba902b7', isSampled: true },
  parentSpanId: undefined,
  attributes: {},
  links: [],
  startUs: 1_700_000_000_000_000,
  endUs: 1_700_000_000_000_250,
  error: undefined,
});

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('The condition did not come to hold.');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('the OTLP tracer', () => {
  let receiver: OtlpReceiver;
  let warnings: { fields: object; message: string }[];
  const tracers: OtlpTracer[] = [];

  const make = (options: Partial<OtlpTracerOptions> = {}): OtlpTracer => {
    const tracer = new OtlpTracer({
      url: `${receiver.url}/v1/traces`,
      service: 'execution',
      log: { warn: (fields, message) => void warnings.push({ fields, message }) },
      ...options,
    });
    tracers.push(tracer);
    return tracer;
  };

  beforeEach(async () => {
    warnings = [];
    receiver = await OtlpReceiver.listen();
  });
  afterEach(async () => {
    installTracer(noopTracer);
    await Promise.all(tracers.splice(0).map((tracer) => tracer.close(0)));
    await receiver.close();
  });

  it('sends a nested trace with its parents, kinds, attributes, times, links and errors', async () => {
    const tracer = make({ instanceId: 'pod-1', headers: { 'x-tenant': 'desk' } });
    installTracer(tracer);
    const other = runWithTrace({ traceparent: `00-${'e'.repeat(32)}-${'f'.repeat(16)}-01` }, captureTrace);
    await runWithTrace(REMOTE, () =>
      withSpan('process order', { kind: 'consumer', links: [other] }, () =>
        withCorrelation({ accountId: 'PAPER-1', coid: 'D1' }, async () => {
          await Promise.resolve();
          const refuse = withSpan(
            'submit',
            { kind: 'client', attributes: { lots: 3, price: 1.25, live: false, none: undefined } },
            () => Promise.reject(new Error('the terminal is away')),
          );
          await expect(refuse).rejects.toThrow('away');
        }),
      ),
    );
    await tracer.close();

    const [submit, process_] = receiver.spans;
    expect(receiver.spans).toHaveLength(2);
    expect(process_).toMatchObject({
      name: 'process order',
      kind: 5,
      traceId: TRACE_ID,
      parentSpanId: 'b7ad6b7169203331',
      links: [{ traceId: 'e'.repeat(32), spanId: 'f'.repeat(16) }],
      status: { code: 0 },
      resource: { 'service.name': 'execution', 'service.instance.id': 'pod-1', 'process.pid': process.pid },
    });
    expect(submit).toMatchObject({
      name: 'submit',
      kind: 3,
      traceId: TRACE_ID,
      parentSpanId: process_!.spanId,
      status: { code: 2, message: 'the terminal is away' },
    });
    expect(submit!.attributes).toEqual({
      'trading.account_id': 'PAPER-1',
      'trading.coid': 'D1',
      lots: 3,
      price: 1.25,
      live: false,
    });
    const [from, to, outerTo] = [submit!.startTimeUnixNano, submit!.endTimeUnixNano, process_!.endTimeUnixNano];
    expect(BigInt(to) >= BigInt(from) && BigInt(outerTo) >= BigInt(to)).toBe(true);
    expect(Math.abs(Number(BigInt(from) / 1_000_000n) - Date.now())).toBeLessThan(60_000);
    expect(receiver.requests).toEqual([
      {
        path: '/v1/traces',
        headers: expect.objectContaining({ 'x-tenant': 'desk', 'content-type': 'application/json' }),
      },
    ]);
    expect(tracer.counts()).toEqual({ exported: 2, dropped: 0, waiting: 0 });
  });

  it('shows work that was done for several traces in each of them', async () => {
    const tracer = make();
    installTracer(tracer);
    const traces = ['a', 'b'].map((digit) =>
      runWithTrace({ traceparent: `00-${digit.repeat(32)}-${digit.repeat(16)}-01` }, captureTrace),
    );
    withSharedSpan(traces, 'book', {}, () => undefined);
    await tracer.close();
    expect(receiver.spans.map(({ name, traceId, parentSpanId }) => [name, traceId[0], parentSpanId?.[0]])).toEqual([
      ['book', 'a', 'a'],
      ['book', 'b', 'b'],
    ]);
    expect(receiver.spans[1]!.links[0]?.spanId).toBe(receiver.spans[0]!.spanId);
  });

  it('sends without being asked: a full batch at once, the rest after a while', async () => {
    const patient = make({ batchSize: 2, delayMs: NEVER_MS });
    for (const name of ['one', 'two', 'three']) patient.record(finished(name));
    await receiver.until(({ spans }) => spans.length === 2);
    expect(patient.counts().waiting).toBeLessThanOrEqual(1 + 2);
    const quick = make({ delayMs: 1 });
    quick.record(finished('soon'));
    await receiver.until(({ spans }) => spans.some(({ name }) => name === 'soon'));
    expect(receiver.spans.map(({ name }) => name)).toEqual(['one', 'two', 'soon']);
  });

  it('costs nothing but spans while the collector is away, and says so once a minute', async () => {
    let nowMs = 0;
    const tracer = make({ url: NOBODY, queueLimit: 3, batchSize: 2, pauseMs: () => 0, delayMs: 0, nowMs: () => nowMs });
    for (let i = 0; i < 10; i++) expect(() => tracer.record(finished(`s${i}`))).not.toThrow();
    expect(tracer.counts()).toEqual({ exported: 0, dropped: 7, waiting: 3 });
    await until(() => warnings.length > 0);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]!.fields).toMatchObject({ collector: '127.0.0.1:1' });
    nowMs = 59_000;
    tracer.record(finished('within the minute'));
    expect(warnings).toHaveLength(1);
    nowMs = 60_000;
    tracer.record(finished('after it'));
    expect(warnings).toHaveLength(2);
    expect(warnings[1]!.fields).toMatchObject({ dropped: 9, waiting: 3 });
  });

  it('sends what waited when the collector comes', async () => {
    const { url } = receiver;
    const tracer = make({ url: `${url}/v1/traces`, delayMs: 0, pauseMs: () => 1 });
    await receiver.close();
    tracer.record(finished('waited'));
    await until(() => warnings.length === 1);
    receiver = await OtlpReceiver.listen(Number(new URL(url).port));
    await receiver.until(({ spans }) => spans.length === 1);
    await until(() => tracer.counts().waiting === 0);
    expect(tracer.counts()).toEqual({ exported: 1, dropped: 0, waiting: 0 });
  });

  it('tries again what the collector cannot take now, not what it refuses', async () => {
    const answers = [{ status: 503, headers: { 'retry-after': '0' } }, { status: 200 }, { status: 400 }];
    receiver.answer = () => answers.shift() ?? { status: 200 };
    const tracer = make({ delayMs: 0, pauseMs: () => NEVER_MS });
    tracer.record(finished('again'));
    await receiver.until(({ spans }) => spans.length === 1);
    await until(() => tracer.counts().exported === 1);
    tracer.record(finished('refused'));
    await until(() => tracer.counts().dropped === 1);
    tracer.record(finished('next'));
    await receiver.until(({ spans }) => spans.length === 2);
    expect(receiver.spans.map(({ name }) => name)).toEqual(['again', 'next']);
  });

  it('counts what the collector leaves out of a batch', async () => {
    receiver.answer = () => ({
      status: 200,
      body: '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}}',
    });
    const tracer = make();
    tracer.record(finished('one'));
    tracer.record(finished('two'));
    await tracer.close();
    expect(tracer.counts()).toEqual({ exported: 1, dropped: 1, waiting: 0 });
    expect(warnings[0]!.fields).toMatchObject({ reason: 'too old' });
  });

  it('holds no more than its queue while the collector is slow, with one request at a time', async () => {
    let release: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => (release = resolve));
    receiver.answer = () => slow.then(() => ({ status: 200 }));
    const tracer = make({ queueLimit: 4, batchSize: 2, delayMs: 0 });
    for (let i = 0; i < 2; i++) tracer.record(finished(`s${i}`));
    await receiver.until(({ requests }) => requests.length === 1);
    for (let i = 2; i < 100; i++) tracer.record(finished(`s${i}`));
    expect(tracer.counts()).toEqual({ exported: 0, dropped: 96, waiting: 4 });
    expect(receiver.requests).toHaveLength(1);
    release();
    await receiver.until(({ spans }) => spans.length === 4);
    await until(() => tracer.counts().exported === 4);
    expect(receiver.spans.map(({ name }) => name)).toEqual(['s0', 's1', 's2', 's3']);
  });

  it('gives a request up that takes too long, and goes on with the same spans', async () => {
    let isHanging = true;
    receiver.answer = () => (isHanging ? new Promise(() => undefined) : { status: 200 });
    const tracer = make({ delayMs: 0, timeoutMs: 100, pauseMs: () => 0 });
    tracer.record(finished('kept'));
    await until(() => warnings.length === 1);
    expect(warnings[0]!.fields).toMatchObject({ reason: 'no answer in time' });
    isHanging = false;
    await receiver.until(({ spans }) => spans.length === 1);
  });

  it('sends all that waits when it closes, in batches', async () => {
    const tracer = make({ batchSize: 2, delayMs: NEVER_MS });
    for (let i = 0; i < 5; i++) tracer.record(finished(`s${i}`));
    await tracer.close();
    expect(receiver.spans.map(({ name }) => name)).toEqual(['s0', 's1', 's2', 's3', 's4']);
    tracer.record(finished('too late'));
    expect(tracer.counts()).toEqual({ exported: 5, dropped: 1, waiting: 0 });
  });

  it('closes within its deadline although the collector hangs, and counts what is lost', async () => {
    receiver.answer = () => new Promise(() => undefined);
    const tracer = make({ batchSize: 2, delayMs: NEVER_MS, timeoutMs: NEVER_MS });
    for (let i = 0; i < 5; i++) tracer.record(finished(`s${i}`));
    await tracer.close(20);
    expect(tracer.counts()).toEqual({ exported: 0, dropped: 5, waiting: 0 });
    // None where the machine was too busy to connect in time.
    expect(receiver.requests.length).toBeLessThanOrEqual(1);
  });

  it('closes at once when nobody listens', async () => {
    const tracer = make({ url: NOBODY, delayMs: NEVER_MS });
    tracer.record(finished('lost'));
    await tracer.close(NEVER_MS);
    expect(tracer.counts()).toEqual({ exported: 0, dropped: 1, waiting: 0 });
  });

  it('masks secrets before they leave, cuts long texts, and survives what cannot be written down', async () => {
    const clean = (text: string): string => text.replaceAll('hunter2', '***');
    const tracer = make({ clean });
    tracer.record({ ...finished('one'), error: 'hunter2', attributes: { url: 'a:hunter2', long: 'x'.repeat(5_000) } });
    await tracer.close();
    const [span] = receiver.spans;
    expect(span).toMatchObject({ status: { message: '***' }, attributes: { url: 'a:***' } });
    expect(String(span!.attributes['long'])).toHaveLength(2_001);

    const broken = make({
      clean: () => {
        throw new Error('no');
      },
    });
    broken.record({ ...finished('two'), error: 'x' });
    await broken.close();
    expect(broken.counts().dropped).toBe(1);
  });
});
