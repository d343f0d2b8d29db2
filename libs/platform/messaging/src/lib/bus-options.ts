import type { Delivery, Headers } from './event-bus';

/** A message that could not be handled. */
export interface DeadLetter {
  /** `<topic>.dlq` */
  readonly topic: string;
  readonly group: string;
  readonly key: string;
  readonly message: unknown;
  readonly headers: Headers;
  readonly reason: string;
}

/** A handler failed and its message will be delivered again. */
export interface DeliveryFailure {
  readonly group: string;
  readonly delivery: Delivery<unknown>;
  readonly error: unknown;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly retryInMs: number;
}

/** Where the bus says what went wrong; a pino logger is one. */
export interface BusLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface InProcessBusOptions {
  /** Passes every message through its codec, as a wire would. Default: messages are handed over by reference. */
  readonly encode?: boolean | undefined;
  /** Messages a group may lag behind before `publish` waits for it. Default 10,000. */
  readonly queueLimit?: number | undefined;
  /** First pause before a failed message is delivered again; it doubles each time. Default 10 ms. */
  readonly retryInitialMs?: number | undefined;
  /** Longest pause. Default 5,000 ms. */
  readonly retryMaxMs?: number | undefined;
  readonly sleep?: ((ms: number) => Promise<void>) | undefined;
  readonly onError?: ((failure: DeliveryFailure) => void) | undefined;
  readonly onDeadLetter?: ((letter: DeadLetter) => void) | undefined;
  readonly log?: BusLog | undefined;
}

/** Counts since the bus was made. */
export interface BusCounts {
  readonly published: number;
  /** Deliveries handled, over all groups. */
  readonly delivered: number;
  /** Deliveries whose handler failed and that were or will be tried again. */
  readonly retried: number;
  readonly deadLettered: number;
  /** Messages discarded because their group stayed away for longer than its queue holds. */
  readonly discarded: number;
}
