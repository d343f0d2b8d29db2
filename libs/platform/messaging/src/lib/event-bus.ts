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

/** A running subscription. */
export interface Subscription {
  /** Stops taking messages and waits for the handler in flight. What was not handled waits for the group's return. */
  stop(): Promise<void>;
}

/**
 * Messages between services. Every group gets every message published after it first subscribed, at least once;
 * messages of one key reach a group one at a time in the order of the calls of `publish`; keys are independent.
 */
export interface EventBus {
  /**
   * Resolves when the message is accepted and will reach every group; waits while a subscriber lags too far behind.
   * The order per key is that of the calls, awaited or not.
   */
  publish<T>(topic: TopicLike<T>, key: string, message: T, headers?: Headers): Promise<void>;
  /** Members of one group share its messages by key. */
  subscribe<T>(topic: TopicLike<T>, options: { readonly group: string }, handler: Handler<T>): Promise<Subscription>;
  /** Stops every subscription; publishing afterwards is refused with {@link BusClosed}. */
  close(): Promise<void>;
}

/** Token of the {@link EventBus}. */
export const EVENT_BUS = Symbol('EVENT_BUS');
