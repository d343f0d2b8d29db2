import { DatabaseError, SchemaBehind, type Database, type Sql } from '@trading/platform-database';
import { TimeSeriesError } from './errors';
import type { Catalogue } from './time-series-store';

const NAME = /^[a-z][a-zA-Z0-9_]{0,62}$/;
const TAKEN = new Set(['series', 'migration', 'series_id', 'seq', 'time_us']);

/** Makes the table that names the series. */
export class CreateSeries1700000000000 {
  readonly name = 'CreateSeries1700000000000';

  async up(runner: { query(sql: string): Promise<unknown> }): Promise<void> {
    await runner.query(`CREATE TABLE series (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      measurement text NOT NULL,
      tags jsonb NOT NULL,
      UNIQUE (measurement, tags)
    )`);
  }

  async down(runner: { query(sql: string): Promise<unknown> }): Promise<void> {
    await runner.query('DROP TABLE series');
  }
}

/** Refuses names that cannot be tables and columns. */
export function checkCatalogue(catalogue: Catalogue): void {
  for (const [measurement, fields] of Object.entries(catalogue)) {
    for (const name of [measurement, ...fields]) {
      if (!NAME.test(name) || TAKEN.has(name))
        throw new TimeSeriesError(`"${name}" is no name for a measurement or field.`);
    }
    if (fields.length === 0) throw new TimeSeriesError(`The measurement "${measurement}" has no fields.`);
  }
}

/** Of the schema of the time series; its measurements follow from the catalogue. */
export const TIME_SERIES_MIGRATIONS = [CreateSeries1700000000000];

/**
 * Makes a table for every measurement and adds the fields that are new. Where nothing is, a role suffices that may make
 * nothing.
 *
 * @throws {SchemaBehind} when something is and the role may not
 */
export async function createMeasurements(database: Database, catalogue: Catalogue): Promise<void> {
  const lacking = await lackingFields(database, catalogue);
  if (lacking.length === 0) return;
  try {
    await database.transaction(async (tx) => {
      // Two programs that start at once would both find a table missing.
      await tx.query('LOCK TABLE series IN EXCLUSIVE MODE');
      for (const [measurement, fields] of Object.entries(catalogue)) await createMeasurement(tx, measurement, fields);
    });
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.sqlState !== '42501') throw error;
    throw new SchemaBehind(database.schema, lacking, 'the role of this connection may not make them');
  }
}

/** Measurements and fields that have no column, as `tick.bid`. */
async function lackingFields(database: Database, catalogue: Catalogue): Promise<string[]> {
  const rows = await database.query<{ field: string }>(
    `SELECT c.relname || '.' || a.attname AS field FROM pg_class c
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'`,
  );
  const known = new Set(rows.map(({ field }) => field));
  return Object.entries(catalogue)
    .flatMap(([measurement, fields]) => fields.map((field) => `${measurement}.${field}`))
    .filter((field) => !known.has(field));
}

async function createMeasurement(tx: Sql, measurement: string, fields: readonly string[]): Promise<void> {
  await tx.query(`CREATE TABLE IF NOT EXISTS "${measurement}" (
    series_id integer NOT NULL,
    seq bigint NOT NULL,
    time_us bigint NOT NULL,
    PRIMARY KEY (series_id, seq)
  )`);
  for (const field of fields) {
    await tx.query(`ALTER TABLE "${measurement}" ADD COLUMN IF NOT EXISTS "${field}" float8`);
  }
  // Rows come nearly in the order of time: a summary per block finds a range and costs an insert nothing.
  await tx.query(`CREATE INDEX IF NOT EXISTS "${measurement}_time" ON "${measurement}" USING brin (time_us)`);
}

/** The insert of a batch; see {@link Batch.parameters}. */
export function insertOf(measurement: string, fields: readonly string[]): string {
  const columns = ['series_id', 'seq', 'time_us', ...fields.map((field) => `"${field}"`)];
  const arrays = ['int4', 'int8', 'int8', ...fields.map(() => 'float8')].map((type, i) => `$${i + 1}::${type}[]`);
  return `INSERT INTO "${measurement}" (${columns.join(', ')}) SELECT * FROM unnest(${arrays.join(', ')}) ON CONFLICT DO NOTHING`;
}
