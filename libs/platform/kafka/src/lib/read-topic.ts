import type { Admin, KafkaMessage } from 'kafkajs';
import { kafkaClient, type KafkaConnection } from './connection';

/** Reads what topics hold now, and leaves no trace of it. @param group a name that nobody else uses */
export async function readTopic(
  connection: KafkaConnection,
  admin: Admin,
  topics: readonly string[],
  group: string,
  each: (topic: string, partition: number, message: KafkaMessage) => void,
): Promise<void> {
  /** What is still to come: partitions and the offset behind their last message. */
  const open = new Map<string, number>();
  for (const topic of topics) {
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      if (Number(high) > Number(low)) open.set(`${topic} ${partition}`, Number(high));
    }
  }
  if (open.size === 0) return;
  const consumer = kafkaClient(connection).consumer({
    groupId: group,
    maxWaitTimeInMs: 100,
    allowAutoTopicCreation: false,
    retry: { restartOnFailure: async () => false },
  });
  try {
    await consumer.connect();
    const wanted = topics.filter((topic) => [...open.keys()].some((key) => key.startsWith(`${topic} `)));
    await consumer.subscribe({ topics: wanted, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      consumer
        .run({
          autoCommit: false,
          eachBatch: async ({ batch }) => {
            const { topic, partition, messages } = batch;
            const key = `${topic} ${partition}`;
            const end = open.get(key);
            if (end === undefined) return;
            for (const message of messages) if (Number(message.offset) < end) each(topic, partition, message);
            if (Number(batch.lastOffset()) + 1 < end) return;
            open.delete(key);
            if (open.size === 0) resolve();
          },
        })
        .catch(reject);
    });
  } finally {
    await consumer.disconnect();
    // A group that committed nothing disappears by itself in time.
    await admin.deleteGroups([group]).catch(() => undefined);
  }
}
