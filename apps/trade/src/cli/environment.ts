import { z } from 'zod';
import { secret } from '@trading/platform-config';

/** The variables that the other commands of `./trade` read, beside their options. */
export const variables = z.object({
  TRADING_OPERATOR_TOKEN_FILE: z
    .string()
    .optional()
    .describe("File with the operator's token, where `--token-file` says nothing; by default the running system's."),
  DATABASE_URL: secret('Where it is set, `doctor` does not look for what our own PostgreSQL needs.')
    .meta({ file: false })
    .optional(),
});
