import { z } from 'zod';
import { alertVariables } from '@trading/platform-alerting';
import { secret } from '@trading/platform-config';
import { tracingVariables } from '@trading/platform-tracing';

/** The variables that `./trade up` reads, beside its options; what they mean is checked where they are used. */
export const variables = z.object({
  DATABASE_URL: secret('PostgreSQL of your own, as `postgresql://user:password@host:port/database`, instead of ours.')
    .meta({ file: false })
    .optional(),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('warn')
    .describe('Least severity that is logged, where `--log-level` says nothing.'),
  NO_COLOR: z.string().optional().describe('Set to anything: no colours (https://no-color.org).'),
  ...alertVariables,
  ...tracingVariables(),
});
