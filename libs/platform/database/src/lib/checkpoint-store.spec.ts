import { createTestDatabase, type TestDatabase } from '../testing';
import { CheckpointStore, CreateCheckpoint1700000000000 } from './checkpoint-store';
import type { Database } from './database';
import { openDatabase } from './open-database';

describe('the checkpoint store', () => {
  let test: TestDatabase;
  let database: Database;
  let store: CheckpointStore;
  const save = (account: string, barrier: number, state: unknown) =>
    database.transaction((tx) => store.save(tx, account, barrier, state));
  beforeAll(async () => {
    test = await createTestDatabase();
    database = await openDatabase({ url: test.url, schema: 'execution', migrations: [CreateCheckpoint1700000000000] });
    store = new CheckpointStore(database);
  }, 30_000);
  beforeEach(() => database.query('DELETE FROM checkpoint'));
  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  it('keeps the last three barriers of each account', async () => {
    for (const barrier of [1, 2, 3, 4, 5]) await save('a', barrier, { n: barrier });
    await save('b', 1, 'of b');
    expect(await store.barriers('a')).toEqual([5, 4, 3]);
    expect(await store.latest('a')).toEqual({ barrier: 5, state: { n: 5 } });
    expect(await store.load('a', 4)).toEqual({ n: 4 });
    expect(await store.load('a', 2)).toBeUndefined();
    expect(await store.latest('b')).toEqual({ barrier: 1, state: 'of b' });
    expect(await store.latest('c')).toBeUndefined();
  });

  it('replaces the state of a barrier that is reached again', async () => {
    await save('a', 1, [1]);
    await save('a', 1, [2]);
    expect(await store.load('a', 1)).toEqual([2]);
    expect(await store.barriers('a')).toEqual([1]);
  });

  it('lets an account go on from a barrier that it knows, or from the beginning, and from no other', async () => {
    await save('a', 1, [1]);
    expect(await store.resume('a', 1)).toEqual([1]);
    expect(await store.resume('a', 0)).toBeUndefined();
    await expect(store.resume('a', 2)).rejects.toMatchObject({ code: 'CHECKPOINT_MISSING', barrier: 2 });
  });

  it('keeps nothing of a transaction that is undone', async () => {
    await save('a', 1, {});
    const undone = database.transaction(async (tx) => {
      await store.save(tx, 'a', 2, {});
      throw new Error('no');
    });
    await expect(undone).rejects.toThrow('no');
    expect(await store.barriers('a')).toEqual([1]);
  });

  it('keeps the barrier that was begun from, however often what follows is interrupted', async () => {
    await save('a', 315, 'all have it');
    for (const interruptedAt of [330, 340, 350, 360]) {
      expect(await store.resume('a', 315)).toBe('all have it');
      await save('a', interruptedAt, {});
    }
    expect(await store.resume('a', 315)).toBe('all have it');
  });
});
