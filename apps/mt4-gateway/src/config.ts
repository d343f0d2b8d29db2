import { z } from 'zod';
import { processVariables } from '@trading/platform-service-process';
import { gatewayVariables } from '@trading/service-gateway';

/** The environment of the gateway of MetaTrader 4. */
export const variables = z.object({
  ...processVariables({ http: 8185, grpc: 9195 }),
  ...gatewayVariables({ gatewayId: 'mt4-1', terminalPort: 7004 }),
});
