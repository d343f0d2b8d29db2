import { createTestDatabase, openDatabase, type Database, type TestDatabase } from '@trading/platform-database';
import { standardInstrument } from '@trading/trading-market';
import { GATEWAY_MIGRATIONS } from './gateway-migrations';
import type { PaperRecord } from './paper-record';
import { PaperStore } from './paper-store';
import { paperTermsSchema } from './paper-terms';

const TERMS = paperTermsSchema.parse({});
const fence = (epoch: number): PaperRecord => ({ kind: 'fence', epoch });

describe('the records of accounts on paper', () => {
  let created: TestDatabase;
  let database: Database;
  let store: PaperStore;

  beforeAll(async () => {
    created = await createTestDatabase();
    database = await openDatabase({ url: created.url, schema: 'gateway', migrations: GATEWAY_MIGRATIONS });
    store = new PaperStore(database);
  }, 30_000);
  afterAll(async () => {
    await database.close();
    await created.drop();
  });
  afterEach(() => database.query('TRUNCATE paper_account, paper_record'));

  const all = async (account: string, last: number): Promise<PaperRecord[]> => {
    const records: PaperRecord[] = [];
    for await (const record of store.records(account, last)) records.push(record);
    return records;
  };

  it('are read in their order, page by page, up to where the account stands', async () => {
    const { journalId } = await store.place('a', TERMS, 'UTC');
    for (let n = 1; n <= 2_100; n++) await store.append('a', fence(n), { n, seq: 2 * n, epoch: n });
    await store.place('b', TERMS, 'UTC');
    expect(await store.place('a', TERMS, 'UTC')).toEqual({ journalId, n: 2_100, seq: 4_200, epoch: 2_100 });
    expect(await all('a', 2_050)).toEqual(Array.from({ length: 2_050 }, (_, i) => fence(i + 1)));
    expect(await all('b', 0)).toEqual([]);
  });

  it('are continued by one session only', async () => {
    await store.place('a', TERMS, 'UTC');
    await store.append('a', fence(1), { n: 1, seq: 0, epoch: 1 });
    const late = store.append('a', fence(2), { n: 1, seq: 0, epoch: 2 });
    await expect(late).rejects.toMatchObject({ code: 'PAPER_RECORDS_MOVED' });
    expect(await all('a', 5)).toEqual([fence(1)]);
  });

  it('belong to the terms, the zone and the instruments that the account was opened with', async () => {
    await store.place('a', TERMS, 'ny+7');
    await expect(store.place('a', { ...TERMS, leverage: 30 }, 'ny+7')).rejects.toMatchObject({
      code: 'PAPER_TERMS_CHANGED',
      fields: ['leverage'],
    });
    const [eurusd, gbpusd] = [standardInstrument('EURUSD'), standardInstrument('GBPUSD')];
    expect(await store.open('a', [eurusd])).toEqual({ zone: 'ny+7', instruments: [eurusd] });
    const other = { ...eurusd, contractSize: '1' };
    expect(await store.open('a', [other, gbpusd])).toEqual({ zone: 'ny+7', instruments: [eurusd, gbpusd] });
  });
});
