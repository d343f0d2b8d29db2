/** What the bus needs to know of a topic; every entry of the topic catalogue is one. */
export interface TopicLike<T> {
  readonly name: string;
  readonly codec: { encode(message: T): { finish(): Uint8Array }; decode(bytes: Uint8Array): T };
}

/** Small texts that travel beside a message, such as the trace context. */
export type Headers = Readonly<Record<string, string>>;

/** One message as a handler gets it. It may be shared with other handlers: treat it as read-only. */
export interface Delivery<T> {
  readonly topic: string;
  readonly key: string;
  readonly message: T;
  readonly headers: Headers;
}

/**
 * Handles one delivery. Returning (or resolving) accepts it. Throwing {@link PoisonMessage} sends it to the dead
 * letters; any other error means "not now": the same message is delivered again after a pause.
 */
export type Handler<T> = (delivery: Delivery<T>) => Promise<void> | void;

/** A topic and what is done with its messages; {@link route} makes one. */
export interface Route {
  readonly topic: TopicLike<unknown>;
  readonly handler: Handler<unknown>;
}

export function route<T>(topic: TopicLike<T>, handler: Handler<T>): Route {
  // A topic's name decides its message type: its handler is only ever given messages that its codec has read.
  return { topic, handler: handler as Handler<unknown> };
}

/** The keys that a member of a group is given now. */
export interface Share {
  owns(key: string): boolean;
}

/** How a consumer takes part. */
export interface Membership {
  readonly group: string;
  /**
   * `shared` (default): the members of the group share its keys; who owns a key gets its messages on every route, and
   * what nobody has accepted waits for the group's return. `everything`: this member gets every message that is
   * published while it is subscribed, also while the bus is out of reach for some time.
   */
  readonly delivery?: 'shared' | 'everything';
  /**
   * Told of the keys that this member owns, before the first message of them, and again whenever that changes; by then
   * no handler is at work on what it owned before, and none starts until this resolves. Keys that it owns again may
   * have been another member's in between.
   */
  readonly onShare?: (share: Share) => Promise<void> | void;
}

/** A running subscription. */
export interface Subscription {
  /** Stops taking messages and waits for the handler in flight. What was not handled waits for the group's return. */
  stop(): Promise<void>;
}

/**
 * Messages between services. Every group gets every message published after it first subscribed, at least once;
 * messages of one key on one topic reach a group one at a time in the order of the calls of `publish`; keys and topics
 * are independent of each other.
 */
export interface EventBus {
  /**
   * Resolves when the message is accepted and will reach every group; waits while it cannot be, or while a subscriber
   * lags too far behind. The order per key is that of the calls, awaited or not.
   */
  publish<T>(topic: TopicLike<T>, key: string, message: T, headers?: Headers): Promise<void>;
  /** One consumer of all the routes; resolves when messages published from now on will reach the group. */
  consume(membership: Membership, routes: readonly Route[]): Promise<Subscription>;
  /** Stops every subscription; publishing afterwards is refused with {@link BusClosed}. */
  close(): Promise<void>;
}

/** Token of the {@link EventBus}. */
export const EVENT_BUS = Symbol('EVENT_BUS');
