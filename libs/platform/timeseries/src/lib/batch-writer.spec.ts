import { DatabaseError, TransientDatabaseError } from '@trading/platform-database';
import type { Batch } from './batch';
import { BatchWriter, type WriterOptions } from './batch-writer';

const series = { measurement: 'level', canonicalTags: '{}', id: 1 };
const columns = (rows: number) => {
  const numbers = Array.from({ length: rows }, (_, i) => i);
  return { seq: numbers, timeUs: numbers, fields: { value: numbers } };
};
const options: WriterOptions = {
  bufferRows: 100,
  lingerMs: 1e9,
  sleep: () => Promise.resolve(),
  onError: () => undefined,
};

describe('the batch writer', () => {
  it('waits for a lost database and keeps the rows', async () => {
    const errors: unknown[] = [];
    const pauses: number[] = [];
    let tries = 0;
    const stored: number[] = [];
    const store = async (batch: Batch): Promise<void> => {
      if (++tries < 4) throw new TransientDatabaseError('gone', '08006', undefined);
      stored.push(batch.rows);
    };
    const sleep = async (ms: number): Promise<void> => {
      pauses.push(ms);
    };
    const writer = new BatchWriter(store, { ...options, sleep, onError: (error) => errors.push(error) });
    writer.add(series, ['value'], columns(7));
    await writer.flush();
    expect(stored).toEqual([7]);
    expect(pauses).toEqual([50, 100, 200]);
    expect(errors).toHaveLength(3);
    expect(writer.counts()).toMatchObject({ written: 7, stored: 7, buffered: 0, retries: 3 });
  });

  it('tells who waits of any other failure, keeps the rows and tries again at the next flush', async () => {
    let isBroken = true;
    const stored: number[] = [];
    const writer = new BatchWriter(async (batch) => {
      if (isBroken) throw new DatabaseError('disk full', '53100', undefined);
      stored.push(batch.rows);
    }, options);
    writer.add(series, ['value'], columns(3));
    await expect(writer.flush()).rejects.toMatchObject({ sqlState: '53100' });
    isBroken = false;
    await writer.flush();
    expect(stored).toEqual([3]);
  });

  it('holds the writer up when too much waits, and refuses when the writer does not listen', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const writer = new BatchWriter(() => held, options);
    writer.add(series, ['value'], columns(100));
    await writer.pressure();
    writer.add(series, ['value'], columns(1));
    let hasRoom = false;
    const pressure = writer.pressure().then(() => {
      hasRoom = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(hasRoom).toBe(false);
    expect(writer.counts().overflows).toBe(1);
    expect(() => writer.add(series, ['value'], columns(300))).toThrow('101 rows wait');
    release();
    await pressure;
    expect(writer.counts().buffered).toBe(0);
  });

  it('stores one batch at a time, in order', async () => {
    let running = 0;
    let most = 0;
    const sizes: number[] = [];
    const writer = new BatchWriter(
      async (batch) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        sizes.push(batch.rows);
        running--;
      },
      { ...options, bufferRows: 1e6 },
    );
    writer.add(series, ['value'], columns(20_000));
    await writer.flush();
    expect(sizes).toEqual([8_192, 8_192, 3_616]);
    expect(most).toBe(1);
  });

  it('stores a few rows by itself when no others come', async () => {
    const rows = await new Promise<number>((resolve) => {
      const store = async (batch: Batch): Promise<void> => resolve(batch.rows);
      new BatchWriter(store, { ...options, lingerMs: 0 }).add(series, ['value'], columns(2));
      // The writer's own timer keeps no program alive.
      setTimeout(() => resolve(-1), 5_000).unref();
    });
    expect(rows).toBe(2);
  });
});
