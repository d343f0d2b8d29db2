import type { KafkaMessage } from 'kafkajs';
import type { Delivery, Handler, Membership, TopicLike } from '@trading/platform-messaging';
import type { Backoff } from './backoff';
import type { KafkaConnection } from './connection';

/** How consumers work; the defaults suit services. */
export interface ConsumerTuning {
  /** A member that is silent for so long has lost its keys. Default 6,000 ms, the least that brokers allow by default. */
  readonly sessionTimeoutMs?: number | undefined;
  /** How often a member shows that it lives, and learns that keys are shared anew. Default 500 ms. */
  readonly heartbeatMs?: number | undefined;
  /** How long the group waits for a handler at work before its keys go to others. Default 20,000 ms. */
  readonly drainMs?: number | undefined;
  /** How often positions are committed. Default 200 ms. */
  readonly commitMs?: number | undefined;
  /** Messages of one partition that may wait in memory. Default 4,000. */
  readonly bufferMessages?: number | undefined;
  /** Bytes of one partition that may wait in memory, give or take one message. Default 1,000,000. */
  readonly bufferBytes?: number | undefined;
  /** Pauses before a failed message is delivered again. Default 10 ms to 5,000 ms. */
  readonly retry?: Backoff | undefined;
}

export interface ConsumerOptions {
  readonly connection: KafkaConnection;
  readonly tuning: ConsumerTuning;
  readonly membership: Membership;
  /** With the group's name as the brokers know it. */
  readonly groupId: string;
  /** By the topics' names as the brokers know them. */
  readonly routes: ReadonlyMap<string, { readonly topic: TopicLike<unknown>; readonly handler: Handler<unknown> }>;
  /** Of each of the topics. */
  readonly partitions: number;
  /** Resolves when the dead letters have the message. */
  readonly bury: (letter: BuriedMessage) => Promise<void>;
  readonly onError?: ((failure: ConsumeFailure) => void) | undefined;
  /** Told of trouble with the brokers; undefined when it is over. */
  readonly told: (problem: string | undefined) => void;
}

export interface ConsumeFailure {
  readonly group: string;
  readonly delivery: Delivery<unknown> | undefined;
  readonly error: unknown;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly retryInMs: number;
}

/** A message on its way to the dead letters. */
export interface BuriedMessage {
  /** As the catalogue calls it. */
  readonly topic: string;
  readonly group: string;
  readonly partition: number;
  readonly message: KafkaMessage;
  readonly reason: string;
}
