import { randomUUID } from 'node:crypto';
import { ensureTopics, kafkaClient } from '@trading/platform-kafka';
import { silentLogger } from '@trading/platform-logging';
import { timesOf } from './timing';

/** As many partitions as the topics of ticks and predictions have. */
const CATALOGUE = { hop: { name: 'hop.v1', partitions: 12, retentionMs: 3_600_000 } };
const ARRIVES_WITHIN_MS = 30_000;

/**
 * From the sending of a message of so many bytes to its arrival at a consumer, in µs, one message at a time: kafkajs by
 * itself, with the settings of our bus (idempotent, all replicas, fetches that wait for 100 ms at most).
 */
export async function kafkaHopTimes(brokers: readonly string[], count: number, bytes: number): Promise<number[]> {
  const topicPrefix = `bench${randomUUID()}.`;
  const topic = `${topicPrefix}${CATALOGUE.hop.name}`;
  const kafka = kafkaClient({ brokers, clientId: 'bench', topicPrefix, log: silentLogger });
  const admin = kafka.admin();
  const producer = kafka.producer({ idempotent: true, allowAutoTopicCreation: false });
  const consumer = kafka.consumer({ groupId: topicPrefix, minBytes: 1, maxWaitTimeInMs: 100 });
  let arrived: () => void = () => undefined;
  try {
    await admin.connect();
    await ensureTopics(admin, CATALOGUE, { replicationFactor: 1, prefix: topicPrefix });
    await producer.connect();
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const fetching = new Promise((resolve) => consumer.on(consumer.events.FETCH, resolve));
    await consumer.run({ autoCommit: false, eachBatch: async () => arrived() });
    await fetching;
    const messages = [{ key: 'EURUSD', value: Buffer.alloc(bytes, 1) }];
    const times: number[] = [];
    await timesOf(count, async () => {
      const from = performance.now();
      const arrival = new Promise<number>((resolve, reject) => {
        const tooLate = setTimeout(() => reject(new Error('A message did not arrive.')), ARRIVES_WITHIN_MS);
        arrived = () => {
          clearTimeout(tooLate);
          resolve(performance.now() - from);
        };
      });
      // The message may be there before its sender knows that it was taken, which is not part of the way.
      const [tookMs] = await Promise.all([arrival, producer.send({ topic, acks: -1, messages })]);
      times.push(Math.round(tookMs * 1_000));
    });
    return times.slice(-count);
  } finally {
    await consumer.disconnect().catch(() => undefined);
    await producer.disconnect().catch(() => undefined);
    await admin.deleteTopics({ topics: [topic] }).catch(() => undefined);
    await admin.disconnect().catch(() => undefined);
  }
}
