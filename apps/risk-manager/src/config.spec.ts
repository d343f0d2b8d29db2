import { generateKeyPairSync } from 'node:crypto';
import { parseConfig } from '@trading/platform-config';
import { PAPER_LIMITS } from '@trading/service-risk-manager';
import { variables } from './config';

const parse = (env: Readonly<Record<string, string>>) =>
  parseConfig(variables, { DATABASE_URL: 'postgresql://x@y/z', ...env });
const pemOf = (kind: 'ed25519' | 'x25519'): string =>
  (kind === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('x25519')).privateKey
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();

describe('the environment of risk-manager', () => {
  it('puts limits over those of a paper account', () => {
    expect(parse({ DEFAULT_LIMITS: '{"maxOrderLots":"2"}' }).DEFAULT_LIMITS).toEqual({
      ...PAPER_LIMITS,
      maxOrderLots: '2',
    });
    expect(parse({}).DEFAULT_LIMITS).toBeUndefined();
  });

  it.each([
    ['{"maxOrderLot":"2"}', /maxOrderLot/],
    ['{"maxOrderLots":2}', /maxOrderLots: expected string/],
    ['{"maxOrderLots":"two"}', /maxOrderLots is not a decimal number/],
    ['{"maxMoonPhase":3}', /maxMoonPhase/],
  ])('refuses the limits %s', (limits, message) => {
    expect(() => parse({ DEFAULT_LIMITS: limits })).toThrow(message);
  });

  it('does not trade real money on the limits of a paper account', () => {
    expect(() => parse({ TRADING_MODE: 'live' })).toThrow(/DEFAULT_LIMITS: must be set when TRADING_MODE is live/);
    expect(parse({ TRADING_MODE: 'live', DEFAULT_LIMITS: '{}' }).TRADING_MODE).toBe('live');
  });

  it('lets paper accounts trade from their creation, and none that may be real money', () => {
    const accounts = [{ accountId: 'PAPER-2', unlessHalted: 'PAPER-1' }];
    const ENABLE_ON_CREATION = JSON.stringify(accounts);
    expect(parse({ ENABLE_ON_CREATION }).ENABLE_ON_CREATION).toEqual(accounts);
    expect(() => parse({ TRADING_MODE: 'live', DEFAULT_LIMITS: '{}', ENABLE_ON_CREATION })).toThrow(
      /ENABLE_ON_CREATION: must be empty when TRADING_MODE is live/,
    );
  });

  it('takes only a private key that approvals can be signed with, and never shows it', () => {
    const pem = pemOf('ed25519');
    expect(parse({ RISK_SIGNING_KEY: pem }).RISK_SIGNING_KEY).toBe(pem);
    expect(() => parse({ RISK_SIGNING_KEY: pemOf('x25519') })).toThrow(
      /^The configuration is not valid:\n {2}RISK_SIGNING_KEY: expected a PEM private key \(Ed25519\)$/,
    );
  });
});
