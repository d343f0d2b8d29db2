import type { KafkaMessage, Message } from 'kafkajs';
import type { BuriedMessage } from './consumer-options';
import { headersOf } from './wire';

/** Headers that a dead letter has beside those of the message; replayed messages lose them again. */
export const LETTER_HEADERS = {
  reason: 'dlq-reason',
  group: 'dlq-group',
  topic: 'dlq-topic',
  partition: 'dlq-partition',
  offset: 'dlq-offset',
  /** When the message was published: milliseconds since 1970, UTC. */
  timestamp: 'dlq-timestamp',
} as const;

/** Header of a message that was replayed: which dead letter it was. */
export const REPLAYED_FROM = 'replayed-from';
/** Header of a marker: the dead letter of the same topic that was replayed. */
const REPLAYED = 'dlq-replayed';

const NAMES: readonly string[] = Object.values(LETTER_HEADERS);

/** Where a dead letter lies within its topic. */
export interface Place {
  readonly partition: number;
  readonly offset: number;
}

export const placeOf = ({ partition, offset }: Place): string => `${partition}/${offset}`;

/** Says among the dead letters that one was replayed; it is newer than the letter and so outlives it. */
export function replayMarker(letter: DeadLetter): Message {
  return { key: letter.key, value: null, headers: { [REPLAYED]: placeOf(letter) } };
}

/** The place that a marker tells of; undefined when the message is a dead letter itself. */
export const replayedPlace = ({ headers }: KafkaMessage): string | undefined => headersOf(headers)[REPLAYED];

/** The message as its dead letter keeps it: key, bytes and headers unchanged, with what happened to it beside. */
export function letterOf({ topic, group, partition, message, reason }: BuriedMessage): Message {
  return {
    key: message.key,
    value: message.value,
    headers: {
      ...headersOf(message.headers),
      [LETTER_HEADERS.reason]: reason,
      [LETTER_HEADERS.group]: group,
      [LETTER_HEADERS.topic]: topic,
      [LETTER_HEADERS.partition]: String(partition),
      [LETTER_HEADERS.offset]: message.offset,
      [LETTER_HEADERS.timestamp]: message.timestamp,
    },
  };
}

/** One dead letter, read back. */
export interface DeadLetter extends Place {
  /** Where the message was published. */
  readonly topic: string;
  readonly group: string;
  readonly reason: string;
  readonly key: string;
  /** Of the message itself. */
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer | null;
  readonly original: { readonly partition: number; readonly offset: number };
  /** UTC microseconds. */
  readonly publishedUs: number;
  /** UTC microseconds. */
  readonly buriedUs: number;
}

/** @param topic the topic whose dead letter it is */
export function readLetter(topic: string, partition: number, message: KafkaMessage): DeadLetter {
  const headers = headersOf(message.headers);
  const number = (name: string): number => Number(headers[name] ?? -1);
  return {
    partition,
    offset: Number(message.offset),
    topic: headers[LETTER_HEADERS.topic] ?? topic,
    group: headers[LETTER_HEADERS.group] ?? '',
    reason: headers[LETTER_HEADERS.reason] ?? '',
    key: message.key?.toString() ?? '',
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !NAMES.includes(name))),
    value: message.value,
    original: { partition: number(LETTER_HEADERS.partition), offset: number(LETTER_HEADERS.offset) },
    publishedUs: number(LETTER_HEADERS.timestamp) * 1_000,
    buriedUs: Number(message.timestamp) * 1_000,
  };
}
