import type { KafkaMessage } from 'kafkajs';
import { PoisonMessage } from '@trading/platform-messaging';
import { Lane, type LaneWork } from './lane';

const message = (n: number): KafkaMessage => ({
  key: Buffer.from('k'),
  value: Buffer.from(String(n)),
  timestamp: '0',
  attributes: 0,
  offset: String(n),
  headers: {},
});
const messages = (from: number, to: number): KafkaMessage[] =>
  Array.from({ length: to - from }, (_, i) => message(from + i));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function laneWith(handle: (n: number) => Promise<void> | void, work: Partial<LaneWork> = {}) {
  const buried: string[] = [];
  const attempts: number[] = [];
  let roomy = 0;
  const lane = new Lane(
    {
      read: ({ value }) => ({ topic: 't', key: 'k', message: Number(value?.toString()), headers: {} }),
      handle: ({ message: n }) => handle(n as number),
      bury: async ({ offset }, reason) => void buried.push(`${offset} ${reason}`),
      failed: ({ attempt }) => void attempts.push(attempt),
      roomy: () => {
        roomy++;
      },
      ...work,
    },
    { messages: 10, bytes: 1_000, retryMs: () => 1 },
  );
  lane.startAt(5);
  return { lane, buried, attempts, roomy: () => roomy };
}

describe('a lane', () => {
  it('hands nothing over before it is released, and then all at once where the handler answers at once', () => {
    const seen: number[] = [];
    const { lane } = laneWith((n) => void seen.push(n));
    lane.take(messages(5, 9));
    expect(seen).toEqual([]);
    expect(lane.position).toBe(5);
    lane.release();
    expect(seen).toEqual([5, 6, 7, 8]);
    expect(lane.position).toBe(9);
  });

  it('is never positioned beyond a message that is still being handled', async () => {
    const gates: (() => void)[] = [];
    const { lane } = laneWith(() => new Promise<void>((resolve) => gates.push(resolve)));
    lane.release();
    lane.take(messages(5, 8));
    await turn();
    expect([lane.position, gates.length]).toEqual([5, 1]);
    gates[0]?.();
    await turn();
    expect([lane.position, gates.length]).toEqual([6, 2]);
  });

  it('tries a message again before the next', async () => {
    const seen: number[] = [];
    let failures = 2;
    const { lane, attempts } = laneWith((n) => {
      seen.push(n);
      if (n === 5 && failures-- > 0) throw new Error('not now');
    });
    lane.release();
    lane.take(messages(5, 7));
    await lane.idle();
    expect(seen).toEqual([5, 5, 5, 6]);
    expect(attempts).toEqual([1, 2]);
    expect(lane.position).toBe(7);
  });

  it('goes on behind a message once the dead letters have it, not before', async () => {
    let have: () => void = () => undefined;
    const seen: number[] = [];
    const { lane } = laneWith(
      (n) => {
        if (n === 5) throw new PoisonMessage('five');
        seen.push(n);
      },
      { bury: () => new Promise((resolve) => (have = resolve)) },
    );
    lane.release();
    lane.take(messages(5, 7));
    await turn();
    expect([lane.position, seen]).toEqual([5, []]);
    have();
    await turn();
    expect([lane.position, seen]).toEqual([7, [6]]);
  });

  it('buries what cannot be read', async () => {
    const { lane, buried } = laneWith(() => undefined, {
      read: () => {
        throw new Error('no number');
      },
    });
    lane.release();
    lane.take(messages(5, 6));
    await turn();
    expect(buried).toEqual(['5 not readable: no number']);
  });

  it('takes no more than it has room for, and says when there is room again', async () => {
    const gates: (() => void)[] = [];
    const { lane, roomy } = laneWith(() => new Promise<void>((resolve) => gates.push(resolve)));
    lane.release();
    expect(lane.take(messages(5, 6))).toBe('5');
    expect(lane.take(messages(6, 30))).toBe('15');
    expect([lane.isFull, lane.size]).toEqual([true, 10]);
    expect(lane.take(messages(16, 30))).toBeUndefined();
    for (let handled = 0; handled < 5; handled++) {
      expect(roomy()).toBe(0);
      gates.shift()?.();
      await turn();
    }
    expect([lane.isFull, roomy()]).toEqual([false, 1]);
  });

  it('rests once held, and keeps what is to be tried again', async () => {
    const seen: number[] = [];
    let isDown = true;
    const { lane } = laneWith((n) => {
      if (isDown) throw new Error('down');
      seen.push(n);
    });
    lane.release();
    lane.take(messages(5, 7));
    expect(lane.isIdle).toBe(false);
    lane.hold();
    expect([lane.isIdle, lane.size, lane.position]).toEqual([true, 2, 5]);
    isDown = false;
    lane.release();
    expect(seen).toEqual([5, 6]);
  });

  it('lets timers and sockets run while it works off many', async () => {
    let handled = 0;
    const lane = new Lane(
      {
        read: () => ({ topic: 't', key: 'k', message: 0, headers: {} }),
        handle: () => {
          handled++;
        },
        bury: async () => undefined,
        failed: () => undefined,
        roomy: () => undefined,
      },
      { messages: 10_000, bytes: 1_000_000, retryMs: () => 1 },
    );
    lane.release();
    lane.take(messages(0, 2_000));
    expect(handled).toBeLessThan(2_000);
    while (lane.position < 2_000) await turn();
    expect(handled).toBe(2_000);
  });
});
