import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { parseConfig } from '@trading/platform-config';
import { gatewayConfigOf, gatewayVariables } from '@trading/service-gateway';
import { facts as data, summaryInput } from '../report/spec-input';
import { serviceConfigs, type SystemFacts } from '../system/configs';
import { ensureSecrets } from '../system/secrets';
import { environmentsOf } from './environments';
import { chooseSixPorts } from './six-ports';

const dataDir = mkdtempSync(join(tmpdir(), 'trade-environments-'));
afterAll(() => rmSync(dataDir, { recursive: true }));

const { options, model } = summaryInput();
const secrets = ensureSecrets(dataDir);
const facts: SystemFacts = {
  options: { ...options, dataDir },
  data,
  model,
  run: { number: 2, runId: 'run-0002', accountId: 'PAPER-2', resumed: false, previous: undefined },
  fingerprint: 'f',
  secrets,
  tradeFromUs: 0,
};
const servers = {
  brokers: 'b:1',
  databaseUrl: 'postgresql://u:p@h/d',
  redisUrl: 'redis://h',
  influx: undefined,
  prometheusUrl: undefined,
  notes: [],
  own: [],
};
const any = (port: number) => ({ port, explicit: false });

async function environments(inherited: NodeJS.ProcessEnv = {}) {
  const { of } = await chooseSixPorts({ http: any(8181), grpc: any(9191), terminal: any(7005) }, async () => true);
  return environmentsOf(facts, servers, of, inherited);
}

describe('the environments of the six', () => {
  it('tell gateways what gateways of one process are told', async () => {
    const env = await environments();
    const told = serviceConfigs(facts, 7005);
    const variables = z.object(gatewayVariables({ gatewayId: 'unsaid', terminalPort: 1 }));
    expect(gatewayConfigOf(parseConfig(variables, env['mt5-gateway']), 'MT5')).toEqual(told.mt5);
    expect(gatewayConfigOf(parseConfig(variables, env['mt4-gateway']), 'MT4')).toEqual({
      ...told.mt4,
      terminalPort: 7004,
    });
  });

  it('let the services find each other and the stores', async () => {
    const env = await environments();
    expect(env.decision).toMatchObject({ EXECUTION_GRPC_ADDRESS: `127.0.0.1:${env.execution['GRPC_PORT']}` });
    expect(env.execution).toMatchObject({
      RISK_MANAGER_GRPC_ADDRESS: `127.0.0.1:${env['risk-manager']['GRPC_PORT']}`,
      MT5_GATEWAY_GRPC_ADDRESS: `127.0.0.1:${env['mt5-gateway']['GRPC_PORT']}`,
      RUN_ID: 'run-0002',
    });
    for (const each of Object.values(env)) {
      expect(each).toMatchObject({
        KAFKA_BROKERS: 'b:1',
        DATABASE_URL: 'postgresql://u:p@h/d',
        REDIS_URL: 'redis://h',
      });
    }
  });

  it('hold no key or token, only the names of their files', async () => {
    const text = JSON.stringify(await environments());
    for (const secret of [secrets.operatorToken, secrets.serviceToken, secrets.terminalKey.toString('hex')]) {
      expect(text).not.toContain(secret);
    }
    expect(text).not.toContain('PRIVATE KEY');
    expect(text).toContain(secrets.signingKeyFile);
  });

  it('pass on what else the user says, and nothing that contradicts them', async () => {
    const env = await environments({
      NODE_OPTIONS: '--max-old-space-size=512',
      KAFKA_TOPIC_PREFIX: 'mine',
      TRADING_MODE: 'live',
      OPERATOR_TOKEN: 'theirs',
      DATABASE_URL_FILE: '/theirs',
      GRPC_TLS_CERT_FILE: '/theirs',
    });
    expect(env['risk-manager']).toMatchObject({ KAFKA_TOPIC_PREFIX: 'mine', TRADING_MODE: 'paper' });
    expect(env.prediction).toHaveProperty('NODE_OPTIONS');
    expect(env.prediction).not.toHaveProperty('OPERATOR_TOKEN');
    expect(env.prediction).not.toHaveProperty('DATABASE_URL_FILE');
    expect(env.prediction).not.toHaveProperty('GRPC_TLS_CERT_FILE');
  });
});
