import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { json, port, secret } from '@trading/platform-config';
import { accountRegistrationSchema, type GatewayConfig } from './gateway-config';

const HEX_KEY = /^\s*([0-9a-fA-F]{2}){16,}\s*$/;
/** Whose progress ends a barrier of simulated time: every stage between a tick and its orders. */
const STAGES = ['prediction/*', 'decision', 'execution', 'risk-manager'];

const KEYS_SENTENCE =
  'More keys of terminals by their names, for `keyIds` of accounts: `{"desk-1":"00112233…"}`, each at least 32 hexadecimal digits.';
const hexKeySchema = z.string().regex(HEX_KEY, { error: 'expected at least 32 hexadecimal digits' });
const subscriptionSchema = z.object({ symbol: z.string().min(1), timeframe: z.string().min(1) });
const publicKeySchema = z.string().refine(isEd25519, 'expected a PEM public key (Ed25519)');

/** The variables of a gateway, the same for both platforms but for the port. */
export function gatewayVariables(defaults: { readonly gatewayId: string; readonly terminalPort: number }) {
  return {
    GATEWAY_ID: z.string().min(1).default(defaults.gatewayId).describe('Name of this gateway, its own in the system.'),
    TERMINAL_HOST: z.string().min(1).default('127.0.0.1').describe('Address that terminals dial.'),
    TERMINAL_PORT: port('Port that terminals dial; 0 is any free one.').default(defaults.terminalPort),
    TERMINAL_KEY: secret('Key that terminals prove to have: at least 32 hexadecimal digits.')
      .regex(HEX_KEY, { error: 'expected at least 32 hexadecimal digits' })
      .meta({ description: 'Key that terminals prove to have: at least 32 hexadecimal digits.', secret: true })
      .optional(),
    TERMINAL_KEY_ID: z.string().min(1).default('terminal').describe('Name by which terminals mean that key.'),
    TERMINAL_KEYS: json(z.record(z.string().min(1), hexKeySchema), KEYS_SENTENCE)
      .meta({ description: KEYS_SENTENCE, type: 'JSON', file: true, secret: true })
      .default({}),
    ACCOUNTS: json(
      z.array(accountRegistrationSchema),
      'Accounts whose terminals may connect: `[{"accountId","login","server","live"?,"keyIds"?,"zone"?,"symbols"?,"symbolSuffixes"?,"paper"?}]`.',
    ).default([]),
    SUBSCRIPTIONS: json(
      z.array(subscriptionSchema),
      'Bars at whose close terminals in simulated time end a batch: `[{"symbol","timeframe"}]`.',
    ).default([]),
    APPROVAL_PUBLIC_KEYS: json(
      z.record(z.string(), publicKeySchema),
      'PEM public keys (Ed25519) of risk-manager by key id: `{"risk-1":"-----BEGIN PUBLIC KEY-----…"}`.',
    ).default({}),
    TRADING_MODE: z
      .enum(['paper', 'live'])
      .default('paper')
      .describe('`live` lets accounts trade that are real money and marked live; everything else is paper.'),
  };
}

export type GatewayVariables = z.infer<z.ZodObject<ReturnType<typeof gatewayVariables>>>;

/** What a gateway of this platform is told by its variables. */
export function gatewayConfigOf(variables: GatewayVariables, platform: GatewayConfig['platform']): GatewayConfig {
  const { TERMINAL_KEY, TERMINAL_KEY_ID, TERMINAL_KEYS } = variables;
  const keys = { ...TERMINAL_KEYS, ...(TERMINAL_KEY !== undefined && { [TERMINAL_KEY_ID]: TERMINAL_KEY }) };
  return {
    gatewayId: variables.GATEWAY_ID,
    platform,
    terminalHost: variables.TERMINAL_HOST,
    terminalPort: variables.TERMINAL_PORT,
    terminalKeys: Object.fromEntries(Object.entries(keys).map(([id, hex]) => [id, Buffer.from(hex.trim(), 'hex')])),
    accounts: variables.ACCOUNTS,
    tradingMode: variables.TRADING_MODE,
    approvalKeys: variables.APPROVAL_PUBLIC_KEYS,
    subscriptions: variables.SUBSCRIPTIONS,
    stages: STAGES,
    checkpointEveryMs: 1_000,
    heartbeatMs: 1_000,
    commandTimeoutMs: 10_000,
  };
}

/** What a gateway cannot do for lack of a variable, by name. */
export function missingOfGateway(variables: GatewayVariables): Record<string, string> {
  return {
    ...(!hasKey(variables) && {
      'terminal-key': 'TERMINAL_KEY is not set, and TERMINAL_KEYS is empty: no terminal is let in.',
    }),
    ...(variables.ACCOUNTS.length === 0 && { accounts: 'ACCOUNTS is empty: no account may connect.' }),
    ...(Object.keys(variables.APPROVAL_PUBLIC_KEYS).length === 0 && {
      'approval-keys': 'APPROVAL_PUBLIC_KEYS is empty: no order is let through to a terminal.',
    }),
  };
}

const hasKey = ({ TERMINAL_KEY, TERMINAL_KEYS }: GatewayVariables): boolean =>
  TERMINAL_KEY !== undefined || Object.keys(TERMINAL_KEYS).length > 0;

function isEd25519(pem: string): boolean {
  try {
    return createPublicKey(pem).asymmetricKeyType === 'ed25519';
  } catch {
    return false;
  }
}
