import { z } from 'zod';
import { address } from '@trading/platform-config';
import { processVariables } from '@trading/platform-service-process';

/** The environment of execution. */
export const variables = z.object({
  ...processVariables({ http: 8183, grpc: 9193 }),
  RUN_ID: z.string().min(1).default('main').describe('The run that new accounts belong to.'),
  RISK_MANAGER_GRPC_ADDRESS: address('Where risk-manager is.').default('127.0.0.1:9194'),
  MT4_GATEWAY_GRPC_ADDRESS: address('Where the gateway of MetaTrader 4 is.').default('127.0.0.1:9195'),
  MT5_GATEWAY_GRPC_ADDRESS: address('Where the gateway of MetaTrader 5 is.').default('127.0.0.1:9196'),
});
