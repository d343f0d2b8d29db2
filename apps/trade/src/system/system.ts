import { resolve } from 'node:path';
import {
  decision,
  execution,
  gateway,
  prediction,
  risk,
  routeToGateways,
  type ServiceClients,
} from '@trading/contracts';
import type { OptionValues } from '../cli/command';
import { openCallSecurity } from './call-security';
import { addressesOf, doorsOf, oneDoor } from './doors';
import type { Endpoints } from './endpoints';
import { dataFolders, runningSystem, systemAt } from './find-endpoints';
import { readOperatorToken } from './operator-token';
import { readinessOfAll, type Readiness } from './readiness';

/** A running system, reached through its public doors. */
export interface System {
  readonly clients: ServiceClients;
  /** Accounts that the system named when it started. */
  readonly accounts: readonly string[];
  readonly grpcAddress: string;
  /** Undefined when its HTTP address is not known. @throws CliError */
  readonly readiness: () => Promise<Readiness | undefined>;
  close(): void;
}

export interface ConnectRequest {
  readonly options: OptionValues;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The command changes something, so it needs the operator's token. */
  readonly asOperator?: boolean;
}

export type Connect = (request: ConnectRequest) => Promise<System>;

/** Longer than a service may take that waits for a terminal. */
const DEADLINE_MS = 15_000;

export function dataDirOf({ options, cwd }: Pick<ConnectRequest, 'options' | 'cwd'>): string {
  return resolve(cwd, options.text('data-dir') ?? '.data');
}

/**
 * The system that the options name, else the one that keeps its data in the data folder. Nothing is called yet.
 * @throws CliError when there is none, its operator's token is needed and cannot be read, or files do not make TLS
 */
export const connectToSystem: Connect = async (request) => {
  const { options, env, cwd, asOperator = false } = request;
  const folders = dataFolders(options.text('data-dir'), cwd);
  const address = options.text('grpc');
  const isAt = (each: Endpoints): boolean => address !== undefined && addressesOf(doorsOf(each)).includes(address);
  const endpoints = address === undefined ? await runningSystem(folders) : await systemAt(folders, isAt);
  const token = asOperator
    ? await readOperatorToken({
        option: options.text('token-file'),
        env: env['TRADING_OPERATOR_TOKEN_FILE'],
        endpoints: endpoints?.operatorTokenFile,
        cwd,
      })
    : undefined;
  // Loaded here: help, train and doctor do without.
  const { createGrpcClient, closeGrpcClient } = await import('@trading/platform-grpc');
  const { silentLogger } = await import('@trading/platform-logging');
  const known = endpoints === undefined ? undefined : doorsOf(endpoints);
  const doors = address === undefined ? (known ?? oneDoor('')) : oneDoor(address);
  const certificates = await openCallSecurity(request);
  const how = { deadlineMs: DEADLINE_MS, token, certificates, logger: silentLogger };
  const gateways = doors.gateways.map((at) =>
    createGrpcClient<gateway.GatewayService>(gateway.GatewayServiceService, at, how),
  );
  const clients: ServiceClients = {
    gateway: routeToGateways(gateways),
    prediction: createGrpcClient<prediction.PredictionService>(
      prediction.PredictionServiceService,
      doors.prediction,
      how,
    ),
    decision: createGrpcClient<decision.DecisionService>(decision.DecisionServiceService, doors.decision, how),
    execution: createGrpcClient<execution.ExecutionService>(execution.ExecutionServiceService, doors.execution, how),
    riskManager: createGrpcClient<risk.RiskManagerService>(risk.RiskManagerServiceService, doors.riskManager, how),
  };
  const isOurs = endpoints !== undefined && (address === undefined || isAt(endpoints));
  return {
    clients,
    accounts: isOurs ? endpoints.accounts : [],
    grpcAddress: addressesOf(doors).join(', '),
    readiness: async () => (isOurs ? readinessOfAll(known?.http ?? {}) : undefined),
    close: () => {
      [...(Object.values(clients) as object[]), ...gateways].forEach((client) => closeGrpcClient(client));
      certificates?.close();
    },
  };
};
