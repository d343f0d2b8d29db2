import { createTestDatabase, type TestDatabase } from '@trading/platform-database';
import { PostgresTimeSeries } from './postgres-time-series';
import { CONTRACT_CATALOGUE, timeSeriesContract } from './time-series-contract';

let database: TestDatabase;
let schemas = 0;
const open = (more: object = {}) =>
  PostgresTimeSeries.open({ url: database.url, schema: `series_${schemas++}`, catalogue: CONTRACT_CATALOGUE, ...more });
beforeAll(async () => {
  database = await createTestDatabase();
}, 30_000);
afterAll(() => database.drop());

timeSeriesContract('PostgresTimeSeries', () => open());

describe('PostgresTimeSeries', () => {
  it('opens again with a new measurement and a new field, and keeps what it has', async () => {
    const first = await open({ schema: 'grows', catalogue: { level: ['value'] } });
    first.write('level', {}, { seq: [1], timeUs: [10], fields: { value: [5] } });
    await first.close();
    const second = await open({ schema: 'grows', catalogue: { level: ['value', 'change'], tick: ['bid'] } });
    second.write('level', {}, { seq: [2], timeUs: [20], fields: { value: [6], change: [1] } });
    second.write('tick', {}, { seq: [1], timeUs: [10], fields: { bid: [7] } });
    await second.flush();
    expect(await second.query('level', {})).toEqual([
      { seq: 1, timeUs: 10, fields: { value: 5, change: Number.NaN } },
      { seq: 2, timeUs: 20, fields: { value: 6, change: 1 } },
    ]);
    expect(await second.count('tick', {})).toBe(1);
    await second.close();
  });

  it('keeps the first of two rows that claim one seq', async () => {
    const store = await open();
    store.write('level', {}, { seq: [4], timeUs: [40], fields: { value: [1] } });
    await store.flush();
    store.write('level', {}, { seq: [4], timeUs: [0], fields: { value: [9] } });
    await store.flush();
    expect(await store.query('level', {})).toEqual([{ seq: 4, timeUs: 40, fields: { value: 1 } }]);
    await store.close();
  });

  it('may be opened by several programs at once', async () => {
    const stores = await Promise.all([1, 2, 3].map(() => open({ schema: 'shared' })));
    for (const store of stores) store.write('level', { of: 'x' }, { seq: [1], timeUs: [1], fields: { value: [1] } });
    await Promise.all(stores.map((store) => store.flush()));
    expect(await stores[0]!.count('level', { of: 'x' })).toBe(1);
    await Promise.all(stores.map((store) => store.close()));
  });

  it('refuses names that are no columns', async () => {
    for (const catalogue of [{ 'a"b': ['x'] }, { series: ['x'] }, { tick: ['seq'] }, { tick: [] }]) {
      await expect(open({ catalogue })).rejects.toMatchObject({ code: 'TIME_SERIES' });
    }
  });
});
