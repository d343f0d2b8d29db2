import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../testing';
import { connectionTarget } from '../connection-url';
import type { Database } from '../database';
import { openDatabase } from '../open-database';
import { CreatePartitioning1700000000001 } from './create-partitioning';
import { keepPartitionsFor, type PartitionChange } from './partition-keeper';

class CreateReading1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE reading (id int NOT NULL, needed boolean NOT NULL DEFAULT false, stored timestamptz NOT NULL DEFAULT now())
        PARTITION BY RANGE (stored);
      CREATE INDEX reading_needed ON reading (needed);
      CREATE TABLE reading_rest PARTITION OF reading DEFAULT;
      CREATE UNIQUE INDEX ON reading_rest (id);
      INSERT INTO partitioned VALUES ('reading', 3, 1, 100, 'id', 'e.needed')`);
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE reading');
  }
}
const migrations = [CreatePartitioning1700000000001, CreateReading1700000000002];

describe('partitions', () => {
  let test: TestDatabase;
  let database: Database;
  let seen: PartitionChange[];
  beforeEach(async () => {
    test = await createTestDatabase();
    seen = [];
    database = await open();
  });
  afterEach(async () => {
    await database.close();
    await test.drop();
  });

  const open = (): Promise<Database> =>
    openDatabase({ url: test.url, schema: 'p', migrations, onPartitions: (changes) => seen.push(...changes) });
  const careAt = (at: string) => database.query<PartitionChange>('SELECT * FROM maintain_partitions_at($1)', [at]);
  const words = (changes: readonly PartitionChange[]) => changes.map((c) => `${c.change} ${c.partition}`);
  const storedAt = (id: number, at: string, needed = false) =>
    database.query('INSERT INTO reading (id, stored, needed) VALUES ($1, $2, $3)', [id, at, needed]);
  const placeOf = async (id: number) =>
    (await database.query<{ at: string }>('SELECT tableoid::regclass::text AS at FROM reading WHERE id = $1', [id]))[0]
      ?.at;

  it('are made for now and ahead when a service starts, once', async () => {
    await database.close();
    expect(seen.map(({ change }) => change)).toEqual(['made', 'made']);
    database = await open();
    await database.close();
    expect(seen).toHaveLength(2);
    database = await open();
    await database.query('INSERT INTO reading (id) VALUES (1)');
    expect(await placeOf(1)).toMatch(/^reading_y\d{4}m(01|04|07|10)$/);
  });

  it('span quarters of the year', async () => {
    expect(words(await careAt('2031-11-17'))).toEqual(['made reading_y2031m10', 'made reading_y2032m01']);
    await storedAt(1, '2031-10-01T00:00:00Z');
    await storedAt(2, '2031-12-31T23:59:59Z');
    await storedAt(3, '2032-01-01T00:00:00Z');
    expect([await placeOf(1), await placeOf(2), await placeOf(3)]).toEqual([
      'reading_y2031m10',
      'reading_y2031m10',
      'reading_y2032m01',
    ]);
  });

  it('take over rows that came before they were made', async () => {
    await storedAt(1, '2031-11-17');
    expect(await placeOf(1)).toBe('reading_rest');
    await careAt('2031-11-18');
    expect(await placeOf(1)).toBe('reading_y2031m10');
    await expect(storedAt(1, '2031-11-17')).rejects.toMatchObject({ sqlState: '23505' });
  });

  it('go when the last of their rows is past its time, and not a day before', async () => {
    await careAt('2031-11-17');
    await storedAt(1, '2031-10-02');
    expect(words(await careAt('2032-04-09'))).not.toContain('dropped reading_y2031m10');
    expect(words(await careAt('2032-04-10'))).toContain('dropped reading_y2031m10');
    expect(await placeOf(1)).toBeUndefined();
  });

  it('stay while a row is needed', async () => {
    await careAt('2031-11-17');
    await storedAt(1, '2031-10-02', true);
    expect(words(await careAt('2035-01-01'))).toContain('kept reading_y2031m10');
    await database.query('UPDATE reading SET needed = false');
    expect(words(await careAt('2035-01-01'))).toContain('dropped reading_y2031m10');
  });

  it('are kept for as long as the owner says', async () => {
    await careAt('2031-11-17');
    await keepPartitionsFor(connectionTarget(test.url), 'p', 400);
    expect(words(await careAt('2033-02-03'))).not.toContain('dropped reading_y2031m10');
    expect(words(await careAt('2033-02-04'))).toContain('dropped reading_y2031m10');
    await expect(keepPartitionsFor(connectionTarget(test.url), 'p', 29)).rejects.toMatchObject({ sqlState: '23514' });
  });

  it('are cared for by several at once', async () => {
    const changes = words((await Promise.all([1, 2, 3].map(() => careAt('2031-11-17')))).flat());
    expect(changes.filter((change) => change.startsWith('made'))).toHaveLength(2);
    expect(new Set(changes).size).toBe(changes.length);
  });
});
