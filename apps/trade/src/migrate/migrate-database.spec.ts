import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MEASUREMENTS } from '@trading/contracts';
import type { Database, TestDatabase } from '@trading/platform-database';
import { Client } from 'pg';
import { runCli } from '../cli/run-cli';
import { MemoryConsole } from '../testing/memory-console';
import type { MigrationReport } from './migrate-database';
import { serviceSchemas } from './schemas';

describe('./trade migrate', () => {
  let created: TestDatabase;
  let folder: string;
  let file: string;
  /** Roles belong to the whole server, which other specs share. */
  const prefix = `spec${process.pid}_`;
  const opened: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    const { createTestDatabase } = await import('@trading/platform-database');
    created = await createTestDatabase();
    folder = mkdtempSync(join(tmpdir(), 'trading-migrate-'));
    file = join(folder, 'credentials.json');
  });
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
  });
  afterAll(async () => {
    const schemas = await serviceSchemas();
    const owner = new Client({ connectionString: created.url });
    await owner.connect();
    for (const { schema } of schemas)
      await owner.query(`DROP OWNED BY ${prefix}${schema}; DROP ROLE ${prefix}${schema}`);
    await owner.end();
    await created.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function migrate(...words: string[]): Promise<{ code: number; console: MemoryConsole }> {
    const console = new MemoryConsole();
    const connect = () => Promise.reject(new Error('no system'));
    const code = await runCli(['migrate', ...words], {
      console,
      env: { DATABASE_URL: created.url },
      cwd: folder,
      connect,
    });
    return { code, console };
  }
  const withRoles = ['--write-credentials', 'credentials.json', '--role-prefix', prefix, '--json'];
  const credentials = () => JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  const reportOf = ({ console }: { console: MemoryConsole }) => JSON.parse(console.stdout) as MigrationReport;

  async function openAs(schema: string): Promise<Database> {
    const migrations = (await serviceSchemas()).find((each) => each.schema === schema)!.migrations;
    const { openDatabase } = await import('@trading/platform-database');
    const database = await openDatabase({ url: credentials()[schema]!, schema, migrations, poolSize: 2 });
    opened.push(database);
    return database;
  }

  it('says what it would do, and does it, at once from several places and again later', async () => {
    const planned = reportOf(await migrate('--plan', ...withRoles));
    expect(planned.schemas.find(({ schema }) => schema === 'execution')?.migrations).toEqual([
      'CreateCheckpoint1700000000000',
      'ExecutionTables1700000000000',
      'CreatePartitioning1700000000001',
      'PartitionedEvents1700000000002',
      'AccountLease1700000000003',
      'OrderLife1700000000004',
      'Differences1700000000020',
      'FlattenWanted1700000000021',
      'OrdersOfGroups1700000000022',
      'FlattenUntilFlat1700000000023',
    ]);
    const both = await Promise.all([migrate('--json'), migrate('--json')]);
    expect(both.map(({ code, console }) => [code, console.stderr])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    const again = reportOf(await migrate(...withRoles));
    expect(again.schemas.flatMap(({ migrations }) => migrations)).toEqual([]);
    expect(again.roles).toContain(`${prefix}execution`);
  });

  it('writes the URLs where only their owner reads them, and keeps passwords that it finds there', async () => {
    const before = credentials();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await migrate(...withRoles);
    expect(credentials()).toEqual(before);
    expect(new Set(Object.values(before)).size).toBe(5);
  });

  it('lets every service work with its role, and the owners of series write them', async () => {
    for (const schema of ['gateway', 'prediction', 'decision', 'execution', 'risk_manager']) {
      const database = await openAs(schema);
      expect(await database.query('SELECT current_user::text AS who')).toEqual([{ who: `${prefix}${schema}` }]);
    }
    const execution = await openAs('execution');
    await execution.query(`INSERT INTO account (account_id, data) VALUES ('a', '{}')`);
    await execution.query(`UPDATE account SET epoch = 2`);
    await execution.query('SELECT * FROM maintain_partitions()');
    await (await openAs('risk_manager')).query(`INSERT INTO audit (account_id, who) VALUES ('a', 'b')`);
    const { PostgresTimeSeries } = await import('@trading/platform-timeseries');
    const series = await PostgresTimeSeries.open({ url: credentials()['execution']!, catalogue: MEASUREMENTS });
    opened.push(series);
    const fields = { balance: [1], equity: [1], lots: [0] };
    series.write('equity', { account: 'a' }, { seq: [1], timeUs: [1], fields });
    await series.flush();
    expect(await series.count('equity', { account: 'a' })).toBe(1);
  });

  it.each([
    ['make a table', 'CREATE TABLE mine (n int)'],
    ['drop a table', 'DROP TABLE orders'],
    ['change a table', 'ALTER TABLE orders ADD COLUMN more text'],
    ['empty a table at once', 'TRUNCATE order_event'],
    ["read another service's tables", 'SELECT * FROM risk_manager.account'],
    ['claim a migration', `INSERT INTO migration (timestamp, name) VALUES (1, 'x')`],
    ['shorten how long events are kept', 'UPDATE partitioned SET keep_days = 30'],
    ['drop partitions of a time of its choice', `SELECT * FROM maintain_partitions_at('2100-01-01')`],
    ['make a schema', 'CREATE SCHEMA mine'],
    ['make a table for all', 'CREATE TABLE public.mine (n int)'],
    ['become another role', `SET ROLE ${prefix}risk_manager`],
  ])('does not let a role %s', async (_, sql) => {
    const execution = await openAs('execution');
    await expect(execution.query(sql)).rejects.toMatchObject({ sqlState: '42501' });
  });

  it('grants what is made later too', async () => {
    const owner = new Client({ connectionString: created.url });
    await owner.connect();
    await owner.query('CREATE TABLE execution.later (n int)');
    await owner.end();
    await (await openAs('execution')).query('INSERT INTO later VALUES (1)');
  });

  it('changes how long rows are kept, and refuses what would be too short', async () => {
    expect((await migrate('--keep-days', '29')).code).toBe(2);
    expect((await migrate('--keep-days', '90')).code).toBe(0);
    const rows = await (await openAs('execution')).query('SELECT name, keep_days FROM partitioned');
    expect(rows).toEqual([{ name: 'order_event', keep_days: 90 }]);
  });

  it('tells in one paragraph, without the password, that the database is not there', async () => {
    const url = 'postgresql://trading:secret-word@127.0.0.1:1/trading';
    const { code, console } = await migrate('--database-url', url);
    expect(code).toBe(1);
    expect(console.stderr).toMatch(/^The database could not be brought up to date\. .*ECONNREFUSED/);
    expect(console.stderr).not.toContain('secret-word');
  });

  it('asks for a database that nobody named', async () => {
    const console = new MemoryConsole();
    expect(await runCli(['migrate'], { console, env: {}, cwd: folder })).toBe(2);
    expect(console.stderr).toContain('DATABASE_URL');
  });
});
