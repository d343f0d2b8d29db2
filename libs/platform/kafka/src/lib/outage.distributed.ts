import { CONTRACT_TOPICS, route } from '@trading/platform-messaging';
import { distributedServers } from '../../../../../tools/test/src/distributed-servers';
import { eventually, KafkaUnderTest } from '../testing/kafka-under-test';

const { one, two } = CONTRACT_TOPICS;
const KEYS = ['a', 'b', 'c', 'd', 'e', 'f'];

/** What was seen for the first time, by key. */
function collector(): { readonly seen: Map<string, number[]>; note(key: string, n: number): void } {
  const seen = new Map<string, number[]>();
  return {
    seen,
    note: (key, n) => {
      const before = seen.get(key) ?? [];
      if (!before.includes(n)) seen.set(key, [...before, n]);
    },
  };
}

describe('while the broker is away', () => {
  const servers = distributedServers();
  let kafka: KafkaUnderTest;
  beforeEach(async () => {
    await servers.start('kafka');
    kafka = await KafkaUnderTest.start(servers.brokers);
  });
  afterEach(async () => {
    await servers.start('kafka');
    await kafka.close();
  });

  it('loses nothing and keeps the order of each key when it crashes again and again', async () => {
    const publisher = kafka.bus();
    const consumer = kafka.bus();
    const shared = collector();
    const everything = collector();
    await consumer.consume({ group: 'g' }, [
      route(one, ({ key, message: { n } }) => shared.note(key, n)),
      route(two, async ({ key, message: { n } }) => {
        await new Promise((resolve) => setImmediate(resolve));
        shared.note(`two ${key}`, n);
      }),
    ]);
    await consumer.consume({ group: 'e', delivery: 'everything' }, [
      route(one, ({ key, message: { n } }) => everything.note(key, n)),
    ]);
    const accepted: Promise<void>[] = [];
    const work = { isDone: false, n: 0 };
    const publishing = (async () => {
      while (!work.isDone) {
        for (const key of KEYS)
          for (const topic of [one, two]) accepted.push(publisher.publish(topic, key, { n: work.n }));
        work.n++;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    for (let crash = 0; crash < 2; crash++) {
      const before = work.n;
      await eventually(() => (shared.seen.get('a')?.length ?? 0) > before);
      await servers.restart('kafka', 'SIGKILL');
    }
    work.isDone = true;
    await publishing;
    await Promise.all(accepted);
    const numbers = Array.from({ length: work.n }, (_, n) => n);
    await eventually(() => KEYS.every((key) => everything.seen.get(key)?.length === work.n), 120_000);
    await eventually(() => KEYS.every((key) => shared.seen.get(`two ${key}`)?.length === work.n), 120_000);
    for (const key of KEYS) {
      expect(shared.seen.get(key)).toEqual(numbers);
      expect(shared.seen.get(`two ${key}`)).toEqual(numbers);
      expect(everything.seen.get(key)).toEqual(numbers);
    }
    // The broker knows what it has already: nothing is on the topic twice.
    const published = await kafka.read(one.name);
    for (const key of KEYS) {
      const values = published.filter((message) => message.key === key).map(({ value }) => value);
      expect(values).toEqual(numbers.map((n) => JSON.stringify({ n })));
    }
  });

  it('opens, waits and says so, and goes on when it comes', async () => {
    await servers.stop('kafka', 'SIGTERM');
    const bus = kafka.bus();
    const seen: number[] = [];
    const consuming = bus.consume({ group: 'g' }, [route(one, ({ message: { n } }) => void seen.push(n))]);
    const published = bus.publish(two, 'k', { n: 1 });
    await expect(bus.ping()).rejects.toThrow();
    await eventually(() => Object.keys(bus.state.problems).length === 2);
    expect(bus.state).toMatchObject({ waiting: 1 });
    await servers.start('kafka');
    await consuming;
    await published;
    await bus.publish(one, 'k', { n: 2 });
    await kafka.settled('g', [one.name]);
    expect(seen).toEqual([2]);
    await eventually(async () =>
      bus.ping().then(
        () => true,
        () => false,
      ),
    );
    expect(bus.state).toEqual({ problems: {}, waiting: 0, buffered: 0 });
  });

  it('closes in time, and tells those whose messages were not taken', async () => {
    await servers.stop('kafka', 'SIGTERM');
    const bus = kafka.bus({ flushMs: 200 });
    const published = bus.publish(one, 'k', { n: 1 });
    const consuming = bus.consume({ group: 'g' }, [route(one, () => undefined)]);
    const refused = Promise.all([
      expect(published).rejects.toMatchObject({ code: 'BUS_CLOSED' }),
      expect(consuming).rejects.toMatchObject({ code: 'BUS_CLOSED' }),
    ]);
    await bus.close();
    await refused;
  });
});
