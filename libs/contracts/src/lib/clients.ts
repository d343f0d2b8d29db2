import type { DecisionService } from '../gen/trading/decision/v1/decision';
import type { ExecutionService } from '../gen/trading/execution/v1/execution';
import type { GatewayService } from '../gen/trading/gateway/v1/gateway';
import type { PredictionService } from '../gen/trading/prediction/v1/prediction';
import type { RiskManagerService } from '../gen/trading/risk/v1/risk';

/** What each service offers to the others; the adapter is a gRPC client, or the service itself within one process. */
export interface ServiceClients {
  readonly gateway: GatewayService;
  readonly prediction: PredictionService;
  readonly decision: DecisionService;
  readonly execution: ExecutionService;
  readonly riskManager: RiskManagerService;
}

/** Injection tokens of the client interfaces. */
export const GATEWAY_CLIENT = Symbol('GATEWAY_CLIENT');
export const PREDICTION_CLIENT = Symbol('PREDICTION_CLIENT');
export const DECISION_CLIENT = Symbol('DECISION_CLIENT');
export const EXECUTION_CLIENT = Symbol('EXECUTION_CLIENT');
export const RISK_MANAGER_CLIENT = Symbol('RISK_MANAGER_CLIENT');
