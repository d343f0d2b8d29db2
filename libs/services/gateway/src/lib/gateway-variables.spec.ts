import { generateKeyPairSync } from 'node:crypto';
import { z } from 'zod';
import { parseConfig } from '@trading/platform-config';
import { gatewayConfigOf, gatewayVariables, missingOfGateway } from './gateway-variables';

const variables = z.object(gatewayVariables({ gatewayId: 'mt5-1', terminalPort: 7005 }));
const PUBLIC_KEY = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
const KEY = '00112233445566778899aabbccddeeff';

describe('the variables of a gateway', () => {
  it('let nobody in without keys and accounts, and say so', () => {
    const parsed = parseConfig(variables, {});
    expect(gatewayConfigOf(parsed, 'MT5')).toMatchObject({
      gatewayId: 'mt5-1',
      terminalHost: '127.0.0.1',
      terminalPort: 7005,
      terminalKeys: {},
      accounts: [],
      approvalKeys: {},
      tradingMode: 'paper',
    });
    expect(Object.keys(missingOfGateway(parsed))).toEqual(['terminal-key', 'accounts', 'approval-keys']);
  });

  it('name keys by their ids and mark no account live by themselves', () => {
    const parsed = parseConfig(variables, {
      TERMINAL_KEY: `${KEY}\n`,
      TERMINAL_KEY_ID: 'ea',
      ACCOUNTS: '[{"accountId":"a","login":"1","server":"Demo"}]',
      APPROVAL_PUBLIC_KEYS: JSON.stringify({ 'risk-1': PUBLIC_KEY }),
    });
    expect(gatewayConfigOf(parsed, 'MT4')).toMatchObject({
      platform: 'MT4',
      terminalKeys: { ea: Buffer.from(KEY, 'hex') },
      accounts: [{ accountId: 'a', login: '1', server: 'Demo', live: false }],
      approvalKeys: { 'risk-1': PUBLIC_KEY },
    });
    expect(missingOfGateway(parsed)).toEqual({});
  });

  it('take more keys than one, which accounts may name', () => {
    const parsed = parseConfig(variables, {
      TERMINAL_KEYS: JSON.stringify({ 'desk-1': KEY, 'desk-2': KEY }),
      ACCOUNTS: '[{"accountId":"a","login":"1","server":"Demo","keyIds":["desk-2"]}]',
    });
    const config = gatewayConfigOf(parsed, 'MT5');
    expect(Object.keys(config.terminalKeys)).toEqual(['desk-1', 'desk-2']);
    expect(config.accounts[0]?.keyIds).toEqual(['desk-2']);
    expect(Object.keys(missingOfGateway(parsed))).toEqual(['approval-keys']);
  });

  it.each([
    ['TERMINAL_KEYS', '{"desk-1":"none"}', /desk-1: expected at least 32/],
    ['TERMINAL_KEY', 'not-hexadecimal', /at least 32 hexadecimal digits/],
    ['TERMINAL_KEY', KEY.slice(2), /at least 32 hexadecimal digits/],
    ['APPROVAL_PUBLIC_KEYS', '{"risk-1":"none"}', /risk-1: expected a PEM public key/],
    ['ACCOUNTS', '[{"accountId":"a"}]', /\[0\]\.login: .*; \[0\]\.server: /],
    ['TRADING_MODE', 'real', /expected one of/],
  ])('refuse %s=%s', (name, value, message) => {
    expect(() => parseConfig(variables, { [name]: value })).toThrow(message);
  });
});
