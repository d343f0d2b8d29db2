import { OtlpReceiver, type ReceivedSpan } from '@trading/platform-tracing';
import { DataFolder } from './data-folder';
import { Program } from './program';
import { writeSyntheticTicks } from './synthetic-ticks';

/** Some bars of a minute: enough for one order and its fill. */
const TICKS = 300;
const CLIENT = 3;
const SERVER = 2;

describe('the traces of a run', () => {
  const folder = new DataFolder();
  const ticks = folder.beside('ticks.csv');
  const options = ['--data', ticks, '--symbol', 'EURUSD', '--strategy', 'buy-and-hold', '--exit-at-end', '--json'];
  const run = (env: NodeJS.ProcessEnv) => Program.up([...options, '--data-dir', folder.path], env).ended();
  let receiver: OtlpReceiver;

  beforeAll(async () => {
    receiver = await OtlpReceiver.listen();
    writeSyntheticTicks(ticks, TICKS);
  });
  afterAll(async () => {
    await receiver.close();
    await folder.remove();
  });

  /** Names of a span and of those that it is a part of, the outermost first; RPCs by their method and side. */
  const pathOf = (span: ReceivedSpan | undefined, all: readonly ReceivedSpan[]): string[] => {
    if (span === undefined) return [];
    const outer = all.find(({ spanId }) => spanId === span.parentSpanId);
    if (outer === undefined && span.parentSpanId !== undefined) throw new Error(`${span.name} has lost its parent.`);
    const side = { [CLIENT]: ' asked', [SERVER]: ' answered' }[span.kind];
    const name = span.name.includes('/') ? span.name.replace(/.*\.(\w+)Service\//, '$1 ') + (side ?? '') : span.name;
    return [...pathOf(outer, all), name];
  };

  it('lead from a tick to the fill that it brings about, in one', async () => {
    const ended = await run({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    expect(ended.code).toBe(0);
    const booked = receiver.spans.find(({ name }) => name === 'book trades');
    const trace = receiver.spans.filter(({ traceId }) => traceId === booked?.traceId);
    const paths = trace.map((span) => pathOf(span, trace));
    const pathTo = (name: string) => paths.find((path) => path.at(-1) === name);

    const roots = trace.filter(({ parentSpanId }) => parentSpanId === undefined);
    expect(roots.map(({ name }) => name)).toEqual(['terminal tick']);
    const decide = [
      'terminal tick',
      'terminal sim.mark',
      'send market.tick.v1',
      'process market.tick.v1',
      'predict',
      'send prediction.v1',
      'process prediction.v1',
      'decide',
    ];
    const submit = [...decide, 'Execution SubmitOrder asked', 'Execution SubmitOrder answered'];
    expect(pathTo('RiskManager CheckOrder answered')).toEqual([
      ...submit,
      'RiskManager CheckOrder asked',
      'RiskManager CheckOrder answered',
    ]);
    const order = pathTo('terminal order.submit')?.slice(0, -1) ?? [];
    // The router of the gateways is between execution and the gateway.
    expect(order.filter((name) => !name.startsWith('Gateway '))).toEqual(submit);
    expect(order.slice(-2)).toEqual(['Gateway SubmitOrder asked', 'Gateway SubmitOrder answered']);
    expect(pathTo('terminal cmd.result')).toEqual([...order, 'terminal cmd.result']);
    expect(pathTo('terminal trade.event')).toEqual([...order, 'terminal trade.event']);
    const booking = ['send trade.event.v1', 'process trade.event.v1', 'book trades'];
    expect(paths).toContainEqual([...order, 'terminal cmd.result', ...booking]);
    // What the fill has moved is told from where it was booked.
    expect(paths).toContainEqual([
      ...order,
      'terminal cmd.result',
      ...booking,
      'send position.event.v1',
      'process position.event.v1',
    ]);
    expect(pathTo('book orders')).toBeDefined();

    const coids = trace.flatMap(({ attributes }) => attributes['trading.coid'] ?? []);
    expect(new Set(coids).size).toBe(1);
    expect(trace.filter(({ status }) => status.code !== 0)).toEqual([]);
    // Every other trace is whole as well.
    for (const span of receiver.spans) {
      pathOf(
        span,
        receiver.spans.filter(({ traceId }) => traceId === span.traceId),
      );
    }
  });

  it('are refused by exit code 2 where the collector cannot be one', async () => {
    const ended = await run({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' });
    expect(ended.code).toBe(2);
    expect(ended.err).toContain('OTEL_EXPORTER_OTLP_ENDPOINT: expected http://host:port');
  });
});
