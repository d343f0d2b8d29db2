import { decision } from '@trading/contracts';
import { createTestDatabase, openDatabase, type Database, type TestDatabase } from '@trading/platform-database';
import { DECISION_MIGRATIONS } from './decision-migrations';
import { DecisionStore } from './decision-store';

const decided = (decisionId: string, coids: readonly string[], words = ''): decision.Decision =>
  decision.Decision.fromPartial({ decisionId, accountId: 'a', words, legs: coids.map((coid) => ({ coid })) });

describe('decisions in partitions', () => {
  let created: TestDatabase;
  let database: Database;
  let store: DecisionStore;
  beforeEach(async () => {
    created = await createTestDatabase();
    database = await openDatabase({ url: created.url, schema: 'decision', migrations: DECISION_MIGRATIONS });
    store = new DecisionStore(database);
  });
  afterEach(async () => {
    await database.close();
    await created.drop();
  });
  const careIn = (interval: string) =>
    database.query('SELECT * FROM maintain_partitions_at(now() + $1::interval)', [interval]);

  it('go after 400 days when they ordered nothing, and stay for ever when they did', async () => {
    await store.insert(database, [decided('quiet', [])]);
    await store.commit(decided('loud', ['coid-1']));
    await careIn('400 days');
    expect(await store.find('quiet')).toBeDefined();
    await careIn('500 days');
    expect(await store.find('quiet')).toBeUndefined();
    expect((await store.findByOrder('coid-1'))?.decisionId).toBe('loud');
  });

  it('are made once, also by two at the same time', async () => {
    const made = await Promise.all(['one', 'two'].map((words) => store.commit(decided('same', ['coid-1'], words))));
    expect(new Set(made.map(({ words }) => words)).size).toBe(1);
    expect(await database.query('SELECT coid FROM leg')).toEqual([{ coid: 'coid-1' }]);
  });

  it('do not order what was held before', async () => {
    await store.insert(database, [decided('same', [])]);
    expect((await store.commit(decided('same', ['coid-1']))).legs).toEqual([]);
    expect(await database.query('SELECT coid FROM leg')).toEqual([]);
  });

  it('are completed several at once, each with its last trace', async () => {
    await store.commit(decided('one', ['coid-1']));
    await store.commit(decided('two', ['coid-2']));
    await store.complete(database, [decided('one', [], 'x'), decided('two', [], 'y'), decided('one', [], 'z')]);
    expect((await store.find('one'))?.words).toBe('z');
    expect((await store.find('two'))?.words).toBe('y');
  });

  it('take over what a database of the first build holds', async () => {
    const older = await createTestDatabase();
    const options = { url: older.url, schema: 'decision' };
    const before = await openDatabase({ ...options, migrations: DECISION_MIGRATIONS.slice(0, 2) });
    const traceOf = (d: decision.Decision): Buffer => Buffer.from(decision.Decision.encode(d).finish());
    const insert = `INSERT INTO decision VALUES ($1, 'a', 's', 1, 1, 1, $2, '', $3)`;
    await before.query(insert, ['quiet', false, traceOf(decided('quiet', []))]);
    await before.query(insert, ['loud', true, traceOf(decided('loud', ['coid-1']))]);
    await before.close();
    const after = await openDatabase({ ...options, migrations: DECISION_MIGRATIONS });
    const kept = new DecisionStore(after);
    expect([await kept.find('quiet'), await kept.find('loud')]).toMatchObject([
      { decisionId: 'quiet' },
      { decisionId: 'loud' },
    ]);
    expect([...(await kept.orderedBeyond('a', 0)).keys()]).toEqual(['loud']);
    await after.close();
    await older.drop();
  });
});
