import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../testing';
import type { Database } from './database';
import { openDatabase } from './open-database';

class CreateItem1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE TABLE item (id bigint PRIMARY KEY, price numeric, CONSTRAINT item_price CHECK (price > 0))',
    );
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE item');
  }
}
class FillItem1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('INSERT INTO item VALUES (1, 1.10)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM item');
  }
}
class Broken1700000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE half (n int)');
    await runner.query('SELECT nonsense');
  }
  async down(): Promise<void> {
    await Promise.resolve();
  }
}
const migrations = [CreateItem1700000000001, FillItem1700000000002];

describe('a database', () => {
  let test: TestDatabase;
  let database: Database;
  const others: Database[] = [];
  const open = async (schema: string, list: Parameters<typeof openDatabase>[0]['migrations'] = migrations) => {
    const opened = await openDatabase({ url: test.url, schema, migrations: list, poolSize: 3 });
    others.push(opened);
    return opened;
  };
  beforeAll(async () => {
    test = await createTestDatabase();
    database = await openDatabase({ url: test.url, schema: 'orders', migrations });
  }, 30_000);
  afterEach(async () => {
    for (const other of others.splice(0)) await other.close();
    await database.query('DELETE FROM item WHERE id > 1');
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  it('applies each migration once, when several programs open it at once and again later', async () => {
    await Promise.all([open('shared'), open('shared'), open('shared')]);
    const again = await open('shared');
    expect(await again.query('SELECT name FROM migration ORDER BY id')).toEqual([
      { name: 'CreateItem1700000000001' },
      { name: 'FillItem1700000000002' },
    ]);
    expect(await again.query('SELECT id FROM item')).toEqual([{ id: 1 }]);
  });

  it('keeps schemas apart', async () => {
    const other = await open('other');
    await other.query('DELETE FROM item');
    expect(await database.query('SELECT id FROM item')).toEqual([{ id: 1 }]);
    expect(await other.query('SELECT current_schema() AS schema')).toEqual([{ schema: 'other' }]);
  });

  it('leaves nothing of a migration that fails, and goes on from there', async () => {
    await expect(open('failing', [...migrations, Broken1700000000003])).rejects.toMatchObject({
      code: 'DATABASE',
      sqlState: '42703',
    });
    const opened = await open('failing');
    expect(await opened.query(`SELECT to_regclass('half') AS half`)).toEqual([{ half: null }]);
    expect(await opened.query('SELECT id FROM item')).toEqual([{ id: 1 }]);
  });

  it('gives numeric as text, bigint as a safe number and jsonb as a value', async () => {
    const [row] = await database.query(
      `SELECT 1.10::numeric AS price, 1398902400292001::bigint AS us, '{"a":[1]}'::jsonb AS json,
              ARRAY[1, NULL]::bigint[] AS list, NULL::bigint AS none`,
    );
    expect(row).toEqual({ price: '1.10', us: 1_398_902_400_292_001, json: { a: [1] }, list: [1, null], none: null });
    await expect(database.query('SELECT 9007199254740993::bigint')).rejects.toThrow('9007199254740993 is too large');
    expect(await database.query('SELECT 1 AS still_works')).toHaveLength(1);
  });

  it('commits what a transaction did and gives back its result', async () => {
    const result = await database.transaction(async (tx) => {
      await tx.query('INSERT INTO item VALUES ($1, $2)', [2, '2.50']);
      return tx.query('SELECT price FROM item WHERE id = $1', [2]);
    });
    expect(result).toEqual([{ price: '2.50' }]);
    expect(await database.query('SELECT price FROM item WHERE id = 2')).toEqual([{ price: '2.50' }]);
  });

  it('undoes a transaction that throws, and passes the error on', async () => {
    const failure = new Error('changed my mind');
    const work = database.transaction(async (tx) => {
      await tx.query('INSERT INTO item VALUES (3, 1)');
      throw failure;
    });
    await expect(work).rejects.toBe(failure);
    expect(await database.query('SELECT FROM item WHERE id = 3')).toEqual([]);
  });

  it('refuses statements of a transaction that is over', async () => {
    const escaped = await database.transaction(async (tx) => Promise.resolve({ tx }));
    await expect(escaped.tx.query('SELECT 1')).rejects.toThrow('the transaction is over');
  });

  it('names the constraint that is broken', async () => {
    const insert = (id: number, price: number) => database.query('INSERT INTO item VALUES ($1, $2)', [id, price]);
    await expect(insert(1, 1)).rejects.toMatchObject({ code: 'DATABASE', sqlState: '23505', constraint: 'item_pkey' });
    await expect(insert(5, -1)).rejects.toMatchObject({ sqlState: '23514', constraint: 'item_price' });
  });

  it('calls a lost race transient', async () => {
    const increment = async (other: () => Promise<void>) =>
      database.transaction(async (tx) => {
        const [row] = await tx.query<{ price: string }>('SELECT price FROM item WHERE id = 1');
        await other();
        await tx.query('UPDATE item SET price = $1 WHERE id = 1', [Number(row!.price) + 1]);
      }, 'serializable');
    const both = increment(() => increment(() => Promise.resolve()));
    await expect(both).rejects.toMatchObject({ code: 'DATABASE_TRANSIENT', sqlState: '40001' });
  });

  it('calls a broken connection transient, and works on with another', async () => {
    const broken = database.transaction(async (tx) => {
      const [row] = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await database.query('SELECT pg_terminate_backend($1)', [row!.pid]);
      await tx.query('SELECT 1');
    });
    await expect(broken).rejects.toMatchObject({ code: 'DATABASE_TRANSIENT' });
    await database.ping();
  });

  it('calls a server that is not there transient', async () => {
    const url = 'postgresql://trading:secret-word@127.0.0.1:1/trading';
    const opening = openDatabase({ url, schema: 'orders', migrations: [] });
    await expect(opening).rejects.toMatchObject({ code: 'DATABASE_TRANSIENT' });
  });

  it('never shows the password', async () => {
    const wrong = test.url.replace(/:[^:@/]+@/, ':secret-word@');
    const bad = [
      wrong,
      'postgresql://trading:secret-word@127.0.0.1:1/x',
      'http://trading:secret-word@host',
      'secret-word',
    ];
    for (const url of bad) {
      const error: unknown = await openDatabase({ url, schema: 'orders', migrations: [] }).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(Error);
      const shown = `${String(error)} ${(error as Error).stack} ${JSON.stringify(error)}`;
      expect(shown).not.toContain('secret-word');
    }
  });

  it('refuses a schema that is no plain name', async () => {
    await expect(open('a"; DROP SCHEMA orders; --')).rejects.toMatchObject({ code: 'DATABASE' });
  });
});
