import type { KafkaMessage } from 'kafkajs';
import type { Delivery } from '@trading/platform-messaging';
import type { ConsumerOptions } from './consumer-options';
import { reasonOf } from './errors';
import { kafkaMetrics } from './kafka-metrics';
import type { LaneWork } from './lane';
import { deliveryOf } from './wire';

/** What a consumer does with the messages of one partition, counted and logged. */
export function laneWork(options: ConsumerOptions, topic: string, partition: number, roomy: () => void): LaneWork {
  const { routes, membership, connection, bury, onError } = options;
  const route = routes.get(topic);
  if (route === undefined) throw new Error(`The group was given ${topic}, which it does not take.`);
  const { group } = membership;
  const labels = { group, topic: route.topic.name };
  const read = (message: KafkaMessage): Delivery<unknown> => deliveryOf(route.topic, message);
  return {
    read,
    handle: route.handler,
    bury: async (message, reason) => {
      await bury({ topic: route.topic.name, group, partition, message, reason });
      kafkaMetrics.deadLetters.inc(labels);
      const fields = { ...labels, partition, offset: message.offset, key: message.key?.toString(), reason };
      connection.log.error(fields, 'a message went to the dead letters');
    },
    failed: ({ message, error, attempt, retryInMs }) => {
      kafkaMetrics.retries.inc(labels);
      const fields = { ...labels, partition, offset: message.offset, attempt, retryInMs, error: reasonOf(error) };
      connection.log.warn(fields, 'a message could not be handled now and will be delivered again');
      onError?.({ group, delivery: readable(read, message), error, attempt, retryInMs });
    },
    roomy,
  };
}

function readable(read: (message: KafkaMessage) => Delivery<unknown>, message: KafkaMessage) {
  try {
    return read(message);
  } catch {
    return undefined;
  }
}
