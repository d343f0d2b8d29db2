// The relational store: PostgreSQL through TypeORM, one schema per service, migrations as class lists, checkpoints,
// and an embedded server for machines that have none. It knows nothing of what is stored. Start at lib/database.ts
// (what services use), lib/open-database.ts and lib/embedded/embedded-postgres.ts (what apps use).
export * from './lib/database';
export { openDatabase, type DatabaseOptions } from './lib/open-database';
export { connectionTarget, type ConnectionTarget, type DatabaseTls } from './lib/connection-url';
export { DatabaseError, SchemaBehind, TransientDatabaseError } from './lib/database-errors';
export { migrateSchema, pendingMigrations, type PendingMigrations } from './lib/migrate-schema';
export { ensureServiceRole, type ServiceRole } from './lib/roles/service-role';
export { CreatePartitioning1700000000001 } from './lib/partitions/create-partitioning';
export { keepPartitionsFor, maintainPartitions, type PartitionChange } from './lib/partitions/partition-keeper';
export {
  CheckpointMissing,
  CheckpointStore,
  CreateCheckpoint1700000000000,
  type Checkpoint,
} from './lib/checkpoint-store';
export {
  startEmbeddedPostgres,
  removeEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresLog,
  type EmbeddedPostgresOptions,
} from './lib/embedded/embedded-postgres';
export { DataFolderBusy, EmbeddedPostgresError, PortInUse } from './lib/embedded/errors';
export { createTestDatabase, type TestDatabase } from './testing';
