import { randomUUID } from 'node:crypto';
import type { Admin, KafkaMessage } from 'kafkajs';
import { type Catalogue, type CatalogueTopic, deadLetterTopic } from './catalogue';
import { kafkaClient, type KafkaConnection } from './connection';
import {
  type DeadLetter,
  type Place,
  placeOf,
  readLetter,
  replayedPlace,
  REPLAYED_FROM,
  replayMarker,
} from './dead-letter';
import { LetterNotFound, reasonOf, UnknownTopic } from './errors';
import { partitionOf } from './partition-of';
import { readTopic } from './read-topic';

/** A topic whose messages can be shown. */
export interface ReadableTopic extends CatalogueTopic {
  readonly codec?: { decode(bytes: Uint8Array): unknown; toJSON?(message: unknown): unknown } | undefined;
}

export type ReadableCatalogue = Readonly<Record<string, ReadableTopic>>;

export interface ListedLetter extends DeadLetter {
  /** It was published to its topic again. */
  readonly isReplayed: boolean;
}

/** A dead letter with what it says. */
export type ShownLetter = ListedLetter & {
  /** The message as JSON, where the catalogue can read it, else why not. */
  readonly body:
    { readonly kind: 'json'; readonly json: unknown } | { readonly kind: 'unreadable'; readonly why: string };
};

export interface ReplayReport {
  /** How many messages were published; one has a letter from each group that could not handle it. */
  readonly messages: number;
  readonly replayed: readonly DeadLetter[];
  /** They had been replayed before, and were left alone. */
  readonly skipped: readonly DeadLetter[];
}

/**
 * The messages that could not be handled. A replayed one is published to its topic again, with its key and headers, for
 * every group of the topic; a marker among the dead letters keeps it from being replayed twice. Only a crash between
 * the two does that, which consumers bear as they bear any second delivery.
 */
export class DeadLetters {
  private readonly topics: ReadonlyMap<string, ReadableTopic>;

  constructor(
    private readonly connection: KafkaConnection,
    catalogue: ReadableCatalogue | Catalogue,
  ) {
    this.topics = new Map(Object.values(catalogue).map((topic) => [topic.name, topic]));
  }

  /** The newest of one topic or of all, oldest first. @param limit how many of each topic */
  async list({ topic, limit }: { topic?: string | undefined; limit: number }): Promise<ListedLetter[]> {
    const names = topic === undefined ? [...this.topics.keys()] : [this.topicOf(topic).name];
    return this.withAdmin(async (admin) => {
      const listed = await this.read(admin, names);
      return names
        .flatMap((name) => listed.filter((letter) => letter.topic === name).slice(-limit))
        .sort((a, b) => a.buriedUs - b.buriedUs);
    });
  }

  /** @throws LetterNotFound */
  async show(topic: string, partition: number, offset: number): Promise<ShownLetter> {
    const { codec } = this.topicOf(topic);
    const letter = await this.find(topic, { partition, offset });
    return { ...letter, body: bodyOf(codec, letter.value) };
  }

  /**
   * Replays one dead letter of a topic or all of them. What is published reaches every group, so that a message with
   * letters from several groups is published once, and all of them are replayed.
   * @throws LetterNotFound
   */
  async replay(topic: string, which: Place | 'all'): Promise<ReplayReport> {
    const { name, partitions } = this.topicOf(topic);
    const all = await this.withAdmin((admin) => this.read(admin, [name]));
    const letters = which === 'all' ? all : [foundAmong(all, topic, which)];
    const wanted = new Map<string, Set<ListedLetter>>();
    for (const letter of letters) if (!letter.isReplayed) wanted.set(originOf(letter), new Set([letter]));
    for (const letter of all) if (!letter.isReplayed) wanted.get(originOf(letter))?.add(letter);
    const messages = [...wanted.values()].map((of) => [...of]);
    if (messages.length > 0) await this.publish(name, partitions, messages);
    const skipped = letters.filter(({ isReplayed }) => isReplayed);
    return { messages: messages.length, replayed: messages.flat(), skipped };
  }

