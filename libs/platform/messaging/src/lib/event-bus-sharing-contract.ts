import { route, type Delivery, type EventBus, type Share, type Subscription } from './event-bus';
import { type BusUnderTest, CONTRACT_TOPICS, gate, type Note } from './bus-under-test';

const KEYS = Array.from({ length: 24 }, (_, i) => `key${i}`);
const DEADLINE_MS = 60_000;

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within ${DEADLINE_MS} ms: ${String(condition)}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** A member of a group that notes its shares and what it gets, and holds the bus to its promises meanwhile. */
class NotingMember {
  share: Share | undefined;
  shares = 0;
  readonly seen: Delivery<Note>[] = [];
  readonly wrongs: string[] = [];
  private working = 0;
  private isTaking = false;

  constructor(private readonly all: Map<string, number[]>) {}

  join(bus: EventBus): Promise<Subscription> {
    const { one, two } = CONTRACT_TOPICS;
    const handler = (d: Delivery<Note>): Promise<void> => this.handle(d);
    return bus.consume({ group: 'g', onShare: (share) => this.take(share) }, [
      route(one, handler),
      route(two, handler),
    ]);
  }

  private async take(share: Share): Promise<void> {
    if (this.working > 0) this.wrongs.push('a handler was at work while the share changed');
    this.isTaking = true;
    await new Promise((resolve) => setImmediate(resolve));
    this.share = share;
    this.shares++;
    this.isTaking = false;
  }

  private async handle(delivery: Delivery<Note>): Promise<void> {
    if (this.isTaking) this.wrongs.push('a handler began before the share was taken');
    if (this.share?.owns(delivery.key) !== true) this.wrongs.push(`${delivery.key} is not its own`);
    this.working++;
    await new Promise((resolve) => setImmediate(resolve));
    this.working--;
    this.seen.push(delivery);
    const lane = `${delivery.topic} ${delivery.key}`;
    const before = this.all.get(lane) ?? [];
    // What is delivered again is not news.
    if (before.includes(delivery.message.n)) return;
    this.all.set(lane, [...before, delivery.message.n]);
  }
}

/** How members of a group share its keys; part of the contract of every adapter. */
export function sharingContract(name: string, make: () => Promise<BusUnderTest> | BusUnderTest): void {
  describe(`${name} with members that share`, () => {
    let under: BusUnderTest;
    let all: Map<string, number[]>;
    beforeEach(async () => {
      under = await make();
      all = new Map();
    });
    afterEach(async () => {
      await under.bus.close();
    });
    const publishAll = async (n: number): Promise<void> => {
      const { one, two } = CONTRACT_TOPICS;
      await Promise.all(KEYS.flatMap((key) => [one, two].map((topic) => under.bus.publish(topic, key, { n }))));
    };
    const complete = (upTo: number): void => {
      const numbers = Array.from({ length: upTo }, (_, n) => n);
      expect(all.size).toBe(2 * KEYS.length);
      for (const [lane, seen] of all) expect([lane, seen]).toEqual([lane, numbers]);
    };

    it('tells a lone member that it owns every key', async () => {
      const member = new NotingMember(all);
      await member.join(under.bus);
      expect(KEYS.every((key) => member.share?.owns(key) === true)).toBe(true);
      await publishAll(0);
      await under.settled();
      complete(1);
      expect(member.wrongs).toEqual([]);
    });

    it('gives each key to one member, on every topic', async () => {
      const members = [new NotingMember(all), new NotingMember(all)];
      for (const member of members) await member.join(under.bus);
      const owners = () => KEYS.map((key) => members.filter(({ share }) => share?.owns(key) === true));
      // The first is told of its smaller share by and by.
      await until(() => owners().every(({ length }) => length === 1));
      expect(new Set(owners().flat()).size).toBe(2);
      await publishAll(0);
      await under.settled();
      complete(1);
      expect(members.flatMap(({ wrongs }) => wrongs)).toEqual([]);
    });

    it('moves keys as members come and go, in order and without loss', async () => {
      const first = new NotingMember(all);
      const second = new NotingMember(all);
      const leaving = await first.join(under.bus);
      let n = 0;
      const publisher = { isDone: false };
      const publishing = (async () => {
        while (!publisher.isDone || n < 10) {
          await publishAll(n++);
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      })();
      await until(() => first.seen.length > KEYS.length);
      await second.join(under.bus);
      await until(() => second.seen.length > KEYS.length);
      await leaving.stop();
      const left = first.seen.length;
      await until(() => KEYS.every((key) => second.share?.owns(key) === true));
      publisher.isDone = true;
      await publishing;
      await under.settled();
      complete(n);
      expect(first.seen).toHaveLength(left);
      expect([...first.wrongs, ...second.wrongs]).toEqual([]);
      expect(first.shares).toBeGreaterThan(1);
    });

    it('hands over the key of a handler that fails', async () => {
      const t = CONTRACT_TOPICS.one;
      const failing = gate();
      const failed = await under.bus.consume({ group: 'g' }, [
        route(t, () => {
          failing.open();
          throw new Error('not now');
        }),
      ]);
      for (const n of [1, 2]) await under.bus.publish(t, 'k', { n });
      await failing.opened;
      await failed.stop();
      const seen: number[] = [];
      await under.bus.consume({ group: 'g' }, [route(t, (d) => void seen.push(d.message.n))]);
      await under.settled();
      expect(seen).toEqual([1, 2]);
    });

    it('asks again when a member cannot take its share', async () => {
      let tries = 0;
      const seen: number[] = [];
      const onShare = (): void => {
        if (++tries < 3) throw new Error('not now');
      };
      const t = CONTRACT_TOPICS.one;
      await under.bus.consume({ group: 'g', onShare }, [route(t, (d) => void seen.push(d.message.n))]);
      expect(tries).toBe(3);
      await under.bus.publish(t, 'k', { n: 1 });
      await under.settled();
      expect(seen).toEqual([1]);
    });

    it('gives everything to each member that asks for it, and keeps nothing for it', async () => {
      const t = CONTRACT_TOPICS.one;
      const seen: number[][] = [[], [], [], []];
      const join = (i: number, delivery: 'shared' | 'everything') => {
        let owned: Share | undefined;
        const onShare = (share: Share): void => void (owned = share);
        return under.bus.consume({ group: 'g', delivery, onShare }, [
          route(t, (d) => {
            if (owned?.owns(d.key) === true) seen[i]?.push(d.message.n);
          }),
        ]);
      };
      await join(0, 'shared');
      await join(1, 'everything');
      const leaving = await join(2, 'everything');
      for (const n of [1, 2]) await under.bus.publish(t, 'k', { n });
      await until(() => seen.slice(0, 3).every(({ length }) => length === 2));
      await leaving.stop();
      await under.bus.publish(t, 'k', { n: 3 });
      await join(3, 'everything');
      await under.bus.publish(t, 'k', { n: 4 });
      await until(() => seen[1]?.length === 4 && seen[3]?.length === 1);
      await under.settled();
      expect(seen).toEqual([[1, 2, 3, 4], [1, 2, 3, 4], [1, 2], [4]]);
    });
  });
}
