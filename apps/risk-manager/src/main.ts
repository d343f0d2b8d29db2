/** Risk-manager as a process of its own: its variables are in `config.ts`. */
import { generateKeyPairSync } from 'node:crypto';
import { reflectionImage, TOPICS } from '@trading/contracts';
import { runServiceProcess } from '@trading/platform-service-process';
import {
  PAPER_LIMITS,
  RISK_MANAGER_CONFIG,
  RISK_MANAGER_MIGRATIONS,
  RISK_MANAGER_SERVICE,
  type RiskManagerConfig,
} from '@trading/service-risk-manager';
import { variables } from './config';

/** A key that no gateway knows, so that what it signs goes nowhere. */
const unknownKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

void runServiceProcess({
  definition: RISK_MANAGER_SERVICE,
  variables,
  database: { schema: 'risk_manager', migrations: RISK_MANAGER_MIGRATIONS },
  topics: TOPICS,
  reflectionImage: reflectionImage(),
  providers: ({ config }) => {
    const told: RiskManagerConfig = {
      signingKey: config.RISK_SIGNING_KEY ?? unknownKey(),
      signingKeyId: config.RISK_SIGNING_KEY_ID,
      ...(config.RISK_SIGNING_KEYRING === undefined ? {} : { signingKeyringFile: config.RISK_SIGNING_KEYRING }),
      defaultLimits: config.DEFAULT_LIMITS ?? PAPER_LIMITS,
      enableOnCreation: config.ENABLE_ON_CREATION,
      tradingMode: config.TRADING_MODE,
    };
    return [{ provide: RISK_MANAGER_CONFIG, useValue: told }];
  },
  missing: ({ RISK_SIGNING_KEY, RISK_SIGNING_KEYRING }): Record<string, string> =>
    RISK_SIGNING_KEY === undefined && RISK_SIGNING_KEYRING === undefined
      ? { 'signing-key': 'RISK_SIGNING_KEY is not set: approvals are signed with a key that no gateway knows.' }
      : {},
});
