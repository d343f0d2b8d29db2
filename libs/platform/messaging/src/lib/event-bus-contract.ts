import { type BusUnderTest, CONTRACT_TOPICS, gate, type Note } from './bus-under-test';
import { PoisonMessage } from './errors';
import { sharingContract } from './event-bus-sharing-contract';
import { route, type Delivery } from './event-bus';

const numbers = (deliveries: readonly Delivery<Note>[]): number[] => deliveries.map((d) => d.message.n);

/** What every adapter of {@link EventBus} holds to. Call it in a spec; `make` gives a fresh bus each time. */
export function eventBusContract(name: string, make: () => Promise<BusUnderTest> | BusUnderTest): void {
  describe(`${name} as an event bus`, () => {
    let under: BusUnderTest;
    beforeEach(async () => {
      under = await make();
    });
    afterEach(async () => {
      await under.bus.close();
    });

    it('gives every group every message with its topic, key and headers', async () => {
      const t = CONTRACT_TOPICS.one;
      const seen: Record<string, Delivery<Note>[]> = { a: [], b: [] };
      for (const group of ['a', 'b']) await under.bus.consume({ group }, [route(t, (d) => void seen[group]?.push(d))]);
      await under.bus.publish(t, 'k', { n: 1 }, { traceparent: '00-1' });
      await under.bus.publish(t, 'k', { n: 2 });
      await under.settled();
      const first = { topic: t.name, key: 'k', message: { n: 1 }, headers: { traceparent: '00-1' } };
      const second = { topic: t.name, key: 'k', message: { n: 2 }, headers: {} };
      expect(seen).toEqual({ a: [first, second], b: [first, second] });
    });

    it('keeps the order of a key, one at a time, whether publish is awaited or not', async () => {
      const t = CONTRACT_TOPICS.one;
      const seen: number[] = [];
      let running = 0;
      let most = 0;
      await under.bus.consume({ group: 'g' }, [
        route(t, async (d) => {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setImmediate(resolve));
          seen.push(d.message.n);
          running--;
        }),
      ]);
      const accepted: Promise<void>[] = [];
      for (let n = 0; n < 50; n++) accepted.push(under.bus.publish(t, 'same', { n }));
      await Promise.all(accepted);
      await under.settled();
      expect(seen).toEqual(Array.from({ length: 50 }, (_, n) => n));
      expect(most).toBe(1);
    });

    it('keeps the order of a key when its handler answers now and later by turns', async () => {
      const t = CONTRACT_TOPICS.one;
      const seen: number[] = [];
      await under.bus.consume({ group: 'g' }, [
        route(t, (d) => {
          if (d.message.n % 3 > 0) return void seen.push(d.message.n);
          return new Promise<void>((resolve) => setImmediate(resolve)).then(() => void seen.push(d.message.n));
        }),
      ]);
      for (let n = 0; n < 60; n++) await under.bus.publish(t, 'same', { n });
      await under.settled();
      expect(seen).toEqual(Array.from({ length: 60 }, (_, n) => n));
    });

    it('delivers a failed message again before the next of its key', async () => {
      const t = CONTRACT_TOPICS.one;
      const tries: number[] = [];
      await under.bus.consume({ group: 'g' }, [
        route(t, (d) => {
          tries.push(d.message.n);
          if (d.message.n === 1 && tries.filter((n) => n === 1).length < 3) throw new Error('not now');
        }),
      ]);
      for (const n of [1, 2, 3]) await under.bus.publish(t, 'k', { n });
      await under.settled();
      expect(tries).toEqual([1, 1, 1, 2, 3]);
    });

    it('sends a poison message to the dead letters and goes on', async () => {
      const t = CONTRACT_TOPICS.one;
      const seen: Delivery<Note>[] = [];
      await under.bus.consume({ group: 'g' }, [
        route(t, async (d) => {
          if (d.message.n === 2) throw new PoisonMessage('two is not a number');
          seen.push(d);
        }),
      ]);
      for (const n of [1, 2, 3]) await under.bus.publish(t, 'k', { n });
      await under.settled();
      expect(numbers(seen)).toEqual([1, 3]);
      expect(await under.deadLetters(t.name)).toEqual([
        expect.objectContaining({ key: 'k', reason: 'two is not a number' }),
      ]);
    });

    it('stops after the handler in flight, and the group continues with the next when it comes back', async () => {
      const t = CONTRACT_TOPICS.one;
      const before: number[] = [];
      const started = gate();
      const release = gate();
      const subscription = await under.bus.consume({ group: 'g' }, [
        route(t, async (d) => {
          started.open();
          await release.opened;
          before.push(d.message.n);
        }),
      ]);
      for (const n of [1, 2, 3]) await under.bus.publish(t, 'k', { n });
      await started.opened;
      let stopped = false;
      const stop = subscription.stop().then(() => {
        stopped = true;
      });
      await new Promise((resolve) => setImmediate(resolve));
      expect(stopped).toBe(false);
      release.open();
      await stop;
      expect(before).toEqual([1]);

      const after: Delivery<Note>[] = [];
      await under.bus.publish(t, 'k', { n: 4 });
      await under.bus.consume({ group: 'g' }, [route(t, (d) => void after.push(d))]);
      await under.settled();
      expect(numbers(after)).toEqual([2, 3, 4]);
    });

    it('gives one consumer all of its topics', async () => {
      const { one, two } = CONTRACT_TOPICS;
      const seen: [string, number][] = [];
      const note = (d: Delivery<Note>): void => void seen.push([d.topic, d.message.n]);
      await under.bus.consume({ group: 'g' }, [route(one, note), route(two, note)]);
      for (const n of [1, 2, 3]) {
        await under.bus.publish(one, 'k', { n });
        await under.bus.publish(two, 'k', { n: n * 10 });
      }
      await under.settled();
      expect(seen.filter(([topic]) => topic === one.name).map(([, n]) => n)).toEqual([1, 2, 3]);
      expect(seen.filter(([topic]) => topic === two.name).map(([, n]) => n)).toEqual([10, 20, 30]);
    });

    it('begins with what is published after the group came', async () => {
      const t = CONTRACT_TOPICS.one;
      await under.bus.publish(t, 'k', { n: 1 });
      const seen: Delivery<Note>[] = [];
      await under.bus.consume({ group: 'g' }, [route(t, (d) => void seen.push(d))]);
      await under.bus.publish(t, 'k', { n: 2 });
      await under.settled();
      expect(numbers(seen)).toEqual([2]);
    });

    it('refuses a consumer without routes or with two for one topic', async () => {
      const both = [1, 2].map(() => route(CONTRACT_TOPICS.one, () => undefined));
      for (const routes of [[], both]) {
        await expect(under.bus.consume({ group: 'g' }, routes)).rejects.toMatchObject({ code: 'ROUTES_REFUSED' });
      }
    });

    it('refuses to publish or consume once closed', async () => {
      const t = CONTRACT_TOPICS.one;
      await under.bus.close();
      await expect(under.bus.publish(t, 'k', { n: 1 })).rejects.toMatchObject({ code: 'BUS_CLOSED' });
      await expect(under.bus.consume({ group: 'g' }, [route(t, () => undefined)])).rejects.toMatchObject({
        code: 'BUS_CLOSED',
      });
    });
  });

  sharingContract(name, make);
}
