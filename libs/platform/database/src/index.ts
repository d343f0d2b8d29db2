// The relational store: PostgreSQL through TypeORM, one schema per service, migrations as class lists, checkpoints,
// and an embedded server for machines that have none. It knows nothing of what is stored. Start at lib/database.ts
// (what services use), lib/open-database.ts and lib/embedded-postgres.ts (what apps use).
export * from './lib/database';
