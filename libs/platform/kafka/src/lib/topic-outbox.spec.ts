import type { Message, PartitionMetadata, ProducerRecord } from 'kafkajs';
import { TopicOutbox, type MakeProducer } from './topic-outbox';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Brokers that keep what they are sent, and refuse what they are told to; sequences are kafkajs' own matter. */
class FakeBrokers {
  readonly requests: string[][] = [];
  readonly stored: string[] = [];
  leaders = [1, 1, 1];
  producers = 0;
  /** Errors of the next requests; undefined lets one pass. */
  errors: (Error | undefined)[] = [];
  refuses: (value: string) => boolean = () => false;
  private gate: Promise<void> | undefined;

  hold(): () => void {
    let release: () => void = () => undefined;
    this.gate = new Promise((resolve) => {
      release = resolve;
    });
    return () => {
      this.gate = undefined;
      release();
    };
  }

  readonly make: MakeProducer = (place) => {
    this.producers++;
    return {
      connect: async () => undefined,
      disconnect: async () => undefined,
      send: async ({ messages }: ProducerRecord) => {
        const metadata = this.leaders.map((leader, partitionId) => ({ partitionId, leader }) as PartitionMetadata);
        for (const message of messages) place(message, metadata);
        this.requests.push(messages.map(text));
        await this.gate;
        const error = this.errors.shift();
        if (error) throw error;
        if (messages.map(text).some(this.refuses)) throw kafkaError('MESSAGE_TOO_LARGE');
        this.stored.push(...messages.map(text));
        return [];
      },
    };
  };
}

const text = ({ value }: Message): string => String(value);
const kafkaError = (type: string): Error => Object.assign(new Error(type), { type });

function outboxOn(brokers: FakeBrokers) {
  const told: (string | undefined)[] = [];
  const outbox = new TopicOutbox({
    topic: 'p.t',
    name: 't',
    partitions: 3,
    makeProducer: brokers.make,
    log: silent,
    told: (problem) => told.push(problem),
    backoff: { initialMs: 1, maxMs: 1 },
  });
  const put = (value: string, partition = 0): Promise<void> => outbox.put({ key: 'k', value, partition });
  return { outbox, put, told };
}

describe('the outbox of a topic', () => {
  it('sends what gathers while a request is under way with the next one', async () => {
    const brokers = new FakeBrokers();
    const { outbox, put } = outboxOn(brokers);
    const release = brokers.hold();
    const accepted = [put('1')];
    await turn();
    for (const value of ['2', '3', '4']) accepted.push(put(value));
    await turn();
    expect(outbox.size).toBe(4);
    release();
    await Promise.all(accepted);
    expect(brokers.requests).toEqual([['1'], ['2', '3', '4']]);
    expect(outbox.size).toBe(0);
  });

  it('sends the same again after a failure, before anything newer', async () => {
    const brokers = new FakeBrokers();
    brokers.errors = [new Error('away'), new Error('away')];
    const { put, told } = outboxOn(brokers);
    const accepted = [put('1'), put('2')];
    await turn();
    accepted.push(put('3'));
    await Promise.all(accepted);
    expect(brokers.requests.slice(0, 3)).toEqual([
      ['1', '2'],
      ['1', '2'],
      ['1', '2'],
    ]);
    expect(brokers.stored).toEqual(['1', '2', '3']);
    expect(told.filter((problem) => problem !== undefined)).toEqual(['away', 'away']);
    expect(told.at(-1)).toBeUndefined();
  });

  it.each(['OUT_OF_ORDER_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID', 'INVALID_PRODUCER_EPOCH'])(
    'takes a new producer after %s',
    async (type) => {
      const brokers = new FakeBrokers();
      const { put } = outboxOn(brokers);
      await put('1');
      brokers.errors = [Object.assign(new Error('wrapped'), { cause: kafkaError(type) })];
      await put('2');
      expect(brokers.producers).toBe(2);
      expect(brokers.stored).toEqual(['1', '2']);
    },
  );

  it('asks one broker at a time, also when the leaders change', async () => {
    const brokers = new FakeBrokers();
    const { put } = outboxOn(brokers);
    await put('first');
    await Promise.all([put('a0', 0), put('a1', 1), put('a2', 2)]);
    expect(brokers.requests.at(-1)).toEqual(['a0', 'a1', 'a2']);
    brokers.leaders = [1, 2, 1];
    const before = brokers.requests.length;
    await Promise.all([put('b0', 0), put('b1', 1), put('b2', 2)]);
    expect(brokers.requests.slice(before).map((request) => [...request].sort())).toEqual(
      expect.arrayContaining([['b0', 'b2'], ['b1']]),
    );
  });

  it('refuses only the message that the brokers refuse', async () => {
    const brokers = new FakeBrokers();
    brokers.refuses = (value) => value === 'bad';
    const { outbox, put } = outboxOn(brokers);
    await put('0');
    const others = [put('1'), put('x', 1)];
    const bad = put('bad');
    const after = put('2');
    await expect(bad).rejects.toMatchObject({ code: 'MESSAGE_REFUSED', topic: 't' });
    await Promise.all([...others, after]);
    expect(brokers.stored.filter((value) => value !== 'x')).toEqual(['0', '1', '2']);
    await outbox.flushed();
    await expect(put('y'.repeat(1_000_000))).rejects.toMatchObject({ code: 'MESSAGE_REFUSED' });
  });

  it('tells those that wait when it closes', async () => {
    const brokers = new FakeBrokers();
    brokers.hold();
    const { outbox, put } = outboxOn(brokers);
    const waiting = put('1');
    await turn();
    const refused = expect(waiting).rejects.toThrow('closed');
    await outbox.close(() => new Error('closed'));
    await refused;
  });
});
