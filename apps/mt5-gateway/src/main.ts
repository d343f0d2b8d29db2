/** The gateway of MetaTrader 5 as a process of its own: its variables are in `config.ts`. */
import { MEASUREMENTS, reflectionImage, TOPICS } from '@trading/contracts';
import { runServiceProcess } from '@trading/platform-service-process';
import {
  GATEWAY_CONFIG,
  GATEWAY_MIGRATIONS,
  gatewayConfigOf,
  missingOfGateway,
  MT5_GATEWAY_SERVICE,
} from '@trading/service-gateway';
import { variables } from './config';

void runServiceProcess({
  definition: MT5_GATEWAY_SERVICE,
  variables,
  database: { schema: 'gateway', migrations: GATEWAY_MIGRATIONS },
  catalogue: MEASUREMENTS,
  topics: TOPICS,
  reflectionImage: reflectionImage(),
  providers: ({ config }) => [{ provide: GATEWAY_CONFIG, useValue: gatewayConfigOf(config, 'MT5') }],
  missing: missingOfGateway,
});
