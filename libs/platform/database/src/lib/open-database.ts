import 'reflect-metadata';
import { Client } from 'pg';
import { DataSource, type Logger } from 'typeorm';
import { nameOf, PARSERS, runStatement, type ConnectionPool } from './connection-pool';
import type { Database, Isolation, MigrationClass, Sql } from './database';
import { DatabaseError, databaseError } from './database-errors';

export interface DatabaseOptions {
  /** `postgresql://user:password@host:port/database` */
  readonly url: string;
  /** The service's own schema; made when absent. Lower-case letters, digits and `_`. */
  readonly schema: string;
  /** Applied in the order of the timestamps in their names, each once. */
  readonly migrations: readonly MigrationClass[];
  /** Connections at most. Default 8. */
  readonly poolSize?: number | undefined;
  /** Shown by the server beside each connection. Default: the schema. */
  readonly applicationName?: string | undefined;
  readonly onIdleConnectionLost?: ((error: Error) => void) | undefined;
}

/**
 * Connects to a service's schema and brings it up to date. Several programs may do so at once: migrations run under
 * an advisory lock of the schema.
 *
 * @throws {TransientDatabaseError} when the server cannot be reached now
 * @throws {DatabaseError} when a migration fails (it is rolled back) or the URL is none
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const secret = checked(options);
  const { url, schema, applicationName = schema } = options;
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    schema,
    applicationName,
    poolSize: options.poolSize ?? 8,
    migrations: [...options.migrations],
    migrationsTableName: 'migration',
    installExtensions: false,
    logger: SILENT,
    connectTimeoutMS: 10_000,
    poolErrorHandler: (error: unknown) => options.onIdleConnectionLost?.(databaseError(error, 'a connection', secret)),
    extra: { types: PARSERS, options: `-c search_path=${schema} -c timezone=UTC`, keepAlive: true },
  });
  try {
    await locked(url, `${applicationName} migrations`, schema, async (client) => {
      await client.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
      await dataSource.initialize();
      await dataSource.runMigrations({ transaction: 'each' });
    });
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    throw databaseError(error, `The schema ${schema} cannot be opened`, secret);
  }
  return new PostgresDatabase(schema, dataSource);
}

/** TypeORM writes to the console otherwise; whatever goes wrong is thrown as well. */
const SILENT: Logger = {
  logQuery: () => undefined,
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
  logMigration: () => undefined,
  log: () => undefined,
};

/** Refuses what cannot work; returns the password, to keep it out of messages. */
function checked({ url, schema }: DatabaseOptions): string {
  if (!/^[a-z][a-z0-9_]*$/.test(schema))
    throw new DatabaseError(`"${schema}" is no name for a schema.`, undefined, undefined);
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) {
    throw new DatabaseError(
      'The database URL is not of the form postgresql://user:password@host:port/name.',
      undefined,
      undefined,
    );
  }
  return decodeURIComponent(new URL(url).password);
}

/** Does work while nobody else does it on the same schema; a connection of its own holds the lock. */
async function locked(
  url: string,
  name: string,
  schema: string,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const client = new Client({ connectionString: url, application_name: name, connectionTimeoutMillis: 10_000 });
  // A connection that breaks fails the statement in progress as well; that error is the one to report.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [`trading migrations of ${schema}`]);
    await work(client);
  } finally {
    await client.end();
  }
}

class PostgresDatabase implements Database {
  private readonly pool: ConnectionPool;

  constructor(
    readonly schema: string,
    readonly dataSource: DataSource,
  ) {
    // TypeORM's query runner costs more than the driver does; both share this pool.
    this.pool = (dataSource.driver as unknown as { master: ConnectionPool }).master;
  }

  query<R extends object>(sql: string, params?: readonly unknown[]): Promise<R[]> {
    return runStatement<R>(this.pool, sql, params);
  }

  async transaction<R>(work: (tx: Sql) => Promise<R>, isolation?: Isolation): Promise<R> {
    const client = await this.pool.connect().catch((error: unknown) => {
      throw databaseError(error, 'BEGIN');
    });
    let isOver = false;
    const tx: Sql = {
      query: <Row extends object>(sql: string, params?: readonly unknown[]): Promise<Row[]> => {
        const late = new DatabaseError(`${nameOf(sql)}: the transaction is over`, undefined, undefined);
        return isOver ? Promise.reject(late) : runStatement<Row>(client, sql, params);
      },
    };
    // A connection that breaks between two statements says so with an event, which nobody heard would end the program;
    // the next statement fails with it.
    let broken = false;
    const onBroken = (): void => {
      broken = true;
    };
    client.on('error', onBroken);
    try {
      await runStatement(client, isolation === undefined ? 'BEGIN' : `BEGIN ISOLATION LEVEL ${isolation}`, undefined);
      const result = await work(tx);
      isOver = true;
      await runStatement(client, 'COMMIT', undefined);
      return result;
    } catch (error) {
      isOver = true;
      await client.query('ROLLBACK').catch(onBroken);
      throw error;
    } finally {
      client.off('error', onBroken);
      client.release(broken);
    }
  }

  async ping(): Promise<void> {
    await this.query('SELECT 1');
  }

  async close(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}
