import type { MigrationClass } from '@trading/platform-database';

/** A service's schema. */
export interface ServiceSchema {
  readonly schema: string;
  readonly migrations: readonly MigrationClass[];
  /** Whether the service keeps time series. */
  readonly keepsTimeSeries: boolean;
}

export const TIME_SERIES_SCHEMA = 'timeseries';

/**
 * Every schema that a service owns. Both gateways share one: an account is found whichever serves it. The services are
 * loaded only here, because no other command needs them.
 */
export async function serviceSchemas(): Promise<readonly ServiceSchema[]> {
  const [gateway, prediction, decision, execution, riskManager] = await Promise.all([
    import('@trading/service-gateway'),
    import('@trading/service-prediction'),
    import('@trading/service-decision'),
    import('@trading/service-execution'),
    import('@trading/service-risk-manager'),
  ]);
  return [
    { schema: 'gateway', migrations: gateway.GATEWAY_MIGRATIONS, keepsTimeSeries: true },
    { schema: 'prediction', migrations: prediction.PREDICTION_MIGRATIONS, keepsTimeSeries: true },
    { schema: 'decision', migrations: decision.DECISION_MIGRATIONS, keepsTimeSeries: false },
    { schema: 'execution', migrations: execution.EXECUTION_MIGRATIONS, keepsTimeSeries: true },
    { schema: 'risk_manager', migrations: riskManager.RISK_MANAGER_MIGRATIONS, keepsTimeSeries: false },
  ];
}
