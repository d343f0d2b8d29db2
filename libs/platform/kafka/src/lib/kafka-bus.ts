import { randomUUID } from 'node:crypto';
import type { Admin, Message } from 'kafkajs';
import {
  BusClosed,
  handlersByTopic,
  RoutesRefused,
  type EventBus,
  type Headers,
  type Membership,
  type Route,
  type Subscription,
  type TopicLike,
} from '@trading/platform-messaging';
import { within } from './backoff';
import { type Catalogue, type CatalogueTopic, deadLetterTopic, topicsByName } from './catalogue';
import { kafkaClient, type KafkaConnection } from './connection';
import type { BuriedMessage, ConsumeFailure, ConsumerTuning } from './consumer-options';
import { letterOf } from './dead-letter';
import { UnknownTopic } from './errors';
import { GroupConsumer } from './group-consumer';
import { kafkaMetrics } from './kafka-metrics';
import { partitionOf } from './partition-of';
import { TopicOutbox } from './topic-outbox';
import { bufferOf } from './wire';

export interface KafkaBusOptions extends KafkaConnection {
  /** Everything that is published or consumed. Its partition counts decide where a key goes. */
  readonly topics: Catalogue;
  readonly tuning?: ConsumerTuning | undefined;
  /** How long {@link KafkaBus.close} tries to get rid of what was published. Default 10,000 ms. */
  readonly flushMs?: number | undefined;
  readonly onError?: ((failure: ConsumeFailure) => void) | undefined;
}

/** How the bus gets on with its brokers. */
export interface BusState {
  /** Why messages wait, by what waits (`publish market.tick.v1`, `consume execution`); empty when all is well. */
  readonly problems: Readonly<Record<string, string>>;
  /** Published and not yet acknowledged. */
  readonly waiting: number;
  /** Fetched and not yet handled. */
  readonly buffered: number;
}

const PING_MS = 3_000;

/**
 * The event bus over Kafka. It needs no broker to be opened: what is published waits, consumers keep trying, and
 * {@link state} says so.
 */
export class KafkaBus implements EventBus {
  private readonly topics: ReadonlyMap<string, CatalogueTopic>;
  private readonly outboxes = new Map<string, TopicOutbox>();
  private readonly consumers = new Set<GroupConsumer>();
  private readonly problems = new Map<string, string>();
  private readonly prefix: string;
  private admin: Promise<Admin> | undefined;
  private closing: Promise<void> | undefined;
  private readonly gauge: NodeJS.Timeout;

  private constructor(private readonly options: KafkaBusOptions) {
    this.topics = topicsByName(options.topics);
    this.prefix = options.topicPrefix ?? '';
    this.gauge = setInterval(() => this.measure(), 1_000);
    this.gauge.unref();
  }

  static open(options: KafkaBusOptions): KafkaBus {
    return new KafkaBus(options);
  }

