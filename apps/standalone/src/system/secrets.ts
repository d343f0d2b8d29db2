import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the parts of one system share and nobody else may know. Made once per data folder, mode 0600. */
export interface Secrets {
  readonly operatorToken: string;
  readonly operatorTokenFile: string;
  readonly serviceToken: string;
  readonly serviceTokenFile: string;
  /** PEM, Ed25519. */
  readonly signingKey: string;
  readonly signingKeyFile: string;
  readonly publicKey: string;
  readonly terminalKeyFile: string;
  readonly terminalKey: Buffer;
}

export function ensureSecrets(dataDir: string): Secrets {
  const folder = join(dataDir, 'secrets');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const secret = (name: string, make: () => string): string => {
    const file = join(folder, name);
    if (!existsSync(file)) writeFileSync(file, `${make()}\n`, { mode: 0o600, flag: 'wx' });
    return readFileSync(file, 'utf8').trim();
  };
  const token = (): string => randomBytes(24).toString('base64url');
  const terminalKey = secret('terminal.key', () => randomBytes(32).toString('hex'));
  const signingKey = secret('risk-signing.pem', () =>
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString().trim(),
  );
  return {
    operatorToken: secret('operator.token', token),
    operatorTokenFile: join(folder, 'operator.token'),
    serviceToken: secret('service.token', token),
    serviceTokenFile: join(folder, 'service.token'),
    signingKey,
    signingKeyFile: join(folder, 'risk-signing.pem'),
    publicKey: createPublicKey(signingKey).export({ type: 'spki', format: 'pem' }).toString(),
    terminalKeyFile: join(folder, 'terminal.key'),
    terminalKey: Buffer.from(terminalKey, 'hex'),
  };
}
