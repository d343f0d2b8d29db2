import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TransientDatabaseError } from './database-errors';
import { removeEmbeddedPostgres, startEmbeddedPostgres, type EmbeddedPostgres } from './embedded/embedded-postgres';
import { readPostmaster } from './embedded/postmaster-file';
import { openDatabase } from './open-database';

const WRITERS = 4;

describe('a server that is killed and comes back under load', () => {
  let folder: string;
  let postgres: EmbeddedPostgres;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'trading-away-'));
    postgres = await startEmbeddedPostgres({ folder });
  });
  afterAll(async () => {
    await postgres.stop();
    await removeEmbeddedPostgres(folder);
    rmSync(folder, { recursive: true, force: true });
  });

  it('loses nothing that was committed, fails only for the moment, and the pool heals by itself', async () => {
    const lost: Error[] = [];
    const database = await openDatabase({
      url: postgres.url,
      schema: 'away',
      migrations: [],
      onIdleConnectionLost: (error) => lost.push(error),
    });
    await database.query('CREATE TABLE written (n int PRIMARY KEY)');
    const committed: number[] = [];
    const failures: unknown[] = [];
    let next = 0;
    let stopped = false;
    /** Writes each number until it is known to be stored. */
    const write = async (): Promise<void> => {
      while (!stopped) {
        const n = next++;
        for (let done = false; !done;) {
          try {
            await database.transaction((tx) => tx.query('INSERT INTO written VALUES ($1) ON CONFLICT DO NOTHING', [n]));
            committed.push(n);
            done = true;
          } catch (error) {
            failures.push(error);
            if (!(error instanceof TransientDatabaseError)) throw error;
          }
        }
      }
    };
    const writers = Array.from({ length: WRITERS }, write);
    const reaches = async (count: number): Promise<void> => {
      for (const until = Date.now() + 60_000; committed.length < count;) {
        if (Date.now() > until) throw new Error(`${committed.length} of ${count} were written`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    await reaches(50);
    process.kill(readPostmaster(postgres.dataFolder)!.pid, 'SIGKILL');
    while (failures.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await expect(database.ping()).rejects.toBeInstanceOf(TransientDatabaseError);
    const { port } = postgres;
    await postgres.stop();
    postgres = await startEmbeddedPostgres({ folder, port });
    await reaches(committed.length + 50);
    stopped = true;
    await Promise.all(writers);
    await database.ping();
    const rows = await database.query<{ n: number }>('SELECT n FROM written');
    const stored = new Set(rows.map(({ n }) => n));
    expect(committed.filter((n) => !stored.has(n))).toEqual([]);
    expect(failures.every((error) => error instanceof TransientDatabaseError)).toBe(true);
    await database.close();
  });
});
