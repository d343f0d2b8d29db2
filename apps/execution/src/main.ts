/** Execution as a process of its own: its variables are in `config.ts`. */
import {
  execution,
  gateway,
  GATEWAY_CLIENT,
  MEASUREMENTS,
  reflectionImage,
  risk,
  RISK_MANAGER_CLIENT,
  routeToGateways,
  TOPICS,
} from '@trading/contracts';
import { runServiceProcess } from '@trading/platform-service-process';
import {
  EXECUTION_CONFIG,
  EXECUTION_MIGRATIONS,
  EXECUTION_PEERS,
  EXECUTION_SERVICE,
  FORWARDED,
  type ExecutionClientMaker,
  type ExecutionConfig,
} from '@trading/service-execution';
import { variables } from './config';

void runServiceProcess({
  definition: EXECUTION_SERVICE,
  variables,
  database: { schema: 'execution', migrations: EXECUTION_MIGRATIONS },
  catalogue: MEASUREMENTS,
  topics: TOPICS,
  reflectionImage: reflectionImage(),
  providers: ({ config, client }) => [
    {
      provide: EXECUTION_CONFIG,
      useValue: {
        runId: config.RUN_ID,
        advertisedAddress: config.ADVERTISED_GRPC_ADDRESS,
        leaseMs: config.ACCOUNT_LEASE_MS,
        protectWithinMs: config.PROTECT_WITHIN_MS,
        adoptedAccounts: config.ADOPTED_ACCOUNTS.split(',')
          .map((name) => name.trim())
          .filter((name) => name !== ''),
      } satisfies ExecutionConfig,
    },
    {
      provide: EXECUTION_PEERS,
      useValue: ((address, token) =>
        client<execution.ExecutionService>(execution.ExecutionServiceService, address, {
          token,
          metadata: { [FORWARDED]: '1' },
        })) satisfies ExecutionClientMaker,
    },
    {
      provide: RISK_MANAGER_CLIENT,
      useValue: client<risk.RiskManagerService>(risk.RiskManagerServiceService, config.RISK_MANAGER_GRPC_ADDRESS),
    },
    {
      provide: GATEWAY_CLIENT,
      useValue: routeToGateways(
        [config.MT4_GATEWAY_GRPC_ADDRESS, config.MT5_GATEWAY_GRPC_ADDRESS].map((address) =>
          client<gateway.GatewayService>(gateway.GatewayServiceService, address),
        ),
      ),
    },
  ],
});
