import { SHIPPED_MODELS } from '../system/prepare';
import { serviceConfigs, TERMINAL_KEY_ID, type SystemFacts } from '../system/configs';
import { HOST } from '../system/listen-ports';
import type { Servers } from './servers';
import { forEachOfSix, type SixName } from './six-services';
import type { ServicePorts } from './six-ports';

export type Environment = Readonly<Record<string, string>>;

/**
 * The environment of each service: what the services of one process are told as objects, in variables. Secrets of ours go
 * by files, which only their user may read.
 * @param inherited of this process, for what else a user may want to say to services, such as NODE_OPTIONS; what is said
 * here comes before it
 */
export function environmentsOf(
  facts: SystemFacts,
  servers: Servers,
  ports: Readonly<Record<SixName, ServicePorts>>,
  inherited: NodeJS.ProcessEnv,
): Readonly<Record<SixName, NodeJS.ProcessEnv>> {
  const configs = serviceConfigs(facts, ports['mt5-gateway'].terminal ?? 0);
  const { secrets, options } = facts;
  const grpcOf = (name: SixName): string => `${HOST}:${ports[name].grpc}`;
  const gateway = (name: 'mt4' | 'mt5'): Environment => {
    const { gatewayId, accounts, subscriptions, tradingMode, approvalKeys, terminalHost } = configs[name];
    return {
      GATEWAY_ID: gatewayId,
      TERMINAL_HOST: terminalHost,
      TERMINAL_PORT: String(ports[`${name}-gateway`].terminal ?? 0),
      TERMINAL_KEY_ID,
      TERMINAL_KEY_FILE: secrets.terminalKeyFile,
      ACCOUNTS: JSON.stringify(accounts),
      SUBSCRIPTIONS: JSON.stringify(subscriptions),
      APPROVAL_PUBLIC_KEYS: JSON.stringify(approvalKeys),
      TRADING_MODE: tradingMode,
    };
  };
  const own: Readonly<Record<SixName, Environment>> = {
    prediction: {
      SERIES: JSON.stringify(configs.prediction.series),
      MODEL_STORE_PATH: facts.model?.folder ?? SHIPPED_MODELS,
      MT4_GATEWAY_GRPC_ADDRESS: grpcOf('mt4-gateway'),
      MT5_GATEWAY_GRPC_ADDRESS: grpcOf('mt5-gateway'),
    },
    decision: {
      RUN_ID: configs.decision.runId,
      STRATEGIES: JSON.stringify(configs.decision.strategies),
      EXECUTION_GRPC_ADDRESS: grpcOf('execution'),
    },
    execution: {
      RUN_ID: configs.runId,
      RISK_MANAGER_GRPC_ADDRESS: grpcOf('risk-manager'),
      MT4_GATEWAY_GRPC_ADDRESS: grpcOf('mt4-gateway'),
      MT5_GATEWAY_GRPC_ADDRESS: grpcOf('mt5-gateway'),
    },
    'risk-manager': {
      RISK_SIGNING_KEY_FILE: secrets.signingKeyFile,
      RISK_SIGNING_KEY_ID: configs.riskManager.signingKeyId,
      ENABLE_ON_CREATION: JSON.stringify(configs.riskManager.enableOnCreation),
      DEFAULT_LIMITS: JSON.stringify(configs.riskManager.defaultLimits),
      TRADING_MODE: configs.riskManager.tradingMode,
    },
    'mt4-gateway': gateway('mt4'),
    'mt5-gateway': gateway('mt5'),
  };
  const { influx } = servers;
  const shared: Environment = {
    DATABASE_URL: servers.databaseUrl,
    KAFKA_BROKERS: servers.brokers,
    REDIS_URL: servers.redisUrl,
    ...(influx && { INFLUX_URL: influx.url, INFLUX_TOKEN: influx.token, INFLUX_ORG: influx.org }),
    OPERATOR_TOKEN_FILE: secrets.operatorTokenFile,
    SERVICE_TOKEN_FILE: secrets.serviceTokenFile,
    LISTEN_HOST: HOST,
    // The log files are for looking things up; what is shown of them is chosen here.
    LOG_LEVEL: options.logLevel === 'debug' ? 'debug' : 'info',
  };
  return forEachOfSix((name) => ({
    ...without(inherited, [...Object.keys(shared), ...Object.keys(own[name])]),
    ...shared,
    HTTP_PORT: String(ports[name].http),
    GRPC_PORT: String(ports[name].grpc),
    ...own[name],
  }));
}

/**
 * A variable may be said by value or by file, and not both ways. Certificates are for services that others reach; these
 * are called on the loopback interface.
 */
function without(env: NodeJS.ProcessEnv, names: readonly string[]): NodeJS.ProcessEnv {
  const said = new Set(names.flatMap((name) => [name, `${name}_FILE`, name.replace(/_FILE$/, '')]));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !said.has(name) && !name.startsWith('GRPC_TLS_')));
}
