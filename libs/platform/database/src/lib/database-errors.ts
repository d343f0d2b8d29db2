import { types } from 'node:util';

/** A statement or a connection failed. Messages never hold the password. */
export class DatabaseError extends Error {
  readonly code: string = 'DATABASE';
  constructor(
    message: string,
    /** PostgreSQL's five-character code (`23505` is a broken unique constraint), where the server gave one. */
    readonly sqlState: string | undefined,
    /** Name of the broken constraint, where it is one. */
    readonly constraint: string | undefined,
  ) {
    super(message);
    this.name = new.target.name;
  }
}

/** The same work may succeed when it is done again: a lost race, a deadlock, a timeout, a connection that broke. */
export class TransientDatabaseError extends DatabaseError {
  override readonly code = 'DATABASE_TRANSIENT';
}

/** A schema lacks migrations that the program needs, and the program may or can not make them. */
export class SchemaBehind extends DatabaseError {
  override readonly code = 'SCHEMA_BEHIND';
  constructor(
    readonly schema: string,
    readonly missing: readonly string[],
    reason: string,
  ) {
    super(
      `The schema ${schema} lacks ${missing.length === 1 ? 'the migration' : 'the migrations'} ${missing.join(', ')}, ` +
        `and ${reason}. Run ./trade migrate with the database owner's URL.`,
      undefined,
      undefined,
    );
  }
}

/**
 * States after which the same work may succeed: nothing of it was done, or whether it was done is not known.
 *
 * - 08: the connection failed. 57P01 to 57P03, 57P05: the server ends, has crashed, starts, or closed an idle session
 * - 40001, 40P01: a lost race, a deadlock. 55P03: a lock was not had in time
 * - 57014: a statement took too long (or somebody cancelled it): it was rolled back whole, and a busy machine gets better
 * - 25P03, 25P04: the transaction was idle or ran for too long. 25006: this is a standby now; the next connection may
 *   reach the server that took over
 * - 53: no connection, memory or disk is left at the moment
 */
const TRANSIENT_STATES = /^(08...|57P0[1235]|40001|40P01|55P03|57014|25P0[34]|25006|53[123]00)$/;
const TRANSIENT_CODES = new Set(
  'ECONNREFUSED ECONNRESET ECONNABORTED EPIPE ETIMEDOUT EHOSTUNREACH ENETUNREACH EAI_AGAIN ENOTFOUND'.split(' '),
);
/** The driver's own words where it gives no code. */
const TRANSIENT_WORDS =
  /connection terminated|timeout exceeded when trying to connect|timeout expired|query read timeout|not queryable/i;

/** What the driver and Node's sockets add to an error; `errors` are those of the addresses of a host. */
interface DriverFields {
  readonly code?: string;
  readonly constraint?: string;
  readonly errors?: readonly unknown[];
}

/** Turns whatever the driver threw into a {@link DatabaseError} that says nothing secret. */
export function databaseError(error: unknown, doing: string, secret?: string): Error {
  if (error instanceof DatabaseError) return error;
  if (!types.isNativeError(error)) return new DatabaseError(`${doing}: ${String(error)}`, undefined, undefined);
  const { code = '', constraint, errors = [] } = error as Error & DriverFields;
  const sqlState = /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : undefined;
  const said = error.message || errors.map(String).join('; ') || code;
  // Only the driver's words may hold it; in ours a short password would blank out letters.
  const message = `${doing}: ${secret === undefined || secret === '' ? said : said.replaceAll(secret, '***')}`;
  const isTransient =
    (sqlState !== undefined && TRANSIENT_STATES.test(sqlState)) ||
    TRANSIENT_CODES.has(code) ||
    TRANSIENT_WORDS.test(error.message);
  return new (isTransient ? TransientDatabaseError : DatabaseError)(message, sqlState, constraint);
}
