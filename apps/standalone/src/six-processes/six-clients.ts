import {
  decision,
  execution,
  gateway,
  prediction,
  risk,
  routeToGateways,
  type ServiceClients,
} from '@trading/contracts';
import { closeGrpcClient, createGrpcClient, type CertificateFiles, type DefinitionFor } from '@trading/platform-grpc';
import { silentLogger } from '@trading/platform-logging';
import { patient, type Patience } from './patient-client';
import type { SixName } from './six-services';

const DEADLINE_MS = 10_000;

export interface SixClients {
  readonly clients: ServiceClients;
  close(): void;
}

/** Clients of the six, which may come and go; in plaintext unless there are certificates. */
export function connectToSix(
  addresses: Readonly<Record<SixName, string>>,
  token: string,
  patience: Patience,
  certificates?: CertificateFiles,
): SixClients {
  const made: object[] = [];
  const client = <S extends object>(definition: DefinitionFor<S>, name: SixName): S => {
    const plain = createGrpcClient<S>(definition, addresses[name], {
      deadlineMs: DEADLINE_MS,
      token,
      certificates,
      logger: silentLogger,
    });
    made.push(plain);
    return patient(plain, patience);
  };
  const gatewayOf = (name: SixName): gateway.GatewayService =>
    client<gateway.GatewayService>(gateway.GatewayServiceService, name);
  return {
    clients: {
      gateway: routeToGateways([gatewayOf('mt4-gateway'), gatewayOf('mt5-gateway')]),
      prediction: client<prediction.PredictionService>(prediction.PredictionServiceService, 'prediction'),
      decision: client<decision.DecisionService>(decision.DecisionServiceService, 'decision'),
      execution: client<execution.ExecutionService>(execution.ExecutionServiceService, 'execution'),
      riskManager: client<risk.RiskManagerService>(risk.RiskManagerServiceService, 'risk-manager'),
    },
    close: () => made.forEach((each) => closeGrpcClient(each)),
  };
}
