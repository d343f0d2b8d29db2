import { z } from 'zod';
import { processVariables } from '@trading/platform-service-process';
import { gatewayVariables } from '@trading/service-gateway';

/** The environment of the gateway of MetaTrader 5. */
export const variables = z.object({
  ...processVariables({ http: 8186, grpc: 9196 }),
  ...gatewayVariables({ gatewayId: 'mt5-1', terminalPort: 7005 }),
});
