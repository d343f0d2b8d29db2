import { z } from 'zod';
import { address } from '@trading/platform-config';
import { processVariables } from '@trading/platform-service-process';

/** The environment of execution. */
export const variables = z.object({
  ...processVariables({ http: 8183, grpc: 9193 }),
  RUN_ID: z.string().min(1).default('main').describe('The run that new accounts belong to.'),
  ADVERTISED_GRPC_ADDRESS: address(
    'Where other execution processes reach this one; empty: it is the only one.',
  ).optional(),
  ACCOUNT_LEASE_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .max(300_000)
    .default(10_000)
    .describe('How long an account stays with its writer without being renewed, in milliseconds.'),
  PROTECT_WITHIN_MS: z.coerce
    .number()
    .int()
    .min(100)
    .max(600_000)
    .default(5_000)
    .describe(
      'Where a broker takes stops only after an entry: how long a position may be without them, in milliseconds.',
    ),
  ADOPTED_ACCOUNTS: z
    .string()
    .default('')
    .describe(
      'Accounts, separated by commas, in which humans may trade beside the strategies; others are halted for it.',
    ),
  RISK_MANAGER_GRPC_ADDRESS: address('Where risk-manager is.').default('127.0.0.1:9194'),
  MT4_GATEWAY_GRPC_ADDRESS: address('Where the gateway of MetaTrader 4 is.').default('127.0.0.1:9195'),
  MT5_GATEWAY_GRPC_ADDRESS: address('Where the gateway of MetaTrader 5 is.').default('127.0.0.1:9196'),
});
