import type { ColumnBatch } from './column-batch';
import { RowsRefused, TimeSeriesUnavailable } from './errors';
import { RelayBuffer, type RelayOptions } from './relay-buffer';

const series = { measurement: 'level', head: 'level ' };
const columns = (from: number, to: number) => {
  const numbers = Array.from({ length: to - from }, (_, i) => from + i);
  return { seq: numbers, timeUs: numbers, fields: { value: numbers } };
};
const turn = () => new Promise((resolve) => setImmediate(resolve));
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await turn();
};

/** A server that stores, refuses or is away, as the test says. */
class Server {
  readonly stored: number[] = [];
  failure: Error | undefined;
  tries = 0;
  readonly pauses: number[] = [];
  dropped = 0;
  private held: Promise<void> = Promise.resolve();
  release: () => void = () => undefined;

  hold(): void {
    this.held = new Promise((resolve) => (this.release = resolve));
  }

  buffer(more: Partial<RelayOptions> = {}): RelayBuffer {
    const send = async (batch: ColumnBatch): Promise<void> => {
      this.tries++;
      await this.held;
      await turn();
      if (this.failure !== undefined) throw this.failure;
      this.stored.push(...batch.seq.subarray(0, batch.rows));
    };
    const sleep = async (ms: number): Promise<void> => {
      this.pauses.push(ms);
      await turn();
    };
    return new RelayBuffer(send, {
      bufferRows: 100,
      batchRows: 10,
      lingerMs: 1e9,
      patienceMs: 1e9,
      sleep,
      onError: () => undefined,
      onDropped: (rows) => (this.dropped += rows),
      ...more,
    });
  }
}
const away = new TimeSeriesUnavailable('gone');
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe('the relay buffer', () => {
  it('stores batches one after the other, in order', async () => {
    const server = new Server();
    const buffer = server.buffer();
    buffer.add(series, ['value'], columns(0, 25));
    expect(await buffer.flush()).toEqual({ kind: 'stored' });
    expect(server.stored).toEqual(range(0, 25));
    expect(server.tries).toBe(3);
    expect(buffer.counts()).toMatchObject({ written: 25, stored: 25, buffered: 0, retries: 0 });
  });

  it('answers a flush at once when the server is away, keeps the rows, and stores them when it is back', async () => {
    const server = new Server();
    server.failure = away;
    const buffer = server.buffer();
    buffer.add(series, ['value'], columns(0, 15));
    expect(await buffer.flush()).toEqual({ kind: 'incomplete', waiting: 15, lost: 0 });
    await until(() => server.pauses.length >= 8);
    expect(server.pauses.slice(0, 8)).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
    expect(await buffer.flush()).toEqual({ kind: 'incomplete', waiting: 15, lost: 0 });
    server.failure = undefined;
    await until(() => !buffer.isAway);
    expect(await buffer.flush()).toEqual({ kind: 'stored' });
    expect(server.stored).toEqual(range(0, 15));
  });

  it('gives up the oldest rows when the server stays away, never more than it must, and never holds the writer', async () => {
    const server = new Server();
    server.failure = away;
    const buffer = server.buffer();
    for (let from = 0; from < 300; from += 10) {
      buffer.add(series, ['value'], columns(from, from + 10));
      if (from > 0) await buffer.pressure();
      else await until(() => buffer.isAway);
      expect(buffer.counts().buffered).toBeLessThanOrEqual(110);
    }
    expect(buffer.counts()).toMatchObject({ written: 300, stored: 0, overflows: 0 });
    const { dropped, buffered } = buffer.counts();
    expect(dropped + buffered).toBe(300);
    expect(dropped).toBe(200);
    expect(server.dropped).toBe(200);
    server.failure = undefined;
    await until(() => buffer.counts().buffered === 0);
    // The batch that was being sent may be as old as it likes; all others are the newest.
    expect(server.stored.slice(-90)).toEqual(range(210, 300));
    expect(await buffer.flush()).toEqual({ kind: 'incomplete', waiting: 0, lost: 200 });
  });

  it('holds the writer up while the server stores, until there is room', async () => {
    const server = new Server();
    server.hold();
    const buffer = server.buffer();
    buffer.add(series, ['value'], columns(0, 25));
    await buffer.pressure();
    buffer.add(series, ['value'], columns(25, 40));
    let hasRoom = false;
    const pressure = buffer.pressure().then(() => (hasRoom = true));
    await turn();
    expect(hasRoom).toBe(false);
    server.release();
    await pressure;
    expect(buffer.counts()).toMatchObject({ overflows: 1, dropped: 0 });
    expect(buffer.counts().buffered).toBeLessThanOrEqual(12);
  });

  it('waits for a server that does not answer only as long as its patience lasts', async () => {
    const server = new Server();
    server.hold();
    const buffer = server.buffer({ patienceMs: 5 });
    buffer.add(series, ['value'], columns(0, 40));
    expect(await buffer.flush()).toMatchObject({ kind: 'incomplete', waiting: 40 });
    await buffer.pressure();
    expect(buffer.isAway).toBe(true);
    server.release();
    await until(() => buffer.counts().buffered === 0);
    expect(buffer.isAway).toBe(false);
  });

  it('counts what the server refuses and goes on with the rest', async () => {
    const server = new Server();
    server.failure = new RowsRefused(3, 'too old');
    const buffer = server.buffer();
    buffer.add(series, ['value'], columns(0, 10));
    expect(await buffer.flush()).toEqual({ kind: 'incomplete', waiting: 0, lost: 3 });
    server.failure = new RowsRefused(undefined, 'malformed');
    buffer.add(series, ['value'], columns(10, 20));
    await buffer.flush();
    server.failure = undefined;
    buffer.add(series, ['value'], columns(20, 30));
    await buffer.flush();
    expect(buffer.counts()).toMatchObject({ stored: 17, refused: 13, retries: 0, buffered: 0 });
  });

  it('tries once more at the end', async () => {
    const server = new Server();
    server.failure = away;
    // The pause between tries never ends by itself.
    const buffer = server.buffer({ sleep: () => new Promise(() => undefined) });
    buffer.add(series, ['value'], columns(0, 15));
    await buffer.flush();
    server.failure = undefined;
    expect(await buffer.close(10_000)).toEqual({ kind: 'stored' });
  });

  it('gives up at the end what the server does not take in time, and then what was being sent', async () => {
    const server = new Server();
    server.hold();
    const buffer = server.buffer();
    buffer.add(series, ['value'], columns(0, 15));
    expect(await buffer.close(5)).toEqual({ kind: 'incomplete', waiting: 10, lost: 5 });
    server.failure = away;
    server.release();
    await until(() => buffer.counts().dropped === 15);
    expect(server.tries).toBe(1);
  });

  it('never gives up the batch that is being sent', async () => {
    const server = new Server();
    server.hold();
    const buffer = server.buffer();
    buffer.add(series, ['value'], columns(0, 150));
    server.release();
    await buffer.flush();
    expect(server.stored).toEqual([...range(0, 10), ...range(60, 150)]);
    expect(buffer.counts()).toMatchObject({ stored: 100, dropped: 50, buffered: 0 });
  });

  it('keeps its patience with a server that is slow but stores', async () => {
    jest.useFakeTimers();
    try {
      const server = new Server();
      const buffer = server.buffer({ patienceMs: 1_000 });
      const slow = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 600));
      Object.defineProperty(server, 'held', { get: slow });
      buffer.add(series, ['value'], columns(0, 40));
      const flushed = buffer.flush();
      await jest.advanceTimersByTimeAsync(5_000);
      expect(await flushed).toEqual({ kind: 'stored' });
    } finally {
      jest.useRealTimers();
    }
  });

  it('sends a few rows by itself when no others come', async () => {
    const server = new Server();
    const buffer = server.buffer({ lingerMs: 0 });
    buffer.add(series, ['value'], columns(0, 2));
    await until(() => server.stored.length === 2);
  });
});
