import { topicMeter, type TopicMeter } from '@trading/platform-metrics';
import { currentTraceContext, injectTrace, runWithTrace, withSpan } from '@trading/platform-tracing';
import { PoisonMessage } from './errors';
import type { Delivery, EventBus, Handler, Headers } from './event-bus';

/**
 * The bus as one service sees it: what it handles is counted and timed by topic, and the trace of the work that
 * publishes a message travels in its headers to whoever handles it. Costs next to nothing where no trace is active.
 */
export function observedBus(bus: EventBus, service: string): EventBus {
  return {
    publish: (topic, key, message, headers) => bus.publish(topic, key, message, withTrace(headers)),
    consume: (membership, routes) =>
      bus.consume(
        membership,
        routes.map(({ topic, handler }) => ({ topic, handler: observed(handler, topicMeter(service, topic.name)) })),
      ),
    close: () => bus.close(),
  };
}

function withTrace(headers: Headers | undefined): Headers | undefined {
  return currentTraceContext() === undefined ? headers : injectTrace<Record<string, string>>({ ...headers });
}

function observed<T>(handler: Handler<T>, meter: TopicMeter): Handler<T> {
  return (delivery) => {
    const startMs = meter.start();
    try {
      const working = traced(handler, delivery);
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
function traced<T>(handler: Handler<T>, delivery: Delivery<T>): Promise<void> | undefined {
  const { headers, topic } = delivery;
  if (headers['traceparent'] === undefined && currentTraceContext() === undefined) return promised(handler(delivery));
  return runWithTrace(headers, () => withSpan(`handle ${topic}`, {}, () => promised(handler(delivery))));
}

const promised = (result: Promise<void> | void): Promise<void> | undefined => result ?? undefined;

const outcomeOf = (error: unknown) => (error instanceof PoisonMessage ? 'dead_lettered' : 'retried');
