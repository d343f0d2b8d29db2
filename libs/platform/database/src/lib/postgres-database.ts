import type { DataSource } from 'typeorm';
import { nameOf, runStatement, type ConnectionPool } from './connection-pool';
import type { Database, Isolation, Sql } from './database';
import { DatabaseError, databaseError, TransientDatabaseError } from './database-errors';

const PING_WITHIN_MS = 2_000;

export class PostgresDatabase implements Database {
  private readonly pool: ConnectionPool;

  constructor(
    readonly schema: string,
    readonly dataSource: DataSource,
    private readonly onClose: () => Promise<void>,
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
      // Without a word of the server there is nobody to roll back with; a standby is no place to come back to.
      if (error instanceof TransientDatabaseError && (error.sqlState === undefined || error.sqlState === '25006'))
        broken = true;
      else await client.query('ROLLBACK').catch(onBroken);
      throw error;
    } finally {
      client.off('error', onBroken);
      client.release(broken);
    }
  }

  async ping(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      const failure = new TransientDatabaseError(`no answer within ${PING_WITHIN_MS} ms`, undefined, undefined);
      timer = setTimeout(() => reject(failure), PING_WITHIN_MS);
    });
    try {
      await Promise.race([this.query('SELECT 1'), tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    await this.onClose();
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}
