import { CONTRACT_TOPICS, PoisonMessage, route } from '@trading/platform-messaging';
import { distributedServers } from '../../../../../tools/test/src/distributed-servers';
import { eventually, KafkaUnderTest, TEST_CATALOGUE } from '../testing/kafka-under-test';
import { DeadLetters } from './dead-letters';
import { partitionOf } from './partition-of';

const { one, two } = CONTRACT_TOPICS;

describe('consuming from Kafka', () => {
  let kafka: KafkaUnderTest;
  beforeEach(async () => {
    kafka = await KafkaUnderTest.start(distributedServers().brokers);
  });
  afterEach(async () => {
    await kafka.close();
  });

  it('keeps its keys while a handler works for longer than the session lasts', async () => {
    const bus = kafka.bus({ tuning: { sessionTimeoutMs: 6_000, heartbeatMs: 500, commitMs: 50 } });
    let shares = 0;
    const seen: number[] = [];
    const onShare = (): void => {
      shares++;
    };
    await bus.consume({ group: 'g', onShare }, [
      route(one, async ({ message: { n } }) => {
        if (n === 0) await new Promise((resolve) => setTimeout(resolve, 8_000));
        seen.push(n);
      }),
    ]);
    for (const n of [0, 1]) await bus.publish(one, 'k', { n });
    await kafka.settled('g', [one.name]);
    expect(seen).toEqual([0, 1]);
    expect(shares).toBe(1);
  });

  it('lets others have the keys of a member whose handler does not end, and does not commit for it', async () => {
    const tuning = { drainMs: 500, heartbeatMs: 100, commitMs: 50 };
    const stuck = kafka.bus({ tuning });
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const begun: string[] = [];
    await stuck.consume({ group: 'g' }, [
      route(one, async ({ key }) => {
        begun.push(key);
        await held;
      }),
    ]);
    const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    for (const key of keys) await stuck.publish(one, key, { n: 1 });
    await eventually(() => begun.length === 4);
    const seen: string[] = [];
    await kafka.bus({ tuning }).consume({ group: 'g' }, [route(one, ({ key }) => void seen.push(key))]);
    const partitions = new Set(keys.map((key) => partitionOf(key, 4)));
    await eventually(() => new Set(seen.map((key) => partitionOf(key, 4))).size === partitions.size / 2);
    release();
    await kafka.settled('g', [one.name]);
    expect(new Set([...seen, ...begun])).toEqual(new Set(keys));
  });

  it('holds few messages in memory for a slow handler and lets other partitions pass', async () => {
    const bus = kafka.bus({ tuning: { bufferMessages: 10, commitMs: 50, heartbeatMs: 100 } });
    const seen = new Map<string, number[]>();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const slow = partitionOf('a', 4);
    await bus.consume({ group: 'g' }, [
      route(one, ({ key, message: { n } }) => {
        const note = (): void => void seen.set(key, [...(seen.get(key) ?? []), n]);
        if (partitionOf(key, 4) !== slow) {
          note();
          return;
        }
        return held.then(note);
      }),
    ]);
    const waiting: Promise<void>[] = [];
    for (let n = 0; n < 500; n++) for (const key of keys) waiting.push(bus.publish(one, key, { n }));
    await Promise.all(waiting);
    const others = keys.filter((key) => partitionOf(key, 4) !== slow);
    await eventually(() => others.every((key) => seen.get(key)?.length === 500));
    expect(seen.get('a')).toBeUndefined();
    expect(bus.state.buffered).toBeLessThanOrEqual(10);
    release();
    await kafka.settled('g', [one.name]);
    const numbers = Array.from({ length: 500 }, (_, n) => n);
    for (const key of keys) expect(seen.get(key)).toEqual(numbers);
  });

  it('replays a dead letter once, with its key and headers', async () => {
    const bus = kafka.bus();
    let isPoison = true;
    const seen: [string, Readonly<Record<string, string>>][] = [];
    await bus.consume({ group: 'g' }, [
      route(one, ({ key, headers, message: { n } }) => {
        if (n === 2 && isPoison) throw new PoisonMessage('two is not a number');
        seen.push([`${key} ${n}`, headers]);
      }),
    ]);
    for (const n of [1, 2, 3]) await bus.publish(one, 'k', { n }, { traceparent: '00-1' });
    await kafka.settled('g', [one.name]);
    const catalogue = { one: { ...TEST_CATALOGUE.one, codec: one.codec }, two: TEST_CATALOGUE.two };
    const letters = new DeadLetters(kafka.connection, catalogue);
    const [letter, ...others] = await letters.list({ limit: 10 });
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ topic: one.name, group: 'g', key: 'k', reason: 'two is not a number' });
    expect(letter).toMatchObject({ headers: { traceparent: '00-1' }, original: { offset: 1 }, isReplayed: false });
    const shown = await letters.show(one.name, 0, 0);
    expect(shown.body).toEqual({ kind: 'json', json: { n: 2 } });

    isPoison = false;
    expect((await letters.replay(one.name, 'all')).replayed).toHaveLength(1);
    await kafka.settled('g', [one.name]);
    expect(seen.map(([text]) => text)).toEqual(['k 1', 'k 3', 'k 2']);
    expect(seen[2]?.[1]).toEqual({ traceparent: '00-1', 'replayed-from': `${one.name}.dlq/0/0` });
    const again = await letters.replay(one.name, { partition: 0, offset: 0 });
    expect([again.replayed.length, again.skipped.length]).toEqual([0, 1]);
    expect(await letters.list({ topic: one.name, limit: 10 })).toMatchObject([{ isReplayed: true }]);
    await expect(letters.show(one.name, 0, 7)).rejects.toMatchObject({ code: 'LETTER_NOT_FOUND' });
  });

  it('replays a message once for all groups that could not handle it', async () => {
    const bus = kafka.bus();
    let isPoison = true;
    const seen: string[] = [];
    for (const group of ['g', 'h']) {
      await bus.consume({ group }, [
        route(one, ({ message: { n } }) => {
          if (isPoison) throw new PoisonMessage('not now');
          seen.push(`${group} ${n}`);
        }),
      ]);
    }
    for (const n of [1, 2]) await bus.publish(one, 'k', { n });
    for (const group of ['g', 'h']) await kafka.settled(group, [one.name]);
    isPoison = false;
    const letters = new DeadLetters(kafka.connection, TEST_CATALOGUE);
    const [first] = await letters.list({ topic: one.name, limit: 10 });
    const place = { partition: first?.partition ?? -1, offset: first?.offset ?? -1 };
    expect(await letters.replay(one.name, place)).toMatchObject({ messages: 1, replayed: [{}, {}], skipped: [] });
    expect(await letters.replay(one.name, 'all')).toMatchObject({ messages: 1, replayed: [{}, {}], skipped: [{}, {}] });
    for (const group of ['g', 'h']) await kafka.settled(group, [one.name]);
    expect(seen.sort()).toEqual(['g 1', 'g 2', 'h 1', 'h 2']);
    expect(await letters.replay(one.name, 'all')).toMatchObject({ messages: 0, replayed: [] });
  });

  it('sends what its codec cannot read to the dead letters', async () => {
    const bus = kafka.bus();
    const seen: number[] = [];
    await bus.consume({ group: 'g' }, [route(one, ({ message: { n } }) => void seen.push(n))]);
    const broken = { ...one, codec: { ...one.codec, encode: () => ({ finish: () => Buffer.from('{') }) } };
    await bus.publish(broken, 'k', { n: 1 });
    await bus.publish(one, 'k', { n: 2 });
    await kafka.settled('g', [one.name]);
    expect(seen).toEqual([2]);
    const [letter] = await kafka.read(`${one.name}.dlq`);
    expect(letter?.value).toBe('{');
    expect(letter?.headers['dlq-reason']).toMatch(/^not readable: /);
  });

  it('refuses topics together that have different partitions, and topics that it does not know', async () => {
    const topics = { one: TEST_CATALOGUE.one, two: { ...TEST_CATALOGUE.two, partitions: 2 } };
    const routes = [one, two].map((topic) => route(topic, () => undefined));
    await expect(kafka.bus({ topics }).consume({ group: 'g' }, routes)).rejects.toMatchObject({
      code: 'ROUTES_REFUSED',
      message: expect.stringContaining('contract.two.v1 has 2') as unknown,
    });
    const bus = kafka.bus({ topics: { one: TEST_CATALOGUE.one } });
    await expect(bus.consume({ group: 'g' }, routes)).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC' });
    await expect(bus.publish(two, 'k', { n: 1 })).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC' });
  });
});
