import { memoryLogger } from '@trading/platform-logging';

import { describeWithInflux, distributedServers, freshPrefix } from '../../../../../tools/test/src/distributed-servers';
import { InfluxTimeSeries } from './influx-time-series';
import { CONTRACT_CATALOGUE, timeSeriesContract } from './time-series-contract';

const DEADLINE_MS = 60_000;
const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + DEADLINE_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('It did not become so in time.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
const level = (from: number, to: number, startUs = 0) => {
  const seq = Array.from({ length: to - from }, (_, i) => from + i);
  return { seq, timeUs: seq.map((n) => startUs + n * 1_000), fields: { value: seq } };
};

describeWithInflux('InfluxTimeSeries on a real InfluxDB', (influx) => {
  const servers = distributedServers();
  const open = (more: object = {}) =>
    InfluxTimeSeries.open({ ...influx, bucketPrefix: freshPrefix(), catalogue: CONTRACT_CATALOGUE, ...more });

  timeSeriesContract('InfluxTimeSeries', () => open());

  it('opens again with a new measurement and a new field, and keeps what it has', async () => {
    const bucketPrefix = freshPrefix();
    const first = await open({ bucketPrefix, catalogue: { level: ['value'] } });
    first.write('level', {}, { seq: [1], timeUs: [10], fields: { value: [5] } });
    await first.close();
    const second = await open({ bucketPrefix, catalogue: { level: ['value', 'change'], tick: ['bid'] } });
    second.write('level', {}, { seq: [2], timeUs: [20], fields: { value: [6], change: [1] } });
    second.write('tick', {}, { seq: [1], timeUs: [10], fields: { bid: [7] } });
    expect(await second.flush()).toEqual({ kind: 'stored' });
    expect(await second.query('level', {})).toEqual([
      { seq: 1, timeUs: 10, fields: { value: 5, change: Number.NaN } },
      { seq: 2, timeUs: 20, fields: { value: 6, change: 1 } },
    ]);
    await second.close();
  });

  it('may be opened by several programs at once', async () => {
    const bucketPrefix = freshPrefix();
    const stores = await Promise.all([1, 2, 3].map(() => open({ bucketPrefix })));
    for (const store of stores) store.write('level', { of: 'x' }, level(1, 2));
    for (const store of stores) expect(await store.flush()).toEqual({ kind: 'stored' });
    expect(await stores[0]?.count('level', { of: 'x' })).toBe(1);
    await Promise.all(stores.map((store) => store.close()));
  });

  it('keeps history for ever unless told otherwise, and counts what a live retention refuses', async () => {
    const bucketPrefix = freshPrefix();
    const log = memoryLogger();
    const live = await open({ bucketPrefix, liveRetentionDays: { level: 30 }, log });
    live.write('level', {}, level(0, 5));
    live.write('level', {}, level(5, 7, Date.now() * 1_000));
    live.write('tick', {}, { seq: [1], timeUs: [0], fields: { bid: [1], ask: [2] } });
    expect(await live.flush()).toEqual({ kind: 'incomplete', waiting: 0, lost: 5 });
    expect(live.counts()).toMatchObject({ written: 8, stored: 3, refused: 5 });
    expect(await live.count('level', {})).toBe(2);
    expect(await live.count('tick', {})).toBe(1);
    expect(log.entries).toContainEqual(expect.objectContaining({ message: 'Time series rows were refused.' }));
    await live.close();
    const paper = await open({ bucketPrefix, log });
    expect(await paper.count('level', {})).toBe(2);
    const differs = { fields: { bucket: `${bucketPrefix}-level`, keptDays: 30, wantedDays: 0 } };
    expect(log.entries).toContainEqual(expect.objectContaining(differs));
    await paper.close();
  });

  it('holds nobody up while the server is away, and stores everything when it is back', async () => {
    const log = memoryLogger();
    const store = await open({ log });
    const tags = { of: 'kept' };
    store.write('level', tags, level(0, 10_000));
    expect(await store.flush()).toEqual({ kind: 'stored' });
    await store.ping();
    await servers.stop('influx', 'SIGKILL');
    try {
      for (let from = 10_000; from < 60_000; from += 1_000) {
        store.write('level', tags, level(from, from + 1_000));
        await store.pressure();
      }
      expect(await store.flush()).toEqual({ kind: 'incomplete', waiting: 50_000, lost: 0 });
      await expect(store.query('level', tags)).rejects.toMatchObject({ code: 'TIME_SERIES_UNAVAILABLE' });
      await expect(store.ping()).rejects.toMatchObject({ code: 'TIME_SERIES_UNAVAILABLE' });
      expect(JSON.stringify(log.entries)).not.toContain(influx.token);
      expect(log.entries).toHaveLength(1);
    } finally {
      await servers.start('influx');
    }
    await until(() => store.counts().buffered === 0);
    expect(await store.flush()).toEqual({ kind: 'stored' });
    expect(await store.count('level', tags)).toBe(60_000);
    await store.ping();
    await store.close();
  });

  it('may be opened before its server, gives up the oldest rows beyond its buffer, and says so', async () => {
    await servers.stop('influx', 'SIGTERM');
    const log = memoryLogger();
    const store = await open({ log, bufferRows: 4_000 });
    try {
      for (let from = 0; from < 10_000; from += 500) {
        store.write('level', {}, level(from, from + 500));
        await store.pressure();
      }
      expect(await store.flush()).toMatchObject({ kind: 'incomplete' });
    } finally {
      await servers.start('influx');
    }
    await until(() => store.counts().buffered === 0);
    const { dropped, stored } = store.counts();
    expect(dropped + stored).toBe(10_000);
    expect(dropped).toBeGreaterThanOrEqual(6_000);
    expect(await store.flush()).toEqual({ kind: 'incomplete', waiting: 0, lost: dropped });
    const newest = await store.query('level', {}, { limit: 3_000, descending: true });
    expect(newest.map((row) => row.seq)).toEqual(Array.from({ length: 3_000 }, (_, i) => 9_999 - i));
    expect(log.entries.some(({ message }) => message.includes('given up'))).toBe(true);
    await store.close();
  });

  it('makes a bucket again that somebody deleted', async () => {
    const bucketPrefix = freshPrefix();
    const store = await open({ bucketPrefix });
    store.write('level', {}, level(0, 1));
    await store.flush();
    const headers = { authorization: `Token ${influx.token}` };
    const found = await fetch(`${influx.url}/api/v2/buckets?name=${bucketPrefix}-level`, { headers });
    const { buckets } = (await found.json()) as { buckets: { id: string }[] };
    await fetch(`${influx.url}/api/v2/buckets/${buckets[0]?.id ?? ''}`, { method: 'DELETE', headers });
    store.write('level', {}, level(1, 3));
    await store.flush();
    await until(() => store.counts().buffered === 0);
    expect(await store.count('level', {})).toBe(2);
    await store.close();
  });

  it('tells a wrong token by its probe, without showing it, and keeps the rows', async () => {
    const log = memoryLogger();
    const store = await open({ token: 'not-the-token', log, closeWithinMs: 1 });
    await expect(store.ping()).rejects.toThrow('401');
    store.write('level', {}, level(0, 3));
    expect(await store.flush()).toEqual({ kind: 'incomplete', waiting: 3, lost: 0 });
    expect(JSON.stringify(log.entries)).toContain('401');
    expect(JSON.stringify(log.entries)).not.toContain('not-the-token');
    await store.close();
    await until(() => store.counts().dropped === 3);
  });

  it('refuses options that cannot work', async () => {
    const refused = { code: 'TIME_SERIES' };
    await expect(open({ url: 'influx:8086' })).rejects.toMatchObject(refused);
    await expect(open({ bucketPrefix: 'a/b' })).rejects.toMatchObject(refused);
    await expect(open({ liveRetentionDays: { level: 0 } })).rejects.toMatchObject(refused);
    await expect(open({ liveRetentionDays: { unknown: 3 } })).rejects.toMatchObject(refused);
    await expect(open({ catalogue: { level: ['time'] } })).rejects.toMatchObject(refused);
  });
});
