import { createHash } from 'node:crypto';
import { types as defaults, type PoolClient, type QueryConfig } from 'pg';
import { databaseError } from './database-errors';

const INT8 = 20;
const INT8_ARRAY = 1016;
const TEXT_ARRAY = 1009;
/** Statements that a connection keeps prepared; texts beyond are sent as they are. */
const PREPARED_LIMIT = 500;

/** Parses `bigint` exactly or not at all. */
function safeInteger(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new RangeError(`${text} is too large for a number; select it as text`);
}

type Parser = (text: string) => unknown;
/** The driver's parsers by type number, which its types take for a closed enumeration. */
const driverParser = defaults.getTypeParser as (oid: number, format?: string) => Parser;
const parseTextArray = driverParser(TEXT_ARRAY) as (text: string) => (string | null)[];

/** Type parsers of one pool: `bigint` as number; all others as the driver has them (`numeric` as string). */
export const PARSERS = {
  getTypeParser(oid: number, format?: string): Parser {
    if (oid === INT8 && format !== 'binary') return safeInteger;
    if (oid === INT8_ARRAY && format !== 'binary') {
      return (text) => parseTextArray(text).map((item) => (item === null ? null : safeInteger(item)));
    }
    return driverParser(oid, format);
  },
};

const names = new Map<string, string>();

/** Gives parametrised statements a name, by which the server parses and plans them once per connection. */
export function prepared(sql: string, params: readonly unknown[] | undefined): QueryConfig {
  if (params === undefined || params.length === 0) return { text: sql };
  let name = names.get(sql);
  if (name === undefined && names.size < PREPARED_LIMIT) {
    name = createHash('sha256').update(sql).digest('base64url').slice(0, 22);
    names.set(sql, name);
  }
  const values = params as unknown[];
  return name === undefined ? { text: sql, values } : { name, text: sql, values };
}

/** What is used of the driver's pool. */
export interface ConnectionPool {
  query(config: QueryConfig): Promise<{ rows: unknown[] }>;
  connect(): Promise<PoolClient>;
}

/** The start of a statement, to say in an error which one it was. */
export const nameOf = (sql: string): string => {
  const text = sql.replaceAll(/\s+/g, ' ').trim();
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
};

/** Runs a statement on a pool or a connection. */
export async function runStatement<R>(
  on: { query(config: QueryConfig): Promise<{ rows: unknown[] }> },
  sql: string,
  params: readonly unknown[] | undefined,
): Promise<R[]> {
  try {
    return (await on.query(prepared(sql, params))).rows as R[];
  } catch (error) {
    throw databaseError(error, nameOf(sql));
  }
}
