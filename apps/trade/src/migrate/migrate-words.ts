import type { MigrationReport } from './migrate-database';

/** What was done, or would be, a line for each schema. */
export function migrateWords({ planned, schemas, roles, credentialsFile }: MigrationReport): string {
  const lines = schemas.flatMap(({ schema, migrations }) =>
    migrations.length === 0
      ? [`${schema}: up to date`]
      : [`${schema}: ${planned ? 'would make' : 'made'}`, ...migrations.map((name) => `  ${name}`)],
  );
  if (credentialsFile !== undefined) {
    const made = planned ? 'Would make or update' : 'Made or updated';
    lines.push(
      `${made} the roles ${roles.join(', ')}; their URLs ${planned ? 'would be' : 'are'} in ${credentialsFile}.`,
    );
  }
  return lines.join('\n');
}
