import { z } from 'zod';
import { address, json } from '@trading/platform-config';
import { objectStoreVariables, processVariables } from '@trading/platform-service-process';
import { TIMEFRAMES } from '@trading/trading-market';

const seriesSchema = z.object({
  symbol: z.string().min(1),
  timeframe: z.enum(TIMEFRAMES),
  model: z.object({ name: z.string().min(1), version: z.string().min(1) }).exactOptional(),
});

/** The environment of prediction. */
export const variables = z.object({
  ...processVariables({ http: 8181, grpc: 9191 }),
  SERIES: json(
    z.array(seriesSchema),
    'What is predicted: `[{"symbol","timeframe","model"?:{"name","version"}}]`; bars and features only without a model.',
  ).default([]),
  MT4_GATEWAY_GRPC_ADDRESS: address('Where the gateway of MetaTrader 4 is.').default('127.0.0.1:9195'),
  MT5_GATEWAY_GRPC_ADDRESS: address('Where the gateway of MetaTrader 5 is.').default('127.0.0.1:9196'),
  ...objectStoreVariables(),
});