  /** @param messages the letters of each */
  private async publish(
    topic: string,
    partitions: number,
    messages: readonly (readonly DeadLetter[])[],
  ): Promise<void> {
    const producer = kafkaClient(this.connection).producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
    });
    await producer.connect();
    try {
      // One by one, so that a failure leaves at most one message replayed without its markers.
      for (const letters of messages) {
        const [letter] = letters;
        if (letter === undefined) continue;
        const from = `${deadLetterTopic(topic)}/${placeOf(letter)}`;
        const headers = { ...letter.headers, [REPLAYED_FROM]: from };
        const partition = partitionOf(letter.key, partitions);
        await producer.send({
          topic: this.prefixed(topic),
          acks: -1,
          messages: [{ key: letter.key, value: letter.value, headers, partition }],
        });
        await producer.send({
          topic: this.prefixed(deadLetterTopic(topic)),
          acks: -1,
          messages: letters.map((each) => ({ ...replayMarker(each), partition: each.partition })),
        });
      }
    } finally {
      await producer.disconnect();
    }
  }

  private async find(topic: string, place: Place): Promise<ListedLetter> {
    const letters = await this.withAdmin((admin) => this.read(admin, [this.topicOf(topic).name]));
    return foundAmong(letters, topic, place);
  }

  /** All of them: dead letters are few, and their markers are among them. */
  private async read(admin: Admin, names: readonly string[]): Promise<ListedLetter[]> {
    const existing = new Set(await admin.listTopics());
    const byTopic = new Map(names.map((name) => [this.prefixed(deadLetterTopic(name)), name]));
    const topics = [...byTopic.keys()].filter((topic) => existing.has(topic));
    const letters: DeadLetter[] = [];
    const replayed = new Set<string>();
    const group = `${this.prefixed('dlq-reader')}.${randomUUID()}`;
    await readTopic(this.connection, admin, topics, group, (topic, partition, message: KafkaMessage) => {
      const name = byTopic.get(topic) ?? topic;
      const marked = replayedPlace(message);
      if (marked === undefined) letters.push(readLetter(name, partition, message));
      else replayed.add(`${name}/${marked}`);
    });
    return letters.map((letter) => ({ ...letter, isReplayed: replayed.has(`${letter.topic}/${placeOf(letter)}`) }));
  }

  private async withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = kafkaClient(this.connection).admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  }

  private topicOf(name: string): ReadableTopic {
    const topic = this.topics.get(name);
    if (topic === undefined) throw new UnknownTopic(name);
    return topic;
  }

  private prefixed(name: string): string {
    return `${this.connection.topicPrefix ?? ''}${name}`;
  }
}

function foundAmong(letters: readonly ListedLetter[], topic: string, place: Place): ListedLetter {
  const found = letters.find(({ partition, offset }) => partition === place.partition && offset === place.offset);
  if (found === undefined) throw new LetterNotFound(deadLetterTopic(topic), place.partition, place.offset);
  return found;
}

/** The message that a letter was made of; a letter that does not say it is one of its own. */
function originOf(letter: DeadLetter): string {
  const { original } = letter;
  return original.offset < 0 ? `letter ${placeOf(letter)}` : placeOf(original);
}

function bodyOf(codec: ReadableTopic['codec'], value: Buffer | null): ShownLetter['body'] {
  if (value === null) return { kind: 'unreadable', why: 'the message is empty' };
  if (codec === undefined) return { kind: 'unreadable', why: 'the catalogue has no codec of the topic' };
  try {
    const message = codec.decode(value);
    return { kind: 'json', json: codec.toJSON === undefined ? message : codec.toJSON(message) };
  } catch (error) {
    return { kind: 'unreadable', why: reasonOf(error) };
  }
}
