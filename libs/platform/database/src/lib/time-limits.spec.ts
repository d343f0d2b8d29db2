import { createTestDatabase, type TestDatabase } from '../testing';
import type { Database } from './database';
import { openDatabase, type DatabaseOptions } from './open-database';

describe('limits of time', () => {
  let test: TestDatabase;
  const opened: Database[] = [];
  const open = async (options: Partial<DatabaseOptions>): Promise<Database> => {
    const database = await openDatabase({ url: test.url, schema: 'limits', migrations: [], ...options });
    opened.push(database);
    return database;
  };
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterEach(async () => {
    for (const database of opened.splice(0)) await database.close();
  });
  afterAll(() => test.drop());

  it('are 30 s for a statement, 10 s for a lock and 60 s for silence unless said otherwise', async () => {
    const database = await open({});
    const shown = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];
    const settings = await Promise.all(shown.map((name) => database.query(`SHOW ${name}`)));
    expect(settings.flat()).toEqual([
      { statement_timeout: '30s' },
      { lock_timeout: '10s' },
      { idle_in_transaction_session_timeout: '1min' },
    ]);
  });

  it('end a statement that takes too long, and the connection goes on', async () => {
    const database = await open({ statementTimeoutMs: 50, poolSize: 1 });
    const slow = database.query('SELECT pg_sleep(60)');
    await expect(slow).rejects.toMatchObject({ code: 'DATABASE_TRANSIENT', sqlState: '57014' });
    await database.ping();
  });

  it('end the waiting for a lock', async () => {
    const database = await open({ lockTimeoutMs: 50 });
    await database.query('CREATE TABLE IF NOT EXISTS held (n int)');
    const waiting = database.transaction(async (tx) => {
      await tx.query('LOCK TABLE held');
      await database.query('SELECT * FROM held');
    });
    await expect(waiting).rejects.toMatchObject({ code: 'DATABASE_TRANSIENT', sqlState: '55P03' });
  });

  it('end a transaction that does nothing, and another connection takes its place', async () => {
    const database = await open({ idleInTransactionTimeoutMs: 50, poolSize: 1 });
    const idle = database.transaction(async (tx) => {
      const [me] = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const other = await open({});
      for (let alive = true; alive;) {
        alive = (await other.query('SELECT FROM pg_stat_activity WHERE pid = $1', [me!.pid])).length > 0;
      }
      await tx.query('SELECT 1');
    });
    await expect(idle).rejects.toMatchObject({ code: 'DATABASE_TRANSIENT' });
    await database.ping();
  });

  it('do not bind migrations', async () => {
    class Slow1700000000001 {
      async up(runner: { query(sql: string): Promise<unknown> }): Promise<void> {
        await runner.query('SELECT pg_sleep(0.2)');
      }
      down(): Promise<void> {
        return Promise.resolve();
      }
    }
    const database = await open({ schema: 'slow', migrations: [Slow1700000000001], statementTimeoutMs: 50 });
    expect(await database.query('SELECT name FROM migration')).toEqual([{ name: 'Slow1700000000001' }]);
  });
});

describe('a schema that lacks migrations', () => {
  let test: TestDatabase;
  class First1700000000001 {
    up(): Promise<void> {
      return Promise.resolve();
    }
    down(): Promise<void> {
      return Promise.resolve();
    }
  }
  class Second1700000000002 extends First1700000000001 {}
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.drop());

  it('is refused, with the names and the command, where nothing is to be made', async () => {
    const options = { url: test.url, schema: 'checked' } as const;
    const database = await openDatabase({ ...options, migrations: [First1700000000001] });
    await database.close();
    const checking = { ...options, migrate: 'check' } as const;
    await (await openDatabase({ ...checking, migrations: [First1700000000001] })).close();
    const behind = openDatabase({ ...checking, migrations: [First1700000000001, Second1700000000002] });
    await expect(behind).rejects.toMatchObject({ code: 'SCHEMA_BEHIND', missing: ['Second1700000000002'] });
    await expect(behind).rejects.toThrow('Run ./trade migrate');
  });

  it('is not looked at when it is not asked for', async () => {
    const options = { url: test.url, schema: 'unseen', migrations: [First1700000000001], migrate: false } as const;
    const database = await openDatabase(options);
    await database.ping();
    await database.close();
  });
});
