import { readFileSync } from 'node:fs';
import { InfluxDB, Point } from '@influxdata/influxdb-client';
import { Redis } from 'ioredis';
import { Kafka, logLevel, type KafkaConfig } from 'kafkajs';
import { Client } from 'pg';
import { ensureTopics } from '@trading/platform-kafka';

import { describeWithInflux, distributedServers, freshDatabase, freshPrefix } from '../../test/src/distributed-servers';

const servers = distributedServers();
const DAY_MS = 86_400_000;

async function topicOffset(config: KafkaConfig, topic: string, message?: string): Promise<string | undefined> {
  const kafka = new Kafka({ clientId: 'servers', logLevel: logLevel.NOTHING, ...config });
  const [admin, producer] = [kafka.admin(), kafka.producer()];
  try {
    await admin.connect();
    await ensureTopics(admin, { it: { name: topic, partitions: 1, retentionMs: DAY_MS } }, { replicationFactor: 1 });
    if (message !== undefined) {
      await producer.connect();
      await producer.send({ topic, messages: [{ value: message }] });
    }
    return (await admin.fetchTopicOffsets(topic))[0]?.offset;
  } finally {
    await producer.disconnect();
    await admin.disconnect();
  }
}

describe('the Kafka of the distributed tests', () => {
  const plain: KafkaConfig = { brokers: servers.brokers };

  it('carries a message from a producer to a consumer', async () => {
    const topic = `${freshPrefix()}.first`;
    await topicOffset(plain, topic, 'hello');
    const consumer = new Kafka({ ...plain, logLevel: logLevel.NOTHING }).consumer({ groupId: topic });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const received = new Promise((resolve) => {
      void consumer.run({ eachMessage: async ({ message }) => resolve(message.value?.toString()) });
    });
    expect(await received).toBe('hello');
    await consumer.disconnect();
  });

  it('keeps what it acknowledged when it is killed, and comes back at its address', async () => {
    const topic = `${freshPrefix()}.kept`;
    expect(await topicOffset(plain, topic, 'kept')).toBe('1');
    await servers.restart('kafka', 'SIGKILL');
    expect(await topicOffset(plain, topic)).toBe('1');
  });

  it('lets in over TLS who knows the password, and nobody else', async () => {
    const { brokers, username, password, caFile, mechanism } = servers.secureKafka;
    const ssl = { ca: [readFileSync(caFile, 'utf8')] };
    const secure = (word: string, retries = 0): KafkaConfig => ({
      brokers,
      ssl,
      sasl: { mechanism, username, password: word },
      retry: { retries },
    });
    // A topic that was just made may not be known yet where it is asked for.
    expect(await topicOffset(secure(password, 10), `${freshPrefix()}.secure`, 'secret')).toBe('1');
    await expect(topicOffset(secure('wrong'), 'none')).rejects.toThrow(/authentication/i);
    await expect(topicOffset({ ...secure(password), ssl: true }, 'none')).rejects.toThrow(/certificate/i);
  });
});

describe('the PostgreSQL of the distributed tests', () => {
  it('keeps what was committed when it is killed', async () => {
    const connectionString = await freshDatabase('kept');
    const query = async (sql: string): Promise<unknown[]> => {
      const client = new Client({ connectionString });
      await client.connect();
      try {
        return (await client.query<Record<string, unknown>>(sql)).rows;
      } finally {
        await client.end();
      }
    };
    await query('CREATE TABLE kept AS SELECT 7 AS seven');
    await servers.restart('postgres', 'SIGKILL');
    expect(await query('SELECT seven FROM kept')).toEqual([{ seven: 7 }]);
  });
});

describe('the Redis of the distributed tests', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)('keeps what was written when it ends by %s', async (how) => {
    const key = freshPrefix();
    const redis = new Redis(servers.redisUrl);
    redis.on('error', () => undefined);
    try {
      await redis.set(key, 'kept');
      await servers.restart('redis', how);
      expect(await redis.get(key)).toBe('kept');
    } finally {
      redis.disconnect();
    }
  });

  it('can be away and come back', async () => {
    await servers.stop('redis', 'SIGTERM');
    const redis = new Redis(servers.redisUrl, { lazyConnect: true, retryStrategy: () => null });
    redis.on('error', () => undefined);
    try {
      await expect(redis.connect()).rejects.toThrow();
    } finally {
      redis.disconnect();
      await servers.start('redis');
    }
  });
});

describeWithInflux('the InfluxDB of the distributed tests', ({ url, token, org }) => {
  it('takes points and gives them back after it was killed', async () => {
    const client = new InfluxDB({ url, token });
    const measurement = freshPrefix();
    const write = client.getWriteApi(org, 'trading', 'us');
    write.writePoint(new Point(measurement).floatField('price', 1.25));
    await write.close();
    await servers.restart('influx', 'SIGKILL');
    const flux = `from(bucket: "trading") |> range(start: -1h) |> filter(fn: (r) => r._measurement == "${measurement}")`;
    const rows = await client.getQueryApi(org).collectRows<{ _value: number }>(flux);
    expect(rows.map((row) => row._value)).toEqual([1.25]);
  });
});
