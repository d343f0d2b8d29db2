/** Prediction as a process of its own: its variables are in `config.ts`. */
import { gateway, GATEWAY_CLIENT, MEASUREMENTS, reflectionImage, routeToGateways, TOPICS } from '@trading/contracts';
import { OnnxRuntime } from '@trading/platform-inference';
import { OBJECT_STORE } from '@trading/platform-object-store';
import { openObjectStore, runServiceProcess } from '@trading/platform-service-process';
import { PREDICTION_CONFIG, PREDICTION_MIGRATIONS, PREDICTION_SERVICE } from '@trading/service-prediction';
import { INFERENCE_RUNTIME } from '@trading/trading-models';
import { variables } from './config';

void runServiceProcess({
  definition: PREDICTION_SERVICE,
  variables,
  database: { schema: 'prediction', migrations: PREDICTION_MIGRATIONS },
  catalogue: MEASUREMENTS,
  topics: TOPICS,
  reflectionImage: reflectionImage(),
  providers: async ({ config, lifecycle, client }) => [
    { provide: PREDICTION_CONFIG, useValue: { series: config.SERIES } },
    { provide: OBJECT_STORE, useValue: await openObjectStore('prediction', config, lifecycle) },
    { provide: INFERENCE_RUNTIME, useValue: new OnnxRuntime() },
    {
      provide: GATEWAY_CLIENT,
      useValue: routeToGateways(
        [config.MT4_GATEWAY_GRPC_ADDRESS, config.MT5_GATEWAY_GRPC_ADDRESS].map((address) =>
          client<gateway.GatewayService>(gateway.GatewayServiceService, address),
        ),
      ),
    },
  ],
  missing: ({ SERIES }): Record<string, string> =>
    SERIES.length === 0 ? { series: 'SERIES is empty: nothing is predicted.' } : {},
});
