import type { BusCounts, DeadLetter, DeliveryFailure, InProcessBusOptions } from './bus-options';
import { BusClosed } from './errors';
import type { Delivery, EventBus, Handler, Headers, Subscription, TopicLike } from './event-bus';
import { GroupQueue, type GroupPolicy } from './group-queue';

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
  private readonly topics = new Map<string, Map<string, GroupQueue<unknown>>>();
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
    const groups = this.topics.get(topic.name);
    if (groups === undefined) return ACCEPTED;
    let waiting: Promise<void>[] | undefined;
    const shared: Delivery<T> = { topic: topic.name, key, message, headers };
    for (const [group, queue] of groups) {
      const delivery = bytes === undefined ? shared : this.decoded(topic, group, shared, bytes);
      const full = delivery === undefined ? undefined : queue.push(delivery);
      if (full !== undefined) (waiting ??= []).push(full);
    }
    return waiting === undefined ? ACCEPTED : Promise.all(waiting).then(() => undefined);
  }

  subscribe<T>(topic: TopicLike<T>, options: { readonly group: string }, handler: Handler<T>): Promise<Subscription> {
    if (this.closed) return Promise.reject(new BusClosed(topic.name));
    let groups = this.topics.get(topic.name);
    if (groups === undefined) this.topics.set(topic.name, (groups = new Map<string, GroupQueue<unknown>>()));
    let queue = groups.get(options.group);
    if (queue === undefined) groups.set(options.group, (queue = new GroupQueue(options.group, this.policy)));
    // A topic's name decides its message type, so every queue below that name holds messages of this one.
    const joined = (queue as GroupQueue<T>).join(handler);
    const subscription: Subscription = {
      stop: async () => {
        this.subscriptions.delete(subscription);
        await joined.stop();
      },
    };
    this.subscriptions.add(subscription);
    return Promise.resolve(subscription);
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

  private isIdle(): boolean {
    for (const groups of this.topics.values()) for (const queue of groups.values()) if (!queue.isIdle) return false;
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
