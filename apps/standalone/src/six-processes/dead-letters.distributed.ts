import { Kafka, logLevel } from 'kafkajs';
import { TOPICS } from '@trading/contracts';
import type { ListedLetter } from '@trading/platform-kafka';
import { freshStores, type StoreVariables } from '../../../../tools/test/src/fresh-stores';
import { connectedSession, outcomeOf, storedRows, untilBarrier, untilEnd } from '../e2e/fleet-outcome';
import { Program, type Ended } from '../e2e/program';
import { BUSY, BUSY_ACCOUNT, startBusyFleet, type TradingFleet } from '../e2e/trading-fleet';
import { waitFor } from '../e2e/wait';
import type { SixClients } from './six-clients';

const ACCOUNT = BUSY_ACCOUNT;
const [SYMBOL = ''] = BUSY.symbols;
const TICKS = 2_000;
/** A bar of a minute in a fifth of a second. */
const SPEED = 300;
/** A machine may have other work. */
const WITHIN_MS = 180_000;
/** No message of ours: a field of a kind that there is not. */
const POISON = Buffer.from([0xff, 0xff, 0xff, 0xff]);
const [TICK, ORDER] = [TOPICS.marketTick.name, TOPICS.orderEvent.name];

describe('messages that nobody can read', () => {
  let stores: StoreVariables;
  let trading: TradingFleet;
  let six: SixClients;

  const dlq = (...args: string[]): Promise<Ended> => {
    const { KAFKA_BROKERS, KAFKA_TOPIC_PREFIX } = stores;
    return Program.trade(['dlq', ...args, '--kafka', KAFKA_BROKERS, '--topic-prefix', KAFKA_TOPIC_PREFIX]).ended();
  };
  const letters = async (): Promise<ListedLetter[]> => {
    const { code, out, err } = await dlq('list', '--json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return JSON.parse(out) as ListedLetter[];
  };
  const publish = async (messages: Readonly<Record<string, { readonly key: string; readonly value: Buffer }>>) => {
    const { KAFKA_BROKERS, KAFKA_TOPIC_PREFIX } = stores;
    const producer = new Kafka({ brokers: KAFKA_BROKERS.split(','), logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    for (const [topic, message] of Object.entries(messages)) {
      // On all partitions: also on those that ticks and orders come by.
      const partitions = Object.values(TOPICS).find(({ name }) => name === topic)?.partitions ?? 0;
      const everywhere = Array.from({ length: partitions }, (_, partition) => ({ ...message, partition }));
      await producer.send({ topic: `${KAFKA_TOPIC_PREFIX}${topic}`, messages: everywhere });
    }
    await producer.disconnect();
  };
  const groupsOf = (found: readonly ListedLetter[], topic: string): string[] =>
    [...new Set(found.filter((letter) => letter.topic === topic).map(({ group }) => group))].sort();

  beforeAll(async () => {
    stores = await freshStores('letters');
    trading = await startBusyFleet(stores, { ticks: TICKS, speed: SPEED });
    ({ six } = trading);
  }, WITHIN_MS);
  afterAll(() => trading.close(), WITHIN_MS);

  it(
    'are set aside with the reason by each group that takes them, while trading goes on',
    async () => {
      await untilBarrier(six, ACCOUNT, 5, WITHIN_MS);
      await publish({ [TICK]: { key: SYMBOL, value: POISON }, [ORDER]: { key: ACCOUNT, value: POISON } });
      expect((await connectedSession(six, ACCOUNT)).ended).toBe(false);
      await untilEnd(six, ACCOUNT, WITHIN_MS);
      const found = await waitFor('the dead letters', async () => {
        const now = await letters();
        const isThere = groupsOf(now, TICK).includes('prediction') && groupsOf(now, ORDER).includes('risk-manager');
        return isThere ? now : undefined;
      });
      for (const { reason, key, topic } of found) {
        expect(reason).toMatch(/^not readable: /);
        expect(key).toBe(topic === TICK ? SYMBOL : ACCOUNT);
      }
      const outcome = await outcomeOf(six, ACCOUNT);
      expect(outcome).toMatchObject({ ticks: TICKS, booksAgree: true });
      expect(outcome.trades.length).toBeGreaterThan(2);
      const stored = await storedRows(stores.DATABASE_URL, BUSY);
      const place = `${ACCOUNT} ${SYMBOL}`;
      expect(stored.ticks[place]).toBe(TICKS);
      expect(stored.decisions).toHaveLength(stored.bars[place] ?? 0);
    },
    WITHIN_MS,
  );

  it(
    'are shown, and published again once',
    async () => {
      const before = await letters();
      const [letter] = before.filter(({ topic, group }) => topic === ORDER && group === 'risk-manager');
      const place = [ORDER, String(letter?.partition), String(letter?.offset)];
      const shown = await dlq('show', ...place);
      expect(shown.out).toMatch(/^reason\s+not readable: /m);
      expect(shown.out).toMatch(/^group\s+risk-manager$/m);
      expect(shown.out).toContain('It cannot be shown: ');

      const replayed = await dlq('replay', ...place);
      // Risk-manager and a gateway could not read it; both get it again.
      expect(replayed.out).toContain('2 dead letters of order.event.v1 were published again, as 1 message.');
      expect(replayed.code).toBe(0);
      const again = await dlq('replay', ...place);
      expect(again.out).toContain('1 dead letter had been replayed before and stayed.');
      // Nobody can read it the second time either: it is back, and says where it was.
      const back = await waitFor('its return', async () => {
        const now = await letters();
        const found = now.find(({ group, headers }) => group === 'risk-manager' && 'replayed-from' in headers);
        return found === undefined ? undefined : { now, found };
      });
      expect(back.found.headers['replayed-from']).toBe(`${ORDER}.dlq/${place[1]}/${place[2]}`);
      const first = back.now.find(({ partition, offset, topic }) => [topic, partition, offset].join() === place.join());
      expect(first?.isReplayed).toBe(true);
      expect((await dlq('show', ORDER, '0', '999999')).code).toBe(2);
    },
    WITHIN_MS,
  );
});
