import type { DataSource, MigrationInterface } from 'typeorm';

/** Something that runs SQL: the database itself, or one transaction of it. */
export interface Sql {
  /**
   * Runs one statement with `$1`-style parameters and returns its rows.
   *
   * `numeric` comes back as string, `bigint` as number (an unsafe one is an error), `jsonb` as value,
   * `timestamptz` as Date. Parameters: Date, Buffer, array, number, string, boolean, null; objects become JSON.
   *
   * @throws {TransientDatabaseError} when the same work may succeed on another try
   * @throws {DatabaseError} otherwise
   */
  query<R extends object = Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<R[]>;
}

/** Isolation of a transaction; PostgreSQL's default is `read committed`. */
export type Isolation = 'read committed' | 'repeatable read' | 'serializable';

/** One service's schema in the relational store. */
export interface Database extends Sql {
  readonly schema: string;
  /** TypeORM's view of the same pool. */
  readonly dataSource: DataSource;
  /** Commits when `work` resolves, rolls back when it throws. `tx` is worth nothing afterwards. Not retried here. */
  transaction<R>(work: (tx: Sql) => Promise<R>, isolation?: Isolation): Promise<R>;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** A TypeORM migration; its class name (or `name`) ends in a 13-digit timestamp that orders it. */
export type MigrationClass = new () => MigrationInterface;

/** Token of a service's {@link Database}. */
export const DATABASE = Symbol('DATABASE');
