import { resolve } from 'node:path';
import { decision, execution, gateway, prediction, risk, type ServiceClients } from '@trading/contracts';
import { CliError } from '../cli/cli-error';
import type { OptionValues } from '../cli/command';
import { type Endpoints, isAlive, readEndpoints } from './endpoints';
import { readOperatorToken } from './operator-token';
import { fetchReadiness, type Readiness } from './readiness';

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
 * @throws CliError when there is none, or its operator's token is needed and cannot be read
 */
export const connectToSystem: Connect = async (request) => {
  const { options, env, cwd, asOperator = false } = request;
  const dataDir = dataDirOf(request);
  const address = options.text('grpc');
  const endpoints =
    address === undefined ? await foundIn(dataDir) : await readEndpoints(dataDir).catch(() => undefined);
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
  const at = address ?? endpoints?.grpc ?? '';
  const how = { deadlineMs: DEADLINE_MS, token, logger: silentLogger };
  const clients: ServiceClients = {
    gateway: createGrpcClient<gateway.GatewayService>(gateway.GatewayServiceService, at, how),
    prediction: createGrpcClient<prediction.PredictionService>(prediction.PredictionServiceService, at, how),
    decision: createGrpcClient<decision.DecisionService>(decision.DecisionServiceService, at, how),
    execution: createGrpcClient<execution.ExecutionService>(execution.ExecutionServiceService, at, how),
    riskManager: createGrpcClient<risk.RiskManagerService>(risk.RiskManagerServiceService, at, how),
  };
  const http = address === undefined || address === endpoints?.grpc ? endpoints?.http : undefined;
  return {
    clients,
    accounts: address === undefined || address === endpoints?.grpc ? (endpoints?.accounts ?? []) : [],
    grpcAddress: at,
    readiness: async () => (http === undefined ? undefined : fetchReadiness(http)),
    close: () => Object.values(clients).forEach((client) => closeGrpcClient(client as object)),
  };
};

async function foundIn(dataDir: string): Promise<Endpoints> {
  const endpoints = await readEndpoints(dataDir);
  const otherwise = 'Start it with ./trade up, or name the one you mean with --data-dir FOLDER or --grpc HOST:PORT.';
  if (endpoints === undefined) {
    throw new CliError(`No system is running on ${dataDir}: it holds no endpoints.json. ${otherwise}`);
  }
  if (!isAlive(endpoints.pid)) {
    throw new CliError(
      `The system on ${dataDir} is not running: its process ${endpoints.pid}, started ${endpoints.startedAt}, is gone. ${otherwise}`,
    );
  }
  return endpoints;
}
