import { performance } from 'node:perf_hooks';
import { randomUUID } from 'node:crypto';
import { route, type TopicLike } from '@trading/platform-messaging';
import { kafkaClient, type KafkaConnection } from './connection';
import { ensureTopics } from './ensure-topics';
import { KafkaBus } from './kafka-bus';

const quiet = { debug: () => undefined, info: () => undefined, warn: console.warn, error: console.error };
const CATALOGUE = { bench: { name: 'bench.v1', partitions: 12, retentionMs: 3_600_000 } };
const topic: TopicLike<Buffer> = {
  name: 'bench.v1',
  codec: { encode: (message) => ({ finish: () => message }), decode: (bytes) => bytes as Buffer },
};
const KEYS = Array.from({ length: 16 }, (_, i) => `SYMBOL${i}`);
/** As large as a tick. */
const MESSAGE = Buffer.alloc(96, 1);
const ONE_BY_ONE = 2_000;
const MANY = 200_000;

interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** What both sides of the comparison can do: publish, and call back with each message. */
interface Wire {
  publish(key: string): Promise<unknown>;
  onMessage: () => void;
  stop(): Promise<void>;
}

const percentile = (sorted: readonly number[], share: number): number =>
  Number((sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(3));

async function oneByOne(wire: Wire): Promise<{ readonly acknowledged: Latency; readonly endToEnd: Latency }> {
  const acknowledged: number[] = [];
  const endToEnd: number[] = [];
  for (let n = 0; n < ONE_BY_ONE + 200; n++) {
    let arrived: () => void = () => undefined;
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const from = performance.now();
    wire.onMessage = () => {
      endToEnd.push(performance.now() - from);
      arrived();
    };
    await wire.publish(KEYS[n % KEYS.length] ?? '');
    acknowledged.push(performance.now() - from);
    await arrival;
  }
  const latency = (times: number[]): Latency => {
    const sorted = times.slice(200).sort((a, b) => a - b);
    return { p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99) };
  };
  return { acknowledged: latency(acknowledged), endToEnd: latency(endToEnd) };
}

async function throughput(wire: Wire, publishMany: () => Promise<unknown>): Promise<Record<string, number>> {
  let seen = 0;
  let done: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    done = resolve;
  });
  wire.onMessage = () => {
    if (++seen === MANY) done();
  };
  const from = performance.now();
  await publishMany();
  const publishedMs = performance.now() - from;
  await all;
  const perSecond = (ms: number): number => Math.round(MANY / (ms / 1_000));
  return { publishedPerSecond: perSecond(publishedMs), endToEndPerSecond: perSecond(performance.now() - from) };
}

async function busWire(connection: KafkaConnection): Promise<Wire> {
  const bus = KafkaBus.open({ ...connection, topics: CATALOGUE });
  const wire: Wire = {
    publish: (key) => bus.publish(topic, key, MESSAGE),
    onMessage: () => undefined,
    stop: () => bus.close(),
  };
  await bus.consume({ group: 'bench' }, [route(topic, () => wire.onMessage())]);
  return wire;
}

async function bareWire(connection: KafkaConnection): Promise<Wire & { sendMany(keys: string[]): Promise<unknown> }> {
  const name = `${connection.topicPrefix ?? ''}bench.v1`;
  const kafka = kafkaClient(connection);
  const producer = kafka.producer({ idempotent: true });
  const consumer = kafka.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 100 });
  await producer.connect();
  await consumer.connect();
  await consumer.subscribe({ topic: name });
  const joined = new Promise((resolve) => consumer.on(consumer.events.FETCH, resolve));
  const message = (key: string) => ({ key, value: MESSAGE });
  const wire = {
    publish: (key: string) => producer.send({ topic: name, acks: -1, messages: [message(key)] }),
    sendMany: (keys: string[]) => producer.send({ topic: name, acks: -1, messages: keys.map(message) }),
    onMessage: (): void => undefined,
    stop: async () => {
      await consumer.disconnect();
      await producer.disconnect();
    },
  };
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      for (let i = 0; i < batch.messages.length; i++) wire.onMessage();
    },
  });
  await joined;
  return wire;
}

async function main(): Promise<void> {
  const brokers = (process.env['KAFKA_BROKERS'] ?? '127.0.0.1:9092').split(',');
  const fresh = async (): Promise<KafkaConnection> => {
    const connection = { brokers, clientId: 'bench', topicPrefix: `bench${randomUUID()}.`, log: quiet };
    const admin = kafkaClient(connection).admin();
    await admin.connect();
    await ensureTopics(admin, CATALOGUE, { replicationFactor: 1, prefix: connection.topicPrefix });
    await admin.disconnect();
    return connection;
  };
  const bare = await bareWire(await fresh());
  const bareLatency = await oneByOne(bare);
  const bareThroughput = await throughput(bare, async () => {
    for (let n = 0; n < MANY; n += 1_000) {
      await bare.sendMany(Array.from({ length: 1_000 }, (_, i) => KEYS[(n + i) % KEYS.length] ?? ''));
    }
  });
  await bare.stop();
  const bus = await busWire(await fresh());
  const latency = await oneByOne(bus);
  const busThroughput = await throughput(bus, async () => {
    const waiting: Promise<unknown>[] = [];
    for (let n = 0; n < MANY; n++) {
      waiting.push(bus.publish(KEYS[n % KEYS.length] ?? ''));
      // As many at a time as kafkajs is given above, with turns of the event loop between.
      if (n % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(waiting);
  });
  await bus.stop();
  console.log(
    JSON.stringify({
      bus: { ...latency, ...busThroughput },
      kafkajs: { ...bareLatency, ...bareThroughput },
    }),
  );
}

void main();
