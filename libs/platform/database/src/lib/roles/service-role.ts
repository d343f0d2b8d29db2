import type { Client } from 'pg';
import type { ConnectionTarget } from '../connection-url';
import { onOneConnection } from '../one-connection';

/** A role that can work with one schema and do nothing else. */
export interface ServiceRole {
  readonly role: string;
  /** Its own: it reads and writes rows there. */
  readonly schema: string;
  /** Schemas that it reads and writes besides, such as the time series. */
  readonly also?: readonly string[] | undefined;
  /** Set, or changed to this; left as it is when absent. */
  readonly password?: string | undefined;
}

/**
 * Makes a role, or brings it up to date: it may connect, use its schema, read and write rows of the tables there, now
 * and later, and care for partitions. It may make, change and drop nothing, sees no other schema, and cannot write the
 * list of migrations. Needs a connection of the tables' owner that may make roles. Safe to repeat.
 */
export function ensureServiceRole(target: ConnectionTarget, options: ServiceRole): Promise<void> {
  return onOneConnection(target, 'trading roles', async (client) => {
    await client.query('BEGIN');
    // Roles belong to the whole server: two that make the same one at once would both find it missing.
    await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('trading roles', 0))`);
    const role = client.escapeIdentifier(options.role);
    const existing = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [options.role]);
    if (existing.rowCount === 0) await client.query(`CREATE ROLE ${role}`);
    await client.query(`ALTER ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT`);
    if (options.password !== undefined) await setPassword(client, role, options.password);
    const database = await client.query<{ name: string }>('SELECT current_database() AS name');
    const name = client.escapeIdentifier(database.rows[0]?.name ?? '');
    await client.query(`GRANT CONNECT ON DATABASE ${name} TO ${role}`);
    for (const schema of [options.schema, ...(options.also ?? [])]) await grant(client, role, schema);
    await client.query('COMMIT');
  });
}

async function grant(client: Client, role: string, schemaName: string): Promise<void> {
  const schema = client.escapeIdentifier(schemaName);
  const rows = 'SELECT, INSERT, UPDATE, DELETE';
  await client.query(`
    GRANT USAGE ON SCHEMA ${schema} TO ${role};
    GRANT ${rows} ON ALL TABLES IN SCHEMA ${schema} TO ${role};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO ${role};
    ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT ${rows} ON TABLES TO ${role};
    ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT USAGE ON SEQUENCES TO ${role};`);
  for (const table of ['migration', 'partitioned']) {
    const full = `${schema}.${table}`;
    const found = await client.query<{ found: string | null }>('SELECT to_regclass($1) AS found', [full]);
    if (found.rows[0]?.found != null) await client.query(`REVOKE INSERT, UPDATE, DELETE ON ${full} FROM ${role}`);
  }
  const care = `${schema}.maintain_partitions()`;
  const found = await client.query<{ found: string | null }>('SELECT to_regprocedure($1) AS found', [care]);
  if (found.rows[0]?.found != null) await client.query(`GRANT EXECUTE ON FUNCTION ${care} TO ${role}`);
}

/** As a literal, because PostgreSQL takes no parameter there; kept out of the server's log of statements. */
async function setPassword(client: Client, role: string, password: string): Promise<void> {
  await client.query(`SELECT set_config('log_statement', 'none', true) WHERE current_setting('is_superuser') = 'on'`);
  await client.query(`ALTER ROLE ${role} PASSWORD ${client.escapeLiteral(password)}`);
}
