import { MEASUREMENTS } from '@trading/contracts';
import {
  DatabaseError,
  openDatabase,
  startEmbeddedPostgres,
  type Database,
  type EmbeddedPostgres,
  type MigrationClass,
} from '@trading/platform-database';
import type { Logger } from '@trading/platform-logging';
import { PostgresTimeSeries } from '@trading/platform-timeseries';
import { DECISION_MIGRATIONS } from '@trading/service-decision';
import { EXECUTION_MIGRATIONS } from '@trading/service-execution';
import { GATEWAY_MIGRATIONS } from '@trading/service-gateway';
import { PREDICTION_MIGRATIONS } from '@trading/service-prediction';
import { RISK_MANAGER_MIGRATIONS } from '@trading/service-risk-manager';
import { UsageError } from '../front/usage-error';

/** A DataSource per service, one schema each, and the time series. */
export interface Stores {
  readonly gateway: Database;
  readonly prediction: Database;
  readonly decision: Database;
  readonly execution: Database;
  readonly riskManager: Database;
  readonly timeSeries: PostgresTimeSeries;
  /** Where PostgreSQL keeps its files; undefined for one that is not ours. */
  readonly embedded: EmbeddedPostgres | undefined;
  close(): Promise<void>;
}

/** Uses `DATABASE_URL` when it is set, else starts (or adopts) the PostgreSQL of the data folder. */
export async function openStores(options: {
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  /** 0: any free port. */
  readonly port: number;
  readonly logger: Logger;
}): Promise<Stores> {
  const { databaseUrl, dataDir, port, logger } = options;
  const embedded =
    databaseUrl === undefined
      ? await startEmbeddedPostgres({ folder: dataDir, log: logger, ...(port === 0 ? {} : { port }) })
      : undefined;
  const url = databaseUrl ?? embedded?.url ?? '';
  const open = (schema: string, migrations: readonly MigrationClass[], poolSize: number): Promise<Database> =>
    openDatabase({ url, schema, migrations, poolSize });
  try {
    const [gateway, prediction, decision, execution, riskManager, timeSeries] = await Promise.all([
      open('gateway', GATEWAY_MIGRATIONS, 3),
      open('prediction', PREDICTION_MIGRATIONS, 2),
      open('decision', DECISION_MIGRATIONS, 3),
      open('execution', EXECUTION_MIGRATIONS, 4),
      open('risk_manager', RISK_MANAGER_MIGRATIONS, 3),
      PostgresTimeSeries.open({ url, catalogue: MEASUREMENTS, log: logger }),
    ]);
    const close = async (): Promise<void> => {
      await timeSeries.close();
      await Promise.all([gateway, prediction, decision, execution, riskManager].map((database) => database.close()));
      await embedded?.stop();
    };
    return { gateway, prediction, decision, execution, riskManager, timeSeries, embedded, close };
  } catch (error) {
    await embedded?.stop();
    if (databaseUrl === undefined || !(error instanceof DatabaseError)) throw error;
    throw new UsageError(`DATABASE_URL: ${error.message}`, { cause: error });
  }
}
