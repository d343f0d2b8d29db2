/** Execution as a process of its own: its variables are in `config.ts`. */
import {
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
import { EXECUTION_CONFIG, EXECUTION_MIGRATIONS, EXECUTION_SERVICE } from '@trading/service-execution';
import { variables } from './config';

void runServiceProcess({
  definition: EXECUTION_SERVICE,
  variables,
  database: { schema: 'execution', migrations: EXECUTION_MIGRATIONS },
  catalogue: MEASUREMENTS,
  topics: TOPICS,
  reflectionImage: reflectionImage(),
  providers: ({ config, client }) => [
    { provide: EXECUTION_CONFIG, useValue: { runId: config.RUN_ID } },
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
