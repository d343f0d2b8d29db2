import { decision, execution, gateway, prediction, risk, type ServiceClients } from '@trading/contracts';
import { closeGrpcClient, createGrpcClient, type DefinitionFor } from '@trading/platform-grpc';
import { silentLogger } from '@trading/platform-logging';

export interface OneClient {
  readonly clients: ServiceClients;
  close(): void;
}

/** Clients of all services of a system in one process. */
export function connectToOne(address: string, token: string): OneClient {
  const made: object[] = [];
  const client = <S extends object>(definition: DefinitionFor<S>): S => {
    const one = createGrpcClient<S>(definition, address, { token, logger: silentLogger });
    made.push(one);
    return one;
  };
  return {
    clients: {
      gateway: client<gateway.GatewayService>(gateway.GatewayServiceService),
      prediction: client<prediction.PredictionService>(prediction.PredictionServiceService),
      decision: client<decision.DecisionService>(decision.DecisionServiceService),
      execution: client<execution.ExecutionService>(execution.ExecutionServiceService),
      riskManager: client<risk.RiskManagerService>(risk.RiskManagerServiceService),
    },
    close: () => made.forEach((each) => closeGrpcClient(each)),
  };
}