  publish<T>(topic: TopicLike<T>, key: string, message: T, headers?: Headers): Promise<void> {
    if (this.closing) return Promise.reject(new BusClosed(topic.name));
    try {
      const value = bufferOf(topic.codec.encode(message).finish());
      return this.outboxOf(topic.name).put(this.outgoing(topic.name, { key, value, headers: headers ?? {} }));
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async consume(membership: Membership, routes: readonly Route[]): Promise<Subscription> {
    const { group } = membership;
    const names = [...handlersByTopic(group, routes).keys()];
    if (this.closing) throw new BusClosed(names.join(', '));
    const partitions = this.partitionsOf(membership, names);
    const groupId = `${this.prefix}${group}`;
    const problem = `consume ${group}`;
    const consumer = new GroupConsumer({
      connection: this.options,
      tuning: this.options.tuning ?? {},
      membership,
      groupId: membership.delivery === 'everything' ? `${groupId}.${randomUUID()}` : groupId,
      routes: new Map(routes.map(({ topic, handler }) => [`${this.prefix}${topic.name}`, { topic, handler }])),
      partitions,
      bury: (letter) => this.bury(letter),
      onError: this.options.onError,
      told: (trouble) => this.told(problem, trouble),
    });
    this.consumers.add(consumer);
    const stop = async (): Promise<void> => {
      await consumer.stop();
      this.consumers.delete(consumer);
      this.problems.delete(problem);
    };
    try {
      await consumer.start();
    } catch (error) {
      await stop();
      throw this.isClosing() ? new BusClosed(names.join(', ')) : error;
    }
    return { stop };
  }

  get state(): BusState {
    let waiting = 0;
    for (const outbox of this.outboxes.values()) waiting += outbox.size;
    let buffered = 0;
    for (const consumer of this.consumers) buffered += consumer.buffered;
    return { problems: Object.fromEntries(this.problems), waiting, buffered };
  }

  /** Asks the brokers for an answer. @throws with the reason when there is none, or when messages wait for them */
  async ping(): Promise<void> {
    const admin = await this.adminClient();
    const asked = admin.describeCluster();
    if (
      !(await within(
        PING_MS,
        asked.catch(() => undefined),
      ))
    )
      throw new Error(`no answer in ${PING_MS} ms`);
    await asked.catch((error: unknown) => {
      this.forgetAdmin();
      throw error;
    });
    const [problem] = this.problems;
    if (problem) throw new Error(`${problem[0]}: ${problem[1]}`);
  }

  close(): Promise<void> {
    return (this.closing ??= this.end());
  }

  private async end(): Promise<void> {
    // Handlers in flight may still publish dead letters, and what they await was published before.
    await Promise.all([...this.consumers].map((consumer) => consumer.stop()));
    const { flushMs = 10_000, log } = this.options;
    const outboxes = [...this.outboxes];
    if (!(await within(flushMs, Promise.all(outboxes.map(([, outbox]) => outbox.flushed()))))) {
      log.error({ ...this.state }, 'the event bus closes with messages that the brokers have not taken');
    }
    clearInterval(this.gauge);
    await Promise.all(outboxes.map(([name, outbox]) => outbox.close(() => new BusClosed(name))));
    for (const [topic] of outboxes) kafkaMetrics.publishQueue.remove({ topic });
    this.forgetAdmin();
  }

  private isClosing(): boolean {
    return this.closing !== undefined;
  }

  private outgoing(topic: string, message: Message): Message & { readonly partition: number } {
    const { partitions } = this.topicOf(topic);
    return { ...message, partition: partitionOf(message.key?.toString() ?? '', partitions) };
  }

  private topicOf(name: string): CatalogueTopic {
    const topic = this.topics.get(name);
    if (topic === undefined) throw new UnknownTopic(name);
    return topic;
  }

  private partitionsOf({ group, delivery }: Membership, names: readonly string[]): number {
    const topics = names.map((name) => this.topicOf(name));
    const counts = new Set(topics.map(({ partitions }) => partitions));
    const [count = 0] = counts;
    if (counts.size === 1) return count;
    // Who gets all of every topic shares no keys with anybody.
    if (delivery === 'everything') return Math.max(...counts);
    const words = topics.map(({ name, partitions }) => `${name} has ${partitions}`).join(', ');
    throw new RoutesRefused(group, `topics that are consumed together have equally many partitions, but ${words}.`);
  }

  private outboxOf(name: string): TopicOutbox {
    let outbox = this.outboxes.get(name);
    if (outbox !== undefined) return outbox;
    const { partitions } = this.topicOf(name);
    outbox = new TopicOutbox({
      topic: `${this.prefix}${name}`,
      name,
      partitions,
      log: this.options.log,
      told: (problem) => this.told(`publish ${name}`, problem),
      makeProducer: (place) =>
        kafkaClient(this.options).producer({
          idempotent: true,
          allowAutoTopicCreation: false,
          metadataMaxAge: 60_000,
          retry: { initialRetryTime: 20, maxRetryTime: 500, retries: 1 },
          createPartitioner:
            () =>
            ({ message, partitionMetadata }) =>
              place(message, partitionMetadata),
        }),
    });
    this.outboxes.set(name, outbox);
    return outbox;
  }

  private bury(letter: BuriedMessage): Promise<void> {
    const name = deadLetterTopic(letter.topic);
    return this.outboxOf(name).put(this.outgoing(name, letterOf(letter)));
  }

  private told(what: string, problem: string | undefined): void {
    if (problem === undefined) this.problems.delete(what);
    else this.problems.set(what, problem);
  }

  private measure(): void {
    for (const [topic, outbox] of this.outboxes) kafkaMetrics.publishQueue.set({ topic }, outbox.size);
  }

  private adminClient(): Promise<Admin> {
    return (this.admin ??= (async () => {
      const admin = kafkaClient(this.options).admin({ retry: { retries: 0 } });
      try {
        await admin.connect();
        return admin;
      } catch (error) {
        this.admin = undefined;
        throw error;
      }
    })());
  }

  private forgetAdmin(): void {
    const old = this.admin;
    this.admin = undefined;
    void old?.then((admin) => admin.disconnect()).catch(() => undefined);
  }
}
