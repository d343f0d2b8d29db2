/** Decision as a process of its own: its variables are in `config.ts`. */
import { execution, EXECUTION_CLIENT, reflectionImage, TOPICS } from '@trading/contracts';
import { runServiceProcess } from '@trading/platform-service-process';
import { DECISION_CONFIG, DECISION_MIGRATIONS, DECISION_SERVICE } from '@trading/service-decision';
import { variables } from './config';

void runServiceProcess({
  definition: DECISION_SERVICE,
  variables,
  database: { schema: 'decision', migrations: DECISION_MIGRATIONS },
  topics: TOPICS,
  reflectionImage: reflectionImage(),
  providers: ({ config, client }) => [
    { provide: DECISION_CONFIG, useValue: { runId: config.RUN_ID, strategies: config.STRATEGIES } },
    {
      provide: EXECUTION_CLIENT,
      useValue: client<execution.ExecutionService>(execution.ExecutionServiceService, config.EXECUTION_GRPC_ADDRESS),
    },
  ],
  missing: ({ STRATEGIES }): Record<string, string> =>
    STRATEGIES.length === 0 ? { strategies: 'STRATEGIES is empty: nothing is decided.' } : {},
});
