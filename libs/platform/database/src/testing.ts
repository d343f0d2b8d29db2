import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { DataFolderBusy } from './lib/embedded/errors';
import { startEmbeddedPostgres } from './lib/embedded/embedded-postgres';

/** An empty database of one spec. */
export interface TestDatabase {
  readonly url: string;
  /** Removes it, closing what is still connected. */
  drop(): Promise<void>;
}

let server: Promise<string> | undefined;

/**
 * Makes an empty database on the server at `TEST_DATABASE_URL`, else on an embedded one in `TEST_POSTGRES_FOLDER`,
 * which the first to ask starts and which jest's global teardown ends.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const base = process.env['TEST_DATABASE_URL'] ?? (await (server ??= embeddedServer()));
  const name = `test_${process.env['JEST_WORKER_ID'] ?? '0'}_${randomBytes(6).toString('hex')}`;
  await administer(base, `CREATE DATABASE ${name}`);
  const url = new URL(base);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(base, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function embeddedServer(): Promise<string> {
  const folder = process.env['TEST_POSTGRES_FOLDER'];
  if (folder === undefined) throw new Error('createTestDatabase works within jest, whose global setup names a folder.');
  for (;;) {
    try {
      const postgres = await startEmbeddedPostgres({ folder, durable: false });
      postgres.leave();
      return postgres.url;
    } catch (error) {
      // Another worker of this run is starting it.
      if (!(error instanceof DataFolderBusy)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function administer(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
