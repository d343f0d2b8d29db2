import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { json, secret } from '@trading/platform-config';
import { processVariables } from '@trading/platform-service-process';
import { limitsSchema } from './limits-schema';

const SIGNING_KEY = 'PEM private key (Ed25519) that approvals are signed with; gateways know its public half.';

/** The environment of risk-manager. */
export const variables = z
  .object({
    ...processVariables({ http: 8184, grpc: 9194 }),
    RISK_SIGNING_KEY: secret(SIGNING_KEY)
      .refine(isEd25519, 'expected a PEM private key (Ed25519)')
      .meta({ description: SIGNING_KEY, secret: true })
      .optional(),
    RISK_SIGNING_KEY_ID: z.string().min(1).default('risk-1').describe('Name under which gateways know that key.'),
    RISK_SIGNING_KEYRING: z
      .string()
      .min(1)
      .optional()
      .describe(
        'File of keys that is used instead, read again as it changes: `{"active":"risk-2","keys":{"risk-2":"PEM",…}}`.',
      ),
    DEFAULT_LIMITS: json(
      limitsSchema,
      'Limits of accounts that have none of their own, over those of a paper account: `{"maxOrderLots":"2",…}`.',
    ).optional(),
    ENABLE_ON_CREATION: json(
      z.array(z.object({ accountId: z.string().min(1), unlessHalted: z.string().min(1).exactOptional() })),
      'Paper accounts that may trade from their creation, unless another one is halted: `[{"accountId","unlessHalted"?}]`.',
    ).default([]),
    TRADING_MODE: z
      .enum(['paper', 'live'])
      .default('paper')
      .describe('`live` lets orders of accounts through that are real money and marked live.'),
  })
  .superRefine(({ TRADING_MODE, DEFAULT_LIMITS, ENABLE_ON_CREATION }, context) => {
    if (TRADING_MODE === 'live' && ENABLE_ON_CREATION.length > 0) {
      const message =
        'must be empty when TRADING_MODE is live: only operators let accounts trade that may be real money';
      context.addIssue({ code: 'custom', path: ['ENABLE_ON_CREATION'], message });
    }
    if (TRADING_MODE === 'live' && DEFAULT_LIMITS === undefined) {
      const message = "must be set when TRADING_MODE is live: a paper account's limits are not meant for real money";
      context.addIssue({ code: 'custom', path: ['DEFAULT_LIMITS'], message });
    }
  });

function isEd25519(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'ed25519';
  } catch {
    return false;
  }
}
