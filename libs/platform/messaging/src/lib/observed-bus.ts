import { topicMeter, type TopicMeter } from '@trading/platform-metrics';
import {
  captureTrace,
  currentTraceContext,
  injectTrace,
  runWithCarriedTrace,
  withSpan,
  type SpanKind,
} from '@trading/platform-tracing';
import { PoisonMessage } from './errors';
import type { Delivery, EventBus, Handler } from './event-bus';

/**
 * The bus as one service sees it: what it handles is counted and timed by topic, and the trace of the work that
 * publishes a message travels in its headers to whoever handles it. Costs next to nothing where no trace is active.
 */
export function observedBus(bus: EventBus, service: string): EventBus {
  return {
    publish: (topic, key, message, headers) => {
      const context = currentTraceContext();
      if (context === undefined) return bus.publish(topic, key, message, headers);
      const send = () => bus.publish(topic, key, message, injectTrace<Record<string, string>>({ ...headers }));
      return context.isSampled ? withSpan(`send ${topic.name}`, spanOf('producer', topic.name, key), send) : send();
    },
    consume: (membership, routes) =>
      bus.consume(
        membership,
        routes.map(({ topic, handler }) => ({
          topic,
          handler: observed(handler, topicMeter(service, topic.name), membership.group),
        })),
      ),
    close: () => bus.close(),
  };
}

function observed<T>(handler: Handler<T>, meter: TopicMeter, group: string): Handler<T> {
  return (delivery) => {
    const startMs = meter.start();
    try {
      const working = traced(handler, delivery, group);
      if (working === undefined) {
        meter.end('handled', startMs);
        return;
      }
      return working.then(
        () => meter.end('handled', startMs),
        (error: unknown) => {
          meter.end(outcomeOf(error), startMs);
          throw error;
        },
      );
    } catch (error) {
      meter.end(outcomeOf(error), startMs);
      throw error;
    }
  };
}

/** Within the process a handler may run in the context of some other publisher: only the message says which is its. */
function traced<T>(handler: Handler<T>, delivery: Delivery<T>, group: string): Promise<void> | undefined {
  const { headers, topic, key } = delivery;
  const handle = () => promised(handler(delivery));
  if (headers['traceparent'] === undefined && captureTrace() === undefined) return handle();
  return runWithCarriedTrace(headers, () =>
    currentTraceContext()?.isSampled === true
      ? withSpan(`process ${topic}`, spanOf('consumer', topic, key, group), handle)
      : handle(),
  );
}

/** OpenTelemetry's attributes of messaging. */
function spanOf(kind: Extract<SpanKind, 'producer' | 'consumer'>, topic: string, key: string, group?: string) {
  const attributes = {
    'messaging.destination.name': topic,
    'messaging.operation.type': kind === 'producer' ? 'send' : 'process',
    'messaging.consumer.group.name': group,
    'messaging.kafka.message.key': key,
  };
  return { kind, attributes };
}

const promised = (result: Promise<void> | void): Promise<void> | undefined => result ?? undefined;

const outcomeOf = (error: unknown) => (error instanceof PoisonMessage ? 'dead_lettered' : 'retried');
