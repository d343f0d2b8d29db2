import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { PARSERS } from './connection-pool';
import { connectionTarget, type ConnectionTarget, type DatabaseTls } from './connection-url';
import type { Database, MigrationClass } from './database';
import { DatabaseError, databaseError, SchemaBehind } from './database-errors';
import { migrateSchema, pendingMigrations } from './migrate-schema';
import { PartitionKeeper, type PartitionChange } from './partitions/partition-keeper';
import { PostgresDatabase } from './postgres-database';
import { SILENT } from './silent-logger';

export interface DatabaseOptions {
  /** `postgresql://user:password@host:port/database`; how it is encrypted: {@link connectionTarget}. */
  readonly url: string;
  readonly tls?: DatabaseTls | undefined;
  /** The service's own schema. Lower-case letters, digits and `_`. */
  readonly schema: string;
  /** Applied in the order of the timestamps in their names, each once. */
  readonly migrations: readonly MigrationClass[];
  /**
   * True, the default, makes the schema and what it lacks; a role that may not is refused only if something is lacking.
   * `check` makes nothing and refuses a schema that lacks something. False does not look.
   */
  readonly migrate?: boolean | 'check' | undefined;
  /** Connections at most; they stay open, because an order must not wait for one. Default 6. */
  readonly poolSize?: number | undefined;
  /** Shown by the server beside each connection. Default: the schema. */
  readonly applicationName?: string | undefined;
  /** Longest statement; migrations have no limit. Default 30 s, 0 is none. */
  readonly statementTimeoutMs?: number | undefined;
  /** Longest wait for a lock. Default 10 s, 0 is none. */
  readonly lockTimeoutMs?: number | undefined;
  /** Longest silence within a transaction, after which the server ends the connection. Default 60 s, 0 is none. */
  readonly idleInTransactionTimeoutMs?: number | undefined;
  /** Longest wait for a connection, a new one or a free one. Default 10 s. */
  readonly connectTimeoutMs?: number | undefined;
  readonly onIdleConnectionLost?: ((error: Error) => void) | undefined;
  /** Told what the daily care for partitioned tables made, dropped and kept for longer. */
  readonly onPartitions?: ((changes: readonly PartitionChange[]) => void) | undefined;
  /** Told when that care failed; it is tried again. */
  readonly onPartitionsFailed?: ((error: Error) => void) | undefined;
}

/** An answer that comes later than the server itself gives up comes from a server that is gone. */
const ANSWER_GRACE_MS = 5_000;
const KEEP_ALIVE_AFTER_MS = 30_000;

/**
 * Connects to a service's schema and brings it up to date. Several programs may do so at once: migrations run under
 * an advisory lock of the schema. Connections that break are replaced as they are needed.
 *
 * @throws {TransientDatabaseError} when the server cannot be reached now
 * @throws {SchemaBehind} when migrations are missing and may not be made
 * @throws {DatabaseError} when a migration fails (it is rolled back), or the URL or the schema's name is none
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { schema, migrations, migrate = true } = options;
  if (!/^[a-z][a-z0-9_]*$/.test(schema))
    throw new DatabaseError(`"${schema}" is no name for a schema.`, undefined, undefined);
  const target = connectionTarget(options.url, options.tls);
  const dataSource = dataSourceOf(options, target);
  try {
    if (migrate !== false) await bringUpToDate(target, schema, migrations, migrate);
    await dataSource.initialize();
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    throw databaseError(error, `The schema ${schema} cannot be opened`, target.password);
  }
  const keeper = new PartitionKeeper(target, options);
  keeper.start();
  return new PostgresDatabase(schema, dataSource, () => keeper.stop());
}

async function bringUpToDate(
  target: ConnectionTarget,
  schema: string,
  migrations: readonly MigrationClass[],
  migrate: true | 'check',
): Promise<void> {
  const missing = await pendingMigrations(target, schema, migrations);
  if (missing.kind === 'up-to-date') return;
  if (migrate === 'check') throw new SchemaBehind(schema, missing.names, 'this program makes none');
  try {
    await migrateSchema(target, schema, migrations);
  } catch (error) {
    const failure = databaseError(error, `The schema ${schema} cannot be opened`, target.password);
    if (!(failure instanceof DatabaseError) || failure.sqlState !== '42501') throw failure;
    throw new SchemaBehind(schema, missing.names, 'the role of this connection may not make them');
  }
}

function dataSourceOf(options: DatabaseOptions, { url, ssl, password }: ConnectionTarget): DataSource {
  const { schema, applicationName = schema, statementTimeoutMs = 30_000, lockTimeoutMs = 10_000 } = options;
  const { idleInTransactionTimeoutMs = 60_000, connectTimeoutMs = 10_000, poolSize = 6 } = options;
  const settings = {
    search_path: schema,
    timezone: 'UTC',
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
  };
  return new DataSource({
    type: 'postgres',
    url,
    ssl,
    schema,
    applicationName,
    poolSize,
    installExtensions: false,
    logger: SILENT,
    connectTimeoutMS: connectTimeoutMs,
    poolErrorHandler: (error: unknown) =>
      options.onIdleConnectionLost?.(databaseError(error, 'a connection', password)),
    extra: {
      types: PARSERS,
      options: Object.entries(settings)
        .map(([name, value]) => `-c ${name}=${value}`)
        .join(' '),
      idleTimeoutMillis: 0,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
      ...(statementTimeoutMs === 0 ? {} : { query_timeout: statementTimeoutMs + ANSWER_GRACE_MS }),
    },
  });
}
