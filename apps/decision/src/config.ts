import { z } from 'zod';
import { address, json } from '@trading/platform-config';
import { processVariables } from '@trading/platform-service-process';
import type { StrategyConfig } from '@trading/service-decision';
import { TIMEFRAMES } from '@trading/trading-market';
import { parseParameters, STRATEGIES, StrategyParameterError } from '@trading/trading-strategy';

const legSchema = z.object({ accountId: z.string().min(1), share: z.string().regex(/^\d+(\.\d+)?$/) });

/** A strategy as it is written down: parameters and legs are completed. */
const strategySchema = z
  .object({
    strategyId: z.string().min(1),
    name: z.string().min(1),
    parameters: z.record(z.string(), z.number()).default({}),
    symbol: z.string().min(1),
    timeframe: z.enum(TIMEFRAMES),
    accountId: z.string().min(1),
    legs: z.array(legSchema).min(1).optional(),
    tradeFromUs: z.int().min(0).default(0),
  })
  .transform((strategy, context): StrategyConfig => {
    const { name, accountId, legs = [{ accountId, share: '1' }] } = strategy;
    const definition = Object.hasOwn(STRATEGIES, name) ? STRATEGIES[name] : undefined;
    const refuse = (path: string, message: string): never => {
      context.addIssue({ code: 'custom', path: [path], message });
      return z.NEVER;
    };
    if (definition === undefined) return refuse('name', `expected one of ${Object.keys(STRATEGIES).join(', ')}`);
    const words = Object.fromEntries(Object.entries(strategy.parameters).map(([key, value]) => [key, String(value)]));
    try {
      const parameters = parseParameters(definition, words);
      // Parameters that exclude each other are found out when the strategy is made.
      definition.create(parameters);
      return { ...strategy, parameters, legs };
    } catch (error) {
      if (error instanceof StrategyParameterError) return refuse('parameters', error.message);
      throw error;
    }
  });

const strategiesSchema = z
  .array(strategySchema)
  .refine((all) => new Set(all.map(({ strategyId }) => strategyId)).size === all.length, 'expected ids that differ');

/** The environment of decision. */
export const variables = z.object({
  ...processVariables({ http: 8182, grpc: 9192 }),
  RUN_ID: z.string().min(1).default('main').describe('The run that decisions belong to; part of their ids.'),
  STRATEGIES: json(
    strategiesSchema,
    'Running strategies: `[{"strategyId","name","parameters"?,"symbol","timeframe","accountId","legs"?,"tradeFromUs"?}]`.',
  ).default([]),
  EXECUTION_GRPC_ADDRESS: address('Where execution is.').default('127.0.0.1:9193'),
});
