import { metricsText } from '@trading/platform-metrics';
import { currentTraceContext, InMemoryTracer, installTracer, runWithTrace } from '@trading/platform-tracing';
import { PoisonMessage } from './errors';
import { route, type TopicLike } from './event-bus';
import { eventBusContract } from './event-bus-contract';
import { InProcessBus } from './in-process-bus';
import { observedBus } from './observed-bus';

const topic = (name: string): TopicLike<number> => ({
  name,
  codec: { encode: () => ({ finish: () => new Uint8Array() }), decode: () => 0 },
});
const TRACE = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00` };

describe('the observed bus', () => {
  const counted = async (name: string, outcome: string): Promise<number> => {
    const line = `trading_topic_handled_total{service="spec",topic="${name}",outcome="${outcome}"} `;
    const found = (await metricsText()).split('\n').find((text) => text.startsWith(line));
    return Number(found?.slice(line.length) ?? 0);
  };

  it('counts what each handler made of its messages, at once or later', async () => {
    const inner = new InProcessBus({ sleep: () => Promise.resolve() });
    const bus = observedBus(inner, 'spec');
    const failing = new Set([3, 6]);
    const handle = (n: number): void => {
      if (n === 2 || n === 5) throw new PoisonMessage('unreadable');
      if (failing.delete(n)) throw new Error('not now');
    };
    await bus.consume({ group: 'g' }, [route(topic('one.v1'), ({ message }) => handle(message))]);
    await bus.consume({ group: 'g' }, [
      route(topic('two.v1'), async ({ message }) => {
        await Promise.resolve();
        handle(message);
      }),
    ]);
    for (const n of [1, 2, 3]) await bus.publish(topic('one.v1'), 'k', n);
    for (const n of [4, 5, 6]) await bus.publish(topic('two.v1'), 'k', n);
    await inner.idle();
    for (const name of ['one.v1', 'two.v1']) {
      expect(await counted(name, 'handled')).toBe(2);
      expect(await counted(name, 'dead_lettered')).toBe(1);
      expect(await counted(name, 'retried')).toBe(1);
    }
    expect(inner.deadLetters()).toHaveLength(2);
    await bus.close();
  });

  it('carries the trace of the publisher to the handler, and of nobody else', async () => {
    const inner = new InProcessBus();
    const bus = observedBus(inner, 'spec');
    const traces: (string | undefined)[] = [];
    await bus.consume({ group: 'g' }, [
      route(topic('three.v1'), async () => {
        await Promise.resolve();
        traces.push(currentTraceContext()?.traceId);
      }),
    ]);
    await bus.publish(topic('three.v1'), 'k', 1);
    await inner.idle();
    await runWithTrace(TRACE, async () => {
      await bus.publish(topic('three.v1'), 'k', 2);
      // A message without a trace that is handled in the wake of the one above.
      await inner.publish(topic('three.v1'), 'k', 3);
    });
    await inner.idle();
    expect(traces[0]).toBeUndefined();
    expect(traces[1]).toBe('a'.repeat(32));
    expect(traces[2]).toBeUndefined();
    await bus.close();
  });

  it('shows a recorded message as a span where it is sent and one below it where it is handled', async () => {
    const tracer = new InMemoryTracer();
    const before = installTracer(tracer);
    const inner = new InProcessBus();
    const bus = observedBus(inner, 'spec');
    await bus.consume({ group: 'g' }, [route(topic('four.v1'), () => undefined)]);
    await runWithTrace({ traceparent: TRACE.traceparent.replace(/00$/, '01') }, () =>
      bus.publish(topic('four.v1'), 'k', 1),
    );
    await runWithTrace(TRACE, () => bus.publish(topic('four.v1'), 'k', 2));
    await inner.idle();
    installTracer(before);
    const named = (name: string) => tracer.spans.filter((span) => span.name === name);
    const [send] = named('send four.v1');
    expect(send).toMatchObject({ kind: 'producer', parentSpanId: 'b'.repeat(16), error: undefined });
    expect(named('process four.v1')).toMatchObject([
      {
        kind: 'consumer',
        parentSpanId: send?.context.spanId,
        attributes: {
          'messaging.destination.name': 'four.v1',
          'messaging.operation.type': 'process',
          'messaging.consumer.group.name': 'g',
          'messaging.kafka.message.key': 'k',
        },
      },
    ]);
    expect(tracer.spans).toHaveLength(2);
    await bus.close();
  });
});

eventBusContract('the observed bus', () => {
  const inner = new InProcessBus({ sleep: () => Promise.resolve() });
  return {
    bus: observedBus(inner, 'contract'),
    settled: () => inner.idle(),
    deadLetters: async (name: string) => inner.deadLetters().filter((letter) => letter.topic === `${name}.dlq`),
  };
});
