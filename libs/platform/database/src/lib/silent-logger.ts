import type { Logger } from 'typeorm';

/** TypeORM writes to the console otherwise; whatever goes wrong is thrown as well. */
export const SILENT: Logger = {
  logQuery: () => undefined,
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
  logMigration: () => undefined,
  log: () => undefined,
};
