/** What the bus needs to know of a topic; every entry of the topic catalogue is one. */
export interface CatalogueTopic {
  readonly name: string;
  readonly partitions: number;
  readonly retentionMs: number;
  /** Only the newest message of each key is kept for ever. */
  readonly compacted?: boolean | undefined;
}

/** The topics of a system, by any name: `TOPICS` of the contracts is one. */
export type Catalogue = Readonly<Record<string, CatalogueTopic>>;

/** The topic that takes what cannot be handled of another. */
export const deadLetterTopic = (topic: string): string => `${topic}.dlq`;

/** Dead letters are few and wait for a person. */
export const DEAD_LETTERS: Omit<CatalogueTopic, 'name'> = { partitions: 1, retentionMs: 90 * 86_400_000 };

/** The topics and their dead letters by name. */
export function topicsByName(catalogue: Catalogue): ReadonlyMap<string, CatalogueTopic> {
  const topics = Object.values(catalogue);
  const letters = topics.map(({ name }) => ({ ...DEAD_LETTERS, name: deadLetterTopic(name) }));
  return new Map([...topics, ...letters].map((topic) => [topic.name, topic]));
}
