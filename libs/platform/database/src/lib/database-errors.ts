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

/** The same work may succeed when it is done again: a lost race, a deadlock, a connection that broke. */
export class TransientDatabaseError extends DatabaseError {
  override readonly code = 'DATABASE_TRANSIENT';
}

/** Serialization failure and deadlock, connection exceptions, too many connections, shutdown and start of the server. */
const TRANSIENT_STATES = /^(40001|40P01|08...|53300|57P01|57P02|57P03|25P03|55P03)$/;
const TRANSIENT_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'EAI_AGAIN']);
const TRANSIENT_WORDS = /connection terminated|timeout exceeded when trying to connect|not queryable/i;

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
  const sqlState = /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
  const said = error.message || errors.map(String).join('; ') || code;
  // Only the driver's words may hold it; in ours a short password would blank out letters.
  const message = `${doing}: ${secret === undefined || secret === '' ? said : said.replaceAll(secret, '***')}`;
  const isTransient =
    (sqlState !== undefined && TRANSIENT_STATES.test(sqlState)) ||
    TRANSIENT_CODES.has(code) ||
    TRANSIENT_WORDS.test(error.message);
  return new (isTransient ? TransientDatabaseError : DatabaseError)(message, sqlState, constraint);
}
