import type { DeliveryFailure } from './bus-options';
import { eventBusContract } from './event-bus-contract';
import { route, type TopicLike } from './event-bus';
import { InProcessBus } from './in-process-bus';

const immediately = (): Promise<void> => Promise.resolve();
const underTest = (bus: InProcessBus) => ({
  bus,
  settled: () => bus.idle(),
  deadLetters: async (topic: string) => bus.deadLetters().filter((letter) => letter.topic === `${topic}.dlq`),
});

eventBusContract('InProcessBus', () => underTest(new InProcessBus({ sleep: immediately })));
eventBusContract('InProcessBus with encoding', () => underTest(new InProcessBus({ encode: true, sleep: immediately })));

interface Note {
  readonly n: number;
}
const topic: TopicLike<Note> = {
  name: 'note.v1',
  codec: {
    encode: (note) => ({ finish: () => new TextEncoder().encode(String(note.n)) }),
    decode: (bytes) => {
      const n = Number(new TextDecoder().decode(bytes));
      if (Number.isNaN(n)) throw new Error('no number');
      return { n };
    },
  },
};
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('InProcessBus', () => {
  it('hands messages over by reference, and copies of them when encoding', async () => {
    const message = { n: 7 };
    for (const encode of [false, true]) {
      const bus = new InProcessBus({ encode });
      const seen: Note[] = [];
      await bus.consume({ group: 'g' }, [route(topic, (d) => void seen.push(d.message))]);
      await bus.publish(topic, 'k', message);
      await bus.idle();
      expect(seen).toEqual([message]);
      expect(seen[0] === message).toBe(!encode);
    }
  });

  it('delivers after the publisher has finished its turn', async () => {
    const bus = new InProcessBus();
    const order: string[] = [];
    await bus.consume({ group: 'g' }, [route(topic, () => void order.push('handled'))]);
    const accepted = bus.publish(topic, 'k', { n: 1 });
    order.push('published');
    await accepted;
    await bus.idle();
    expect(order).toEqual(['published', 'handled']);
  });

  it('does not let one key wait for another', async () => {
    const bus = new InProcessBus();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const seen: string[] = [];
    await bus.consume({ group: 'g' }, [
      route(topic, async (d) => {
        if (d.key === 'slow') await held;
        seen.push(d.key);
      }),
    ]);
    await bus.publish(topic, 'slow', { n: 1 });
    await bus.publish(topic, 'quick', { n: 2 });
    await turn();
    expect(seen).toEqual(['quick']);
    release();
    await bus.idle();
    expect(seen).toEqual(['quick', 'slow']);
  });

  it('makes the publisher wait while a group lags too far behind', async () => {
    const bus = new InProcessBus({ queueLimit: 4 });
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await bus.consume({ group: 'g' }, [route(topic, () => held)]);
    for (let n = 0; n < 4; n++) await bus.publish(topic, 'k', { n });
    let accepted = false;
    const fifth = bus.publish(topic, 'k', { n: 5 }).then(() => {
      accepted = true;
    });
    await turn();
    expect(accepted).toBe(false);
    release();
    await fifth;
    await bus.idle();
    expect(bus.counts()).toMatchObject({ published: 5, delivered: 5 });
  });

  it('lets timers and sockets run while it works off a long queue', async () => {
    const bus = new InProcessBus();
    let handled = 0;
    await bus.consume({ group: 'g' }, [
      route(topic, () => {
        handled++;
      }),
    ]);
    for (let n = 0; n < 5_000; n++) void bus.publish(topic, 'k', { n });
    await turn();
    const handledAtTurn = handled;
    await bus.idle();
    expect(handledAtTurn).toBeLessThan(5_000);
    expect(handled).toBe(5_000);
  });

  it('backs off exponentially up to the longest pause and reports every failure', async () => {
    const pauses: number[] = [];
    const failures: DeliveryFailure[] = [];
    const bus = new InProcessBus({
      retryInitialMs: 10,
      retryMaxMs: 50,
      sleep: async (ms) => void pauses.push(ms),
      onError: (failure) => failures.push(failure),
    });
    let tries = 0;
    await bus.consume({ group: 'g' }, [
      route(topic, () => {
        if (++tries < 6) throw new Error('down');
      }),
    ]);
    await bus.publish(topic, 'k', { n: 1 });
    await bus.idle();
    expect(pauses).toEqual([10, 20, 40, 50, 50]);
    expect(failures.map((f) => f.attempt)).toEqual([1, 2, 3, 4, 5]);
    expect(bus.counts()).toMatchObject({ retried: 5, delivered: 1, deadLettered: 0 });
  });

  it('stops during a pause without losing the message', async () => {
    const bus = new InProcessBus({ sleep: () => new Promise(() => undefined) });
    const failing = await bus.consume({ group: 'g' }, [
      route(topic, () => {
        throw new Error('down');
      }),
    ]);
    for (const n of [1, 2]) await bus.publish(topic, 'k', { n });
    await turn();
    await failing.stop();
    const seen: number[] = [];
    await bus.consume({ group: 'g' }, [route(topic, (d) => void seen.push(d.message.n))]);
    await bus.idle();
    expect(seen).toEqual([1, 2]);
  });

  it('shares the keys of a group among its members and hands all of them over when one leaves', async () => {
    const bus = new InProcessBus();
    const seen: [string, string][] = [];
    const first = await bus.consume({ group: 'g' }, [route(topic, (d) => void seen.push(['first', d.key]))]);
    await bus.consume({ group: 'g' }, [route(topic, (d) => void seen.push(['second', d.key]))]);
    const keys = Array.from({ length: 20 }, (_, i) => `key${i}`);
    for (const key of keys) await bus.publish(topic, key, { n: 1 });
    await bus.idle();
    expect(seen.map(([, key]) => key)).toEqual(keys);
    expect(new Set(seen.map(([who]) => who)).size).toBe(2);
    await first.stop();
    seen.length = 0;
    for (const key of keys) await bus.publish(topic, key, { n: 2 });
    await bus.idle();
    expect(seen).toEqual(keys.map((key) => ['second', key]));
  });

  it('keeps the newest messages of a group that stays away and counts the others', async () => {
    const bus = new InProcessBus({ queueLimit: 3 });
    const away = await bus.consume({ group: 'g' }, [route(topic, () => undefined)]);
    await away.stop();
    for (let n = 0; n < 5; n++) await bus.publish(topic, 'k', { n });
    const seen: number[] = [];
    await bus.consume({ group: 'g' }, [route(topic, (d) => void seen.push(d.message.n))]);
    await bus.idle();
    expect(seen).toEqual([2, 3, 4]);
    expect(bus.counts().discarded).toBe(2);
  });

  it('buries what its codec cannot read back', async () => {
    const bus = new InProcessBus({ encode: true });
    await bus.consume({ group: 'g' }, [route(topic, () => undefined)]);
    await bus.publish(topic, 'k', { n: Number.NaN });
    expect(bus.deadLetters()).toEqual([
      expect.objectContaining({ topic: 'note.v1.dlq', group: 'g', reason: 'not readable: no number' }),
    ]);
  });
});
