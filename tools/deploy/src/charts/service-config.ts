import { deploymentOf } from '../registry/registry';
import type { Registry, Service, ServiceName, StoreName } from '../registry/schema';
import type { TierSettings } from './tiers';

/** A variable whose value is a key of a Secret. */
export interface SecretVariable {
  readonly secret: string;
  readonly key: string;
}

/** A folder of a container with files of a Secret. */
export interface SecretFiles {
  readonly secret: string;
  readonly path: string;
  readonly items: readonly string[];
}

/** What a service reads from its environment; the rest (ports, listening, TLS) is the chart's. */
export interface ServiceConfig {
  readonly config: Readonly<Record<string, string>>;
  readonly secretVariables: Readonly<Record<string, SecretVariable>>;
  readonly secretFiles: Readonly<Record<string, SecretFiles>>;
}

type Named = Service & { readonly name: ServiceName };

const isGateway = (name: ServiceName): boolean => name.endsWith('-gateway');
const folderOf = (name: string): string => `/etc/trading/${name}`;

/** Whether a service lets orders of real money through only with TRADING_MODE=live. */
export const readsTradingMode = (name: ServiceName): boolean => name === 'risk-manager' || isGateway(name);

/** The environment of a service in a tier. */
export function configOf(service: Named, registry: Registry, tier: TierSettings): ServiceConfig {
  const has = (store: StoreName): boolean => service.stores.includes(store) && tier.stores[store] !== undefined;
  const url = (store: StoreName): string => tier.stores[store]?.url ?? '';
  const secret = (store: StoreName, key: string): SecretVariable => ({
    secret: registry.stores[store].secret ?? store,
    key,
  });
  const secretVariables: Record<string, SecretVariable> = {
    DATABASE_URL: secret('postgres', tier.roles ? service.schema : 'url'),
  };
  const config: Record<string, string> = {
    LOG_LEVEL: 'info',
    OPERATOR_TOKEN_FILE: `${folderOf('tokens')}/operator`,
    SERVICE_TOKEN_FILE: `${folderOf('tokens')}/service`,
    ...addresses(service, registry),
  };
  const secretFiles: Record<string, SecretFiles> = {
    tokens: { secret: 'trading-tokens', path: folderOf('tokens'), items: ['operator', 'service'] },
  };
  if (has('kafka')) {
    config['KAFKA_BROKERS'] = url('kafka');
    config['KAFKA_REPLICATION'] = String(tier.kafka.replication);
    if (tier.kafka.sasl) {
      config['KAFKA_TLS'] = 'true';
      config['KAFKA_SASL_MECHANISM'] = 'scram-sha-512';
      secretVariables['KAFKA_SASL_USERNAME'] = secret('kafka', 'username');
      secretVariables['KAFKA_SASL_PASSWORD'] = secret('kafka', 'password');
    }
  }
  if (has('redis')) secretVariables['REDIS_URL'] = secret('redis', 'url');
  if (has('influxdb')) {
    config['INFLUX_URL'] = url('influxdb');
    secretVariables['INFLUX_TOKEN'] = secret('influxdb', 'token');
  }
  if (has('collector')) config['OTEL_EXPORTER_OTLP_ENDPOINT'] = url('collector');
  if (service.stores.includes('models')) config['MODEL_STORE_PATH'] = tier.models;
  if (service.name === 'risk-manager') {
    config['RISK_SIGNING_KEYRING'] = `${folderOf('risk-signing')}/keyring.json`;
    secretFiles['risk-signing'] = {
      secret: 'risk-signing',
      path: folderOf('risk-signing'),
      items: ['keyring.json'],
    };
  }
  if (isGateway(service.name)) {
    config['GATEWAY_ID'] = service.name.replace('-gateway', '-1');
    // Only the public halves: a gateway can sign nothing.
    config['APPROVAL_PUBLIC_KEYS_FILE'] = `${folderOf('approvals')}/public.json`;
    secretFiles['approvals'] = { secret: 'risk-signing', path: folderOf('approvals'), items: ['public.json'] };
    secretVariables['TERMINAL_KEY'] = { secret: 'terminal-keys', key: 'key' };
  }
  return { config: { ...config, ...tier.config?.[service.name] }, secretVariables, secretFiles };
}

/** Where those are whom it calls: every pod behind the name, in turn. */
function addresses(service: Named, registry: Registry): Record<string, string> {
  return Object.fromEntries(
    service.calls.map((name) => [
      `${name.toUpperCase().replaceAll('-', '_')}_GRPC_ADDRESS`,
      `dns:///${deploymentOf(name)}-grpc:${registry.ports.grpc}`,
    ]),
  );
}
