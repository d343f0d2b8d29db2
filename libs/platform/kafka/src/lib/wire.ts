import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { Delivery, Headers, TopicLike } from '@trading/platform-messaging';

const NO_HEADERS: Headers = Object.freeze({});

/** A message as a handler gets it. @throws when the topic's codec cannot read it */
export function deliveryOf(topic: TopicLike<unknown>, message: KafkaMessage): Delivery<unknown> {
  if (message.value === null) throw new Error('the message is empty');
  return {
    topic: topic.name,
    key: message.key === null ? '' : message.key.toString(),
    message: topic.codec.decode(message.value),
    headers: headersOf(message.headers),
  };
}

/** Headers as texts; of several with one name the last. */
export function headersOf(headers: IHeaders | undefined): Headers {
  if (headers === undefined) return NO_HEADERS;
  let texts: Record<string, string> | undefined;
  for (const name in headers) {
    const value = headers[name];
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) (texts ??= {})[name] = last.toString();
  }
  return texts ?? NO_HEADERS;
}

/** Bytes as kafkajs wants them, without a copy. */
export const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
