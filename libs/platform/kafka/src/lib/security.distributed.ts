import { CONTRACT_TOPICS, route } from '@trading/platform-messaging';
import { distributedServers } from '../../../../../tools/test/src/distributed-servers';
import { eventually, KafkaUnderTest } from '../testing/kafka-under-test';

const { one } = CONTRACT_TOPICS;

describe('Kafka with TLS and a password', () => {
  const { secureKafka: secure } = distributedServers();
  const tls = { ca: secure.caFile };
  const sasl = { mechanism: secure.mechanism, username: secure.username, password: secure.password };
  let kafka: KafkaUnderTest;
  beforeEach(async () => {
    kafka = await KafkaUnderTest.start(secure.brokers, { tls, sasl });
  });
  afterEach(async () => {
    await kafka.close();
  });

  it('publishes and consumes', async () => {
    const bus = kafka.bus();
    const seen: number[] = [];
    await bus.consume({ group: 'g' }, [route(one, ({ message: { n } }) => void seen.push(n))]);
    await bus.publish(one, 'k', { n: 1 });
    await kafka.settled('g', [one.name]);
    expect(seen).toEqual([1]);
    await expect(bus.ping()).resolves.toBeUndefined();
  });

  it.each([
    ['a wrong password', { sasl: { ...sasl, password: 'open sesame' } }],
    ['an authority that it does not trust', { tls: {} }],
  ])('says why messages wait with %s, and never the password', async (_, wrong) => {
    const bus = kafka.bus({ ...wrong, flushMs: 10 });
    const published = bus.publish(one, 'k', { n: 1 });
    const refused = expect(published).rejects.toMatchObject({ code: 'BUS_CLOSED' });
    await eventually(() => bus.state.problems[`publish ${one.name}`] !== undefined);
    await expect(bus.ping()).rejects.toThrow();
    const told = JSON.stringify([bus.state, kafka.log.lines]);
    expect(told).not.toContain(secure.password);
    expect(told).not.toContain('open sesame');
    await bus.close();
    await refused;
  });
});
