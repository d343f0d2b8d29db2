import type { Message, Producer, PartitionMetadata } from 'kafkajs';
import { Fifo } from '@trading/platform-messaging';
import { type Backoff, Pause, pauseMs, within } from './backoff';
import { kafkaErrorType, MessageRefused, reasonOf } from './errors';
import type { KafkaLog } from './kafka-log';
import { kafkaMetrics } from './kafka-metrics';
import {
  BATCH_BYTES,
  cut,
  isLeadersChanged,
  LeadersChanged,
  type Outgoing,
  type Partition,
  type Round,
  sizeOf,
  type Waiting,
} from './outbox-partition';

/** A producer that knows nothing yet of what was sent; its partitioner asks `place` with every message. */
export type MakeProducer = (place: Place) => Pick<Producer, 'connect' | 'disconnect' | 'send'>;
export type Place = (message: Message, partitions: readonly PartitionMetadata[]) => number;

export interface OutboxOptions {
  readonly topic: string;
  /** As the catalogue calls it. */
  readonly name: string;
  readonly partitions: number;
  readonly makeProducer: MakeProducer;
  readonly log: KafkaLog;
  /** Told of every request: undefined when it went through. */
  readonly told: (problem: string | undefined) => void;
  readonly backoff?: Backoff;
}

/** A request that kafkajs has not answered for in this time is given up with its producer. */
const SEND_TIMEOUT_MS = 120_000;
const BACKOFF: Backoff = { initialMs: 50, maxMs: 2_000 };

/** The broker and the producer have lost track of each other; a new producer begins afresh. */
const PRODUCER_LOST = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'PRODUCER_FENCED',
]);
const MESSAGE_REFUSED = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD']);

/**
 * What is published to one topic, until the brokers have it. A partition has one request in flight; what gathers in the
 * meantime goes out with the next. A request goes to one broker only, for kafkajs loses track of partitions when one
 * that spans several half fails; whatever fails is sent again, the same and in order, for ever.
 */
export class TopicOutbox {
  private readonly partitions: readonly Partition[];
  private readonly leaders = new Map<number, number>();
  /** Leaders (or, where unknown, partitions as negative numbers) with a request in flight. */
  private readonly busy = new Set<number>();
  private producer: Promise<ReturnType<MakeProducer>> | undefined;
  private failures = 0;
  private queued = 0;
  private scheduled = false;
  private isSolo = false;
  private isClosed = false;
  private pauses = new Set<Pause>();
  private emptyWaiters: (() => void)[] = [];

  constructor(private readonly options: OutboxOptions) {
    this.partitions = Array.from({ length: options.partitions }, (_, index) => ({
      index,
      queue: new Fifo<Waiting>(),
      batch: [],
      isBusy: false,
      singly: 0,
    }));
  }

  /** Messages not yet acknowledged. */
  get size(): number {
    return this.queued;
  }

  /** Resolves when all replicas have the message; {@link MessageRefused} when no broker ever will. */
  put(message: Message & { readonly partition: number }): Promise<void> {
    const bytes = sizeOf(message);
    if (bytes > BATCH_BYTES) {
      return Promise.reject(new MessageRefused(this.options.name, bytes, `more than ${BATCH_BYTES} bytes.`));
    }
    return new Promise((accept, refuse) => {
      this.queued++;
      const partition = this.partitions[message.partition];
      if (partition === undefined) throw new RangeError(`${this.options.name} has no partition ${message.partition}.`);
      partition.queue.push({ message, bytes, sinceMs: performance.now(), accept, refuse });
      this.schedule();
    });
  }

  /** Resolves when nothing is left to send. */
  flushed(): Promise<void> {
    return this.queued === 0 ? Promise.resolve() : new Promise((resolve) => this.emptyWaiters.push(resolve));
  }

  /** Refuses what is still waiting. */
  async close(because: () => Error): Promise<void> {
    this.isClosed = true;
    for (const pause of this.pauses) pause.cut();
    for (const partition of this.partitions) {
      for (const waiting of partition.batch) waiting.refuse(because());
      for (let next = partition.queue.shift(); next !== undefined; next = partition.queue.shift()) {
        next.refuse(because());
      }
    }
    const producer = await this.producer?.catch(() => undefined);
    await producer?.disconnect().catch(() => undefined);
  }

