import { DataSource } from 'typeorm';
import type { ConnectionTarget } from './connection-url';
import type { MigrationClass } from './database';
import { onOneConnection } from './one-connection';
import { SILENT } from './silent-logger';

/** What a schema lacks. */
export type PendingMigrations =
  | { readonly kind: 'up-to-date' }
  /** In the order in which they are to be made. */
  | { readonly kind: 'pending'; readonly names: readonly string[] };

/** Waiting longer for a table would keep everybody who comes after waiting too; nothing is done then. */
const LOCK_WITHIN_MS = 30_000;

/** Compares a schema with its migrations and changes nothing. A schema that is newer than the program lacks nothing. */
export function pendingMigrations(
  target: ConnectionTarget,
  schema: string,
  migrations: readonly MigrationClass[],
): Promise<PendingMigrations> {
  return onOneConnection(target, `${schema} check`, async (client) => {
    const table = await client.query('SELECT to_regclass($1) AS found', [`"${schema}".migration`]);
    const isThere = (table.rows as { found: string | null }[])[0]?.found != null;
    const made = isThere ? await client.query<{ name: string }>(`SELECT name FROM "${schema}".migration`) : undefined;
    const known = new Set(made?.rows.map(({ name }) => name));
    const names = migrations.map(nameOfMigration).filter((name) => !known.has(name));
    if (names.length > 0) return { kind: 'pending', names: names.sort(byTimestamp) };
    // A schema without migrations has to exist nevertheless.
    const found = await client.query('SELECT FROM pg_namespace WHERE nspname = $1', [schema]);
    return found.rowCount === 0 ? { kind: 'pending', names } : { kind: 'up-to-date' };
  });
}

/**
 * Makes a schema and what it lacks, each migration in a transaction. Several programs may do so at once: whoever comes
 * later waits for an advisory lock and then finds nothing to do.
 */
export async function migrateSchema(
  target: ConnectionTarget,
  schema: string,
  migrations: readonly MigrationClass[],
): Promise<void> {
  const dataSource = new DataSource({
    type: 'postgres',
    url: target.url,
    ssl: target.ssl,
    schema,
    applicationName: `${schema} migrations`,
    poolSize: 2,
    migrations: [...migrations],
    migrationsTableName: 'migration',
    installExtensions: false,
    logger: SILENT,
    connectTimeoutMS: 10_000,
    poolErrorHandler: () => undefined,
    extra: { options: `-c search_path=${schema} -c timezone=UTC -c lock_timeout=${LOCK_WITHIN_MS}`, keepAlive: true },
  });
  await onOneConnection(target, `${schema} migrations`, async (client) => {
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [`trading migrations of ${schema}`]);
    await client.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
    try {
      await dataSource.initialize();
      await dataSource.runMigrations({ transaction: 'each' });
    } finally {
      if (dataSource.isInitialized) await dataSource.destroy();
    }
  });
}

/** As TypeORM takes it. */
const nameOfMigration = (migration: MigrationClass): string => new migration().name ?? migration.name;

const byTimestamp = (a: string, b: string): number => Number(a.slice(-13)) - Number(b.slice(-13));
