import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { removeEmbeddedPostgres, startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres';
import { isRoot, placesOf } from './places';
import { readPostmaster } from './postmaster-file';
import { commandLineOf, isAlive, waitFor } from './processes';

jest.setTimeout(60_000);

async function query(postgres: EmbeddedPostgres, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const pidOf = (postgres: EmbeddedPostgres): number => readPostmaster(postgres.dataFolder)!.pid;

describe('the embedded PostgreSQL', () => {
  let base: string;
  let folder: string;
  const started: EmbeddedPostgres[] = [];
  const start = async (
    options: { folder?: string; port?: number; durable?: boolean } = {},
  ): Promise<EmbeddedPostgres> => {
    const postgres = await startEmbeddedPostgres({ folder, durable: false, ...options });
    started.push(postgres);
    return postgres;
  };
  beforeAll(async () => {
    base = mkdtempSync(join(tmpdir(), 'trading-embedded-'));
    folder = join(base, 'data');
    const first = await start();
    await query(first, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
  });
  afterEach(async () => {
    for (const postgres of started.splice(0)) await postgres.stop();
  });
  afterAll(async () => {
    await removeEmbeddedPostgres(folder);
    rmSync(base, { recursive: true, force: true });
  });

  it('keeps its data from one start to the next', async () => {
    const postgres = await start();
    expect(postgres.adopted).toBe(false);
    expect(await query(postgres, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('ends in order when it is stopped', async () => {
    const postgres = await start();
    const pid = pidOf(postgres);
    await postgres.stop();
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(join(postgres.dataFolder, 'postmaster.pid'))).toBe(false);
    expect(readFileSync(placesOf(folder).log, 'utf8')).toContain('database system is shut down');
  });

  it('can be reached and read by nobody else', async () => {
    const postgres = await start();
    const [row] = await query(
      postgres,
      `SELECT current_setting('listen_addresses') AS address,
      current_setting('unix_socket_directories') AS sockets, current_setting('password_encryption') AS password`,
    );
    expect(row).toEqual({ address: '127.0.0.1', sockets: '', password: 'scram-sha-256' });
    expect(statSync(placesOf(folder).password).mode & 0o777).toBe(0o600);
    expect(statSync(postgres.dataFolder).mode & 0o777).toBe(0o700);
    const wrong = new Client({ connectionString: postgres.url.replace(/:[^:@]+@/, ':wrong@') });
    await expect(wrong.connect()).rejects.toMatchObject({ code: '28P01' });
  });

  it('is durable unless told otherwise, and shows its data folder in the process list', async () => {
    const postgres = await startEmbeddedPostgres({ folder });
    started.push(postgres);
    const [row] = await query(
      postgres,
      `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit`,
    );
    expect(row).toEqual({ fsync: 'on', commit: 'on' });
    expect(commandLineOf(pidOf(postgres))).toContain(folder);
  });

  it('is adopted when it was left running', async () => {
    const first = await start();
    first.leave();
    const second = await start();
    expect(second).toMatchObject({ adopted: true, port: first.port, url: first.url });
    expect(await query(second, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('starts again after it was killed, with the pid file of the dead one still there', async () => {
    const first = await start({ durable: true });
    await query(first, 'CREATE TABLE survivor (n int)');
    const pid = pidOf(first);
    process.kill(pid, 'SIGKILL');
    expect(await waitFor(() => !isAlive(pid), 10_000)).toBe(true);
    expect(readPostmaster(first.dataFolder)?.pid).toBe(pid);
    started.pop()!.leave();
    const second = await start();
    expect(second.adopted).toBe(false);
    expect(pidOf(second)).not.toBe(pid);
    expect(await query(second, 'SELECT n FROM survivor')).toEqual([]);
  });

  it('does not take another process for its server', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const { data } = placesOf(folder);
    writeFileSync(join(data, 'postmaster.pid'), `${other.pid}\n${data}\n1\n5432\n\n127.0.0.1\n0\nready   \n`);
    const postgres = await start();
    expect(postgres.adopted).toBe(false);
    expect(pidOf(postgres)).not.toBe(other.pid);
    expect(isAlive(other.pid!)).toBe(true);
    other.kill('SIGKILL');
    await once(other, 'exit');
  });

  it('lets only one program use a folder', async () => {
    const [one, two] = await Promise.allSettled([start(), start()]);
    const refused = one.status === 'rejected' ? one : two;
    expect([one.status, two.status].sort()).toEqual(['fulfilled', 'rejected']);
    expect(refused).toMatchObject({ reason: { code: 'DATA_FOLDER_BUSY', folder, pid: process.pid } });
    await expect(removeEmbeddedPostgres(folder)).rejects.toMatchObject({ code: 'DATA_FOLDER_BUSY' });
  });

  it('takes the folder over from a program that died', async () => {
    const dead = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
    await once(dead, 'exit');
    const lock = join(folder, 'postgres.lock');
    writeFileSync(lock, JSON.stringify({ pid: dead.pid, started: '1' }));
    await (await start()).stop();
    writeFileSync(lock, JSON.stringify({ pid: process.pid, started: 'long before this process' }));
    await start();
    expect(JSON.parse(readFileSync(lock, 'utf8'))).toMatchObject({ pid: process.pid });
  });

  it('heals when it was killed while it was being made', async () => {
    const fresh = join(base, 'interrupted');
    mkdirSync(fresh);
    writeFileSync(join(fresh, 'postgres-password'), 'chosen-before\n');
    const unfinished = join(isRoot() ? placesOf(fresh).cluster : fresh, 'postgres-initialising-1');
    mkdirSync(unfinished, { recursive: true });
    writeFileSync(join(unfinished, 'PG_VERSION'), '17\n');
    const postgres = await start({ folder: fresh });
    expect(await query(postgres, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(existsSync(unfinished)).toBe(false);
    await started.pop()!.stop();
    await removeEmbeddedPostgres(fresh);
    expect(existsSync(postgres.dataFolder)).toBe(false);
  });

  it('says so when the port asked for is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await expect(start({ port })).rejects.toMatchObject({ code: 'PORT_IN_USE', port });
    other.close();
    await once(other, 'close');
    expect((await start({ port })).port).toBe(port);
  });

  it('says so when a cluster of another version is in the folder', async () => {
    const version = join(placesOf(folder).data, 'PG_VERSION');
    writeFileSync(version, '12\n');
    await expect(start()).rejects.toThrow(/made by PostgreSQL 12; this program brings 17/);
    writeFileSync(version, '17\n');
  });

  if (isRoot()) {
    it('as root: follows a folder that moves, and goes with one that is deleted', async () => {
      const before = join(base, 'before');
      const after = join(base, 'after');
      const first = await start({ folder: before });
      await query(first, 'CREATE TABLE moved AS SELECT 1 AS n');
      await first.stop();
      renameSync(before, after);
      const second = await start({ folder: after });
      expect(await query(second, 'SELECT n FROM moved')).toEqual([{ n: 1 }]);
      expect(existsSync(first.dataFolder)).toBe(false);

      const pid = pidOf(second);
      started.pop()!.leave();
      rmSync(after, { recursive: true });
      await start();
      expect(isAlive(pid)).toBe(false);
      expect(existsSync(dirname(second.dataFolder))).toBe(false);
    });

    it('as root: begins with an empty database in a folder that was deleted and made again', async () => {
      const again = join(base, 'again');
      const first = await start({ folder: again });
      await query(first, 'CREATE TABLE old (n int)');
      await first.stop();
      rmSync(again, { recursive: true });
      const second = await start({ folder: again });
      expect(await query(second, `SELECT to_regclass('old') AS old`)).toEqual([{ old: null }]);
      await started.pop()!.stop();
      await removeEmbeddedPostgres(again);
    });
  }
});
