import { randomUUID } from 'node:crypto';
import type { Admin } from 'kafkajs';
import {
  CONTRACT_TOPICS,
  type BusUnderTest,
  type EventBus,
  type Headers,
  type Membership,
  type Route,
} from '@trading/platform-messaging';
import type { Catalogue } from '../lib/catalogue';
import { kafkaClient, type KafkaConnection } from '../lib/connection';
import { ensureTopics } from '../lib/ensure-topics';
import { KafkaBus, type KafkaBusOptions } from '../lib/kafka-bus';
import type { KafkaLog } from '../lib/kafka-log';
import { headersOf } from '../lib/wire';

/** Keeps what the room says at warn and error level. */
export function rememberingLog(): KafkaLog & { readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (fields: object, message: string): void => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const debug = process.env['KAFKA_DEBUG'] === undefined ? () => undefined : keep;
  return { lines, debug, info: debug, warn: keep, error: keep };
}

export const TEST_CATALOGUE = {
  one: { name: CONTRACT_TOPICS.one.name, partitions: 4, retentionMs: 3_600_000 },
  two: { name: CONTRACT_TOPICS.two.name, partitions: 4, retentionMs: 3_600_000 },
} as const satisfies Catalogue;

/** Topics of their own on a broker, buses on them, and a look behind them. */
export class KafkaUnderTest {
  readonly log = rememberingLog();
  private readonly groups = new Map<string, ReadonlySet<string>>();
  private readonly buses: KafkaBus[] = [];

  private constructor(
    readonly connection: KafkaConnection,
    readonly admin: Admin,
  ) {}

  static async start(brokers: readonly string[], extra: Partial<KafkaConnection> = {}): Promise<KafkaUnderTest> {
    const connection = { brokers, clientId: 'test', topicPrefix: `t${randomUUID()}.`, log: rememberingLog(), ...extra };
    const admin = kafkaClient(connection).admin();
    await admin.connect();
    await ensureTopics(admin, TEST_CATALOGUE, { replicationFactor: 1, prefix: connection.topicPrefix });
    return new KafkaUnderTest(connection, admin);
  }

  bus(options: Partial<KafkaBusOptions> = {}): KafkaBus {
    const bus = KafkaBus.open({
      ...this.connection,
      log: this.log,
      topics: TEST_CATALOGUE,
      tuning: { commitMs: 50, heartbeatMs: 100 },
      ...options,
    });
    this.buses.push(bus);
    return bus;
  }

  /** A bus as the contract suite wants it. */
  contract(): BusUnderTest {
    const bus = this.bus({ tuning: { commitMs: 50, heartbeatMs: 100, retry: { initialMs: 1, maxMs: 20 } } });
    const counted: EventBus = {
      publish: (topic, key, message, headers) => bus.publish(topic, key, message, headers),
      consume: async (membership: Membership, routes: readonly Route[]) => {
        const subscription = await bus.consume(membership, routes);
        const topics = new Set(routes.map(({ topic }) => topic.name));
        if (membership.delivery !== 'everything') this.groups.set(membership.group, topics);
        return subscription;
      },
      close: () => this.close(),
    };
    return {
      bus: counted,
      settled: async () => {
        for (const [group, topics] of this.groups) await this.settled(group, [...topics]);
      },
      deadLetters: async (topic) => {
        const letters = await this.read(`${topic}.dlq`);
        return letters.map(({ key, headers }) => ({ key, reason: headers['dlq-reason'] ?? '' }));
      },
    };
  }

  /** Resolves when a group has committed everything that was published. */
  async settled(group: string, topics: readonly string[]): Promise<void> {
    await eventually(async () => {
      for (const topic of topics) if ((await this.lag(group, topic)) > 0) return false;
      return true;
    });
  }

  async lag(group: string, topic: string): Promise<number> {
    const prefix = this.connection.topicPrefix ?? '';
    const ends = await this.admin.fetchTopicOffsets(`${prefix}${topic}`);
    const [committed] = await this.admin.fetchOffsets({ groupId: `${prefix}${group}`, topics: [`${prefix}${topic}`] });
    const at = new Map(committed?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    let lag = 0;
    for (const { partition, offset } of ends) lag += Number(offset) - Math.max(0, at.get(partition) ?? 0);
    return lag;
  }

  /** Everything that is on a topic. */
  async read(topic: string): Promise<{ key: string; value: string; headers: Headers }[]> {
    const name = `${this.connection.topicPrefix ?? ''}${topic}`;
    const ends = await this.admin.fetchTopicOffsets(name);
    const expected = ends.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
    const consumer = kafkaClient(this.connection).consumer({ groupId: randomUUID(), maxWaitTimeInMs: 50 });
    const seen: { key: string; value: string; headers: Headers }[] = [];
    await consumer.connect();
    await consumer.subscribe({ topic: name, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ message: { key, value, headers } }) => {
        seen.push({ key: String(key), value: String(value), headers: headersOf(headers) });
      },
    });
    await eventually(async () => seen.length >= expected);
    await consumer.disconnect();
    return seen;
  }

  async close(): Promise<void> {
    await Promise.all(this.buses.map((bus) => bus.close()));
    await this.admin.disconnect();
  }
}

/** Waits for a condition. */
export async function eventually(condition: () => Promise<boolean> | boolean, withinMs = 60_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    if (await condition()) return;
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${String(condition)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
