import type { BusCounts, DeadLetter, DeliveryFailure, InProcessBusOptions } from './bus-options';
import { BusClosed } from './errors';
import type { Delivery, EventBus, Headers, Membership, Route, Subscription, TopicLike } from './event-bus';
import { Group } from './group';
import type { GroupPolicy, GroupQueue } from './group-queue';
import { Member } from './member';
import { handlersByTopic } from './routes';

const ACCEPTED = Promise.resolve();
const NO_HEADERS: Headers = Object.freeze({});
/** Dead letters kept for inspection; all are counted. */
const DEAD_LETTERS_KEPT = 1_000;

/**
 * The event bus within one process. Messages are handed over by reference, after the publisher's current turn; a
 * group that stopped finds up to `queueLimit` messages when it comes back, older ones are discarded and counted.
 *
 * A handler that awaits `publish` on a topic which it (directly or in a circle) consumes itself can wait for itself
 * once the queue is full: such a handler publishes without awaiting.
 */
export class InProcessBus implements EventBus {
  private readonly groups = new Map<string, Group>();
  private readonly queues = new Map<string, Set<GroupQueue>>();
  private readonly subscriptions = new Set<Subscription>();
  private readonly letters: DeadLetter[] = [];
  private readonly totals = { published: 0, delivered: 0, retried: 0, deadLettered: 0, discarded: 0 };
  private readonly policy: GroupPolicy;
  private idleWaiters: (() => void)[] = [];
  private closed = false;

  constructor(private readonly options: InProcessBusOptions = {}) {
    const initialMs = options.retryInitialMs ?? 10;
    const maxMs = options.retryMaxMs ?? 5_000;
    this.policy = {
      queueLimit: options.queueLimit ?? 10_000,
      sleep: options.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms))),
      retryMs: (attempt) => Math.min(maxMs, initialMs * 2 ** Math.min(attempt - 1, 30)),
      failed: (failure) => this.failed(failure),
      dead: (group, delivery, reason) => this.bury(group, delivery, reason),
      discarded: (group, topic) => this.discarded(group, topic),
      drained: () => this.wakeIdle(),
      counts: this.totals,
    };
  }

  publish<T>(topic: TopicLike<T>, key: string, message: T, headers: Headers = NO_HEADERS): Promise<void> {
    if (this.closed) return Promise.reject(new BusClosed(topic.name));
    const bytes = this.options.encode === true ? encoded(topic, message) : undefined;
    if (bytes instanceof Error) return Promise.reject(bytes);
    this.totals.published++;
    const queues = this.queues.get(topic.name);
    if (queues === undefined) return ACCEPTED;
    let waiting: Promise<void>[] | undefined;
    const shared: Delivery<T> = { topic: topic.name, key, message, headers };
    for (const queue of queues) {
      const delivery = bytes === undefined ? shared : this.decoded(topic, queue.group, shared, bytes);
      const full = delivery === undefined ? undefined : queue.push(delivery);
      if (full !== undefined) (waiting ??= []).push(full);
    }
    return waiting === undefined ? ACCEPTED : Promise.all(waiting).then(() => undefined);
  }

  async consume(membership: Membership, routes: readonly Route[]): Promise<Subscription> {
    const handlers = handlersByTopic(membership.group, routes);
    if (this.closed) throw new BusClosed([...handlers.keys()].join(', '));
    const isPrivate = membership.delivery === 'everything';
    const group = (isPrivate ? undefined : this.groups.get(membership.group)) ?? this.newGroup(membership.group);
    if (!isPrivate) this.groups.set(membership.group, group);
    for (const topic of handlers.keys()) this.queuesOf(topic).add(group.queueOf(topic));
    const member = new Member(membership, handlers);
    const subscription: Subscription = {
      stop: async () => {
        this.subscriptions.delete(subscription);
        if (isPrivate) for (const topic of handlers.keys()) this.queuesOf(topic).delete(group.queueOf(topic));
        await group.leave(member);
        this.wakeIdle();
      },
    };
    this.subscriptions.add(subscription);
    await group.join(member);
    return subscription;
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.subscriptions].map((subscription) => subscription.stop()));
  }

  /** The latest dead letters, oldest first. */
  deadLetters(): readonly DeadLetter[] {
    return [...this.letters];
  }

  counts(): BusCounts {
    return { ...this.totals };
  }

  /** Resolves when every message that somebody is subscribed to has been handled, including those it led to. */
  async idle(): Promise<void> {
    while (!this.isIdle()) await new Promise<void>((resolve) => this.idleWaiters.push(resolve));
  }

  private newGroup(name: string): Group {
    return new Group(name, this.policy, ({ error, ...failure }) =>
      this.options.log?.warn({ ...failure, error: reasonOf(error) }, 'a share of the keys could not be taken now'),
    );
  }

  private queuesOf(topic: string): Set<GroupQueue> {
    let queues = this.queues.get(topic);
    if (queues === undefined) this.queues.set(topic, (queues = new Set()));
    return queues;
  }

  private isIdle(): boolean {
    for (const queues of this.queues.values()) for (const queue of queues) if (!queue.isIdle) return false;
    return true;
  }

  private wakeIdle(): void {
    if (this.idleWaiters.length === 0) return;
    const waiters = this.idleWaiters;
    this.idleWaiters = [];
    for (const wake of waiters) wake();
  }

  private decoded<T>(
    topic: TopicLike<T>,
    group: string,
    shared: Delivery<T>,
    bytes: Uint8Array,
  ): Delivery<T> | undefined {
    try {
      return { ...shared, message: topic.codec.decode(bytes) };
    } catch (error) {
      this.bury(group, shared, `not readable: ${reasonOf(error)}`);
      return undefined;
    }
  }

  private failed(failure: DeliveryFailure): void {
    this.totals.retried++;
    const { group, delivery, error, attempt, retryInMs } = failure;
    const fields = { topic: delivery.topic, key: delivery.key, group, attempt, retryInMs, error: reasonOf(error) };
    this.options.log?.warn(fields, 'a message could not be handled now and will be delivered again');
    this.options.onError?.(failure);
  }

  private bury(group: string, delivery: Delivery<unknown>, reason: string): void {
    this.totals.deadLettered++;
    const letter: DeadLetter = { ...delivery, topic: `${delivery.topic}.dlq`, group, reason };
    this.letters.push(letter);
    if (this.letters.length > DEAD_LETTERS_KEPT) this.letters.shift();
    this.options.log?.error(
      { topic: letter.topic, key: letter.key, group, reason },
      'a message went to the dead letters',
    );
    this.options.onDeadLetter?.(letter);
  }

  private discarded(group: string, topic: string): void {
    if (this.totals.discarded++ % 1_000 > 0) return;
    const fields = { topic, group, discarded: this.totals.discarded };
    this.options.log?.error(fields, 'messages are discarded because their group stays away');
  }
}

function encoded<T>(topic: TopicLike<T>, message: T): Uint8Array | Error {
  try {
    return topic.codec.encode(message).finish();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
