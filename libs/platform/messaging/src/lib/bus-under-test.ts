import type { EventBus, TopicLike } from './event-bus';

/** What the suite publishes. */
export interface Note {
  readonly n: number;
}

const jsonCodec = {
  encode: (note: Note) => ({ finish: () => new TextEncoder().encode(JSON.stringify(note)) }),
  decode: (bytes: Uint8Array): Note => JSON.parse(new TextDecoder().decode(bytes)) as Note,
};

/** The topics of the suite; an adapter that has to know topics beforehand makes them with equally many partitions. */
export const CONTRACT_TOPICS = {
  one: { name: 'contract.one.v1', codec: jsonCodec },
  two: { name: 'contract.two.v1', codec: jsonCodec },
} as const satisfies Record<string, TopicLike<Note>>;

/** A bus under test, where nobody has published or consumed before. */
export interface BusUnderTest {
  readonly bus: EventBus;
  /** Resolves when everything published so far has been handled by those who share it. */
  settled(): Promise<void>;
  /** What went to the dead letters of a topic (its plain name). */
  deadLetters(topic: string): Promise<readonly { readonly reason: string; readonly key: string }[]>;
}

/** A promise and the function that resolves it. */
export function gate(): { readonly open: () => void; readonly opened: Promise<void> } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}