  /** What is published within the same turn goes out together. */
  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      this.pump();
    });
  }

  private pump(): void {
    if (this.isClosed) return;
    const groups = new Map<number, Partition[]>();
    for (const partition of this.partitions) {
      if (partition.isBusy || (partition.batch.length === 0 && partition.queue.length === 0)) continue;
      const leader = this.isSolo ? undefined : this.leaders.get(partition.index);
      const group = leader ?? -1 - partition.index;
      if (this.busy.has(group)) continue;
      const together = groups.get(group);
      if (together === undefined) groups.set(group, [partition]);
      else together.push(partition);
    }
    for (const [group, partitions] of groups) void this.round(group, partitions);
  }

  private async round(group: number, partitions: readonly Partition[]): Promise<void> {
    this.busy.add(group);
    for (const partition of partitions) {
      partition.isBusy = true;
      if (partition.batch.length === 0) partition.batch = cut(partition);
    }
    const batch = partitions.flatMap(({ batch: own }) => own);
    try {
      await this.send(batch.map(({ message }) => message));
      this.failures = 0;
      this.options.told(undefined);
      const [first] = batch;
      const { name: topic } = this.options;
      if (first) kafkaMetrics.publishSeconds.observe({ topic }, (performance.now() - first.sinceMs) / 1_000);
      for (const partition of partitions) partition.batch = [];
      for (const { accept } of batch) accept();
      this.left(batch.length);
    } catch (error) {
      if (!this.isClosed) await this.failed(error, partitions);
    }
    for (const partition of partitions) partition.isBusy = false;
    this.busy.delete(group);
    this.pump();
  }

  private async send(messages: Outgoing[]): Promise<void> {
    const producer = await (this.producer ??= this.connect());
    const round: Round = { leader: undefined };
    for (const message of messages) message.round = round;
    const sent = producer.send({ topic: this.options.topic, acks: -1, timeout: 30_000, messages });
    if (!(await within(SEND_TIMEOUT_MS, sent))) {
      this.forget();
      throw new Error(`no answer in ${SEND_TIMEOUT_MS} ms`);
    }
  }

  /** kafkajs asks for the partition of each message once it knows the leaders, before it sends any. */
  private readonly place: Place = (message, partitions) => {
    const { partition, round } = message as Outgoing;
    for (const { partitionId, leader } of partitions) this.leaders.set(partitionId, leader);
    if (round === undefined) return partition;
    const leader = this.leaders.get(partition);
    round.leader ??= leader;
    if (leader !== round.leader) throw new LeadersChanged();
    return partition;
  };

  private async connect(): Promise<ReturnType<MakeProducer>> {
    const producer = this.options.makeProducer(this.place);
    try {
      await producer.connect();
      return producer;
    } catch (error) {
      this.producer = undefined;
      await producer.disconnect().catch(() => undefined);
      throw error;
    }
  }

  private forget(): void {
    const old = this.producer;
    this.producer = undefined;
    void old?.then((producer) => producer.disconnect()).catch(() => undefined);
  }

  private async failed(error: unknown, partitions: readonly Partition[]): Promise<void> {
    if (isLeadersChanged(error)) return;
    const type = kafkaErrorType(error);
    if (MESSAGE_REFUSED.has(type)) {
      this.single(error, partitions);
      return;
    }
    if (PRODUCER_LOST.has(type)) this.forget();
    const { name: topic, log, told, backoff = BACKOFF } = this.options;
    kafkaMetrics.publishFailures.inc({ topic });
    const retryInMs = pauseMs(backoff, ++this.failures);
    // New leaders and the like are over before the third; later about once a minute.
    if (this.failures === 3 || this.failures % 30 === 0) {
      log.warn({ topic, waiting: this.queued, error: reasonOf(error), type }, 'publishing fails and is tried again');
    }
    told(reasonOf(error));
    const pause = new Pause(retryInMs);
    this.pauses.add(pause);
    await pause.over;
    this.pauses.delete(pause);
  }

  /** Finds the message that is refused: partition by partition, then message by message. */
  private single(error: unknown, partitions: readonly Partition[]): void {
    const [partition] = partitions;
    if (partition === undefined || partitions.length > 1) {
      this.isSolo = true;
      return;
    }
    const [first, ...others] = partition.batch;
    partition.batch = [];
    if (others.length > 0) {
      for (const waiting of others.reverse()) partition.queue.unshift(waiting);
      if (first) partition.queue.unshift(first);
      partition.singly = others.length + 1;
      return;
    }
    first?.refuse(new MessageRefused(this.options.name, first.bytes, reasonOf(error), { cause: error }));
    this.left(1);
  }

  private left(messages: number): void {
    this.queued -= messages;
    if (this.queued > 0) return;
    const waiters = this.emptyWaiters;
    this.emptyWaiters = [];
    for (const resolve of waiters) resolve();
  }
}
