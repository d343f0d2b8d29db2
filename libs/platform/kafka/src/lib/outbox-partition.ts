import type { Message } from 'kafkajs';
import type { Fifo } from '@trading/platform-messaging';

/** Below the broker's default `message.max.bytes` of 1,048,588 with room for the batch's own fields. */
export const BATCH_BYTES = 900_000;
/** kafkajs groups the messages of a request in quadratic time. */
const BATCH_MESSAGES = 500;
/** What a record takes beside its key, value and headers. */
const RECORD_BYTES = 32;
/** One request; all its partitions have the same leader. */
export interface Round {
  leader: number | undefined;
}

export type Outgoing = Message & { readonly partition: number; round?: Round };

/** A message that its publisher waits for. */
export interface Waiting {
  readonly message: Outgoing;
  readonly bytes: number;
  readonly sinceMs: number;
  readonly accept: () => void;
  readonly refuse: (error: Error) => void;
}

/** What is to be sent to one partition. */
export interface Partition {
  readonly index: number;
  readonly queue: Fifo<Waiting>;
  /** Sent and not yet acknowledged. It is sent again as it was: the broker knows a batch by its first sequence. */
  batch: readonly Waiting[];
  isBusy: boolean;
  /** So many of the next go out one by one: one of them may be refused. */
  singly: number;
}

/** The partitions of a request are no longer with one broker: they are grouped anew. */
export class LeadersChanged extends Error {
  readonly retriable = false;
}

export function isLeadersChanged(error: unknown): boolean {
  if (error instanceof LeadersChanged) return true;
  return error instanceof Error && error.cause !== undefined && isLeadersChanged(error.cause);
}

/** The next batch of a partition. */
export function cut(partition: Partition): readonly Waiting[] {
  const batch: Waiting[] = [];
  const most = partition.singly > 0 ? 1 : BATCH_MESSAGES;
  for (let bytes = 0; batch.length < most;) {
    const next = partition.queue.shift();
    if (next === undefined) break;
    bytes += next.bytes;
    if (bytes > BATCH_BYTES && batch.length > 0) {
      partition.queue.unshift(next);
      break;
    }
    batch.push(next);
  }
  if (partition.singly > 0) partition.singly -= batch.length;
  return batch;
}

/** Bytes that a message takes in a request, about. */
export function sizeOf({ key, value, headers = {} }: Message): number {
  let bytes = RECORD_BYTES + (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, text] of Object.entries(headers)) bytes += 4 + name.length + (text?.length ?? 0);
  return bytes;
}
