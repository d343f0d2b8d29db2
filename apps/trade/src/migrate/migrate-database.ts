import { MEASUREMENTS } from '@trading/contracts';
import { credentialsFor, passwordOf, writeCredentials } from './credentials';
import { serviceSchemas, TIME_SERIES_SCHEMA, type ServiceSchema } from './schemas';

export interface MigrationWishes {
  /** Of the owner: a role that may make schemas, and roles if they are asked for. */
  readonly url: string;
  /** Only say what would be done. */
  readonly plan: boolean;
  /** Make a role per service and keep their URLs here. */
  readonly credentialsFile?: string | undefined;
  readonly rolePrefix: string;
  /** How long rows of partitioned tables are kept; absent: as it is. */
  readonly keepDays?: number | undefined;
}

export interface MigrationReport {
  readonly planned: boolean;
  readonly schemas: readonly { readonly schema: string; readonly migrations: readonly string[] }[];
  readonly roles: readonly string[];
  readonly credentialsFile?: string | undefined;
}

/** Brings every schema up to date, then the services' roles. Safe to repeat, and from several places at once. */
export async function migrateDatabase(wishes: MigrationWishes): Promise<MigrationReport> {
  const { url, plan, credentialsFile, rolePrefix, keepDays } = wishes;
  const { connectionTarget, keepPartitionsFor, migrateSchema, pendingMigrations } = await loadDatabase();
  const { PostgresTimeSeries, TIME_SERIES_MIGRATIONS } = await import('@trading/platform-timeseries');
  const services = await serviceSchemas();
  const target = connectionTarget(url);
  const all = [...services, { schema: TIME_SERIES_SCHEMA, migrations: TIME_SERIES_MIGRATIONS }];
  const schemas: { schema: string; migrations: readonly string[] }[] = [];
  for (const { schema, migrations } of all) {
    const pending = await pendingMigrations(target, schema, migrations);
    schemas.push({ schema, migrations: pending.kind === 'pending' ? pending.names : [] });
    if (!plan && pending.kind === 'pending') await migrateSchema(target, schema, migrations);
  }
  const roles = credentialsFile === undefined ? [] : services.map(({ schema }) => `${rolePrefix}${schema}`);
  if (plan) return { planned: true, schemas, roles, credentialsFile };
  // Opening makes the measurements that are missing.
  await (await PostgresTimeSeries.open({ url, catalogue: MEASUREMENTS })).close();
  if (keepDays !== undefined) for (const { schema } of services) await keepPartitionsFor(target, schema, keepDays);
  if (credentialsFile !== undefined) await makeRoles(services, wishes, credentialsFile);
  return { planned: false, schemas, roles, credentialsFile };
}

const loadDatabase = () => import('@trading/platform-database');

/** The file comes first: a password that the server has and nobody else would lock everybody out. */
async function makeRoles(
  services: readonly ServiceSchema[],
  { url, rolePrefix }: MigrationWishes,
  file: string,
): Promise<void> {
  const { connectionTarget, ensureServiceRole } = await loadDatabase();
  const target = connectionTarget(url);
  const names = services.map(({ schema }) => schema);
  const credentials = credentialsFor(url, names, rolePrefix, file);
  writeCredentials(file, credentials);
  for (const { schema, keepsTimeSeries } of services) {
    const also = keepsTimeSeries ? [TIME_SERIES_SCHEMA] : [];
    const password = passwordOf(credentials, schema);
    await ensureServiceRole(target, { role: `${rolePrefix}${schema}`, schema, also, password });
  }
}
