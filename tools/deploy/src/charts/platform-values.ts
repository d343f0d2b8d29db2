import { deploymentOf, servicesOf } from '../registry/registry';
import type { Registry, Tier } from '../registry/schema';
import { memoryMi, milliCpu } from './quantities';
import type { Values } from './service-values';
import type { TierSettings } from './tiers';

/** Share of what the services may need at most that a quota leaves for rollouts, migrations and tests. */
const HEADROOM = 1.25;

/** Keys of the Secrets that services read. */
function secretKeys(registry: Registry): Readonly<Record<string, readonly string[]>> {
  const schemas = new Set(servicesOf(registry).map(({ schema }) => schema));
  return {
    'postgres-credentials': ['url', 'roles.json', ...schemas],
    'redis-credentials': ['url'],
    'influxdb-credentials': ['token'],
    'kafka-credentials': ['username', 'password'],
    'trading-tokens': ['operator', 'service'],
    'terminal-keys': ['key'],
    'risk-signing': ['keyring.json', 'public.json'],
    'grpc-tls': ['tls.crt', 'tls.key', 'ca.crt'],
  };
}

/** Values of the chart `platform` in a tier. */
export function platformValues(tierName: Tier, registry: Registry, tier: TierSettings): Values {
  const accounts = [...servicesOf(registry).map(({ name }) => deploymentOf(name)), 'migrations'];
  const { cidrs, pods, port = registry.stores.postgres.port } = tier.stores.postgres ?? {};
  const inside = Object.values(tier.stores).flatMap((store) =>
    store?.pods === undefined || store.namespace !== undefined ? [] : Object.values(store.pods),
  );
  return {
    tier: tierName,
    namespace: tier.namespace,
    ...(tier.monitors ? { namespaces: { monitoring: 'baseline' } } : {}),
    ...(tierName === 'kind' ? {} : { quota: quotaOf(tierName, registry) }),
    serviceAccounts: Object.fromEntries(accounts.map((name) => [name, {}])),
    ...(tier.secrets === undefined ? {} : secretsOf(registry, tier.secrets)),
    migrations: { postgres: { port, ...(cidrs && { cidrs }), ...(pods && { pods }) } },
    ...(inside.length === 0 ? {} : { stores: inside }),
  };
}

function quotaOf(tierName: Tier, registry: Registry): object {
  let [pods, cpu, memory, cpuLimit, memoryLimit] = [0, 0, 0, 0, 0];
  for (const { size, role } of servicesOf(registry)) {
    const { replicas, maxReplicas, requests, limits } = size[tierName];
    // One more while it is replaced; a singleton that stands by counts as if it ran.
    const most = Math.max(1, maxReplicas ?? replicas) + (role === 'singleton' ? 0 : 1);
    pods += most;
    cpu += most * milliCpu(requests.cpu);
    memory += most * memoryMi(requests.memory);
    cpuLimit += most * milliCpu(limits.cpu);
    memoryLimit += most * memoryMi(limits.memory);
  }
  const of = (amount: number): number => Math.ceil(amount * HEADROOM);
  return {
    pods: of(pods) + 4,
    'requests.cpu': `${of(cpu)}m`,
    'requests.memory': `${of(memory)}Mi`,
    'limits.cpu': `${of(cpuLimit)}m`,
    'limits.memory': `${of(memoryLimit)}Mi`,
    'services.nodeports': 4,
  };
}

/** A secret of the store has the properties that its Secret has as keys; the roles' URLs are one of their own. */
function secretsOf(registry: Registry, { provider, prefix, kafka }: NonNullable<TierSettings['secrets']>): object {
  const roles = `${prefix}/postgres-roles`;
  const remote = (name: string, key: string): object => {
    if (name === 'postgres-credentials' && key === 'roles.json') return { remote: roles };
    if (name === 'postgres-credentials' && key !== 'url') return { remote: roles, property: key };
    if (name === 'kafka-credentials' && kafka !== undefined) return { remote: kafka, property: key };
    // Dots in a property are a path to External Secrets.
    return { remote: `${prefix}/${name}`, property: key.replaceAll('.', '_') };
  };
  const secrets = Object.entries(secretKeys(registry)).map(([name, keys]) => [
    name,
    { keys: Object.fromEntries(keys.map((key) => [key, remote(name, key)])) },
  ]);
  return { secretStore: { enabled: true, provider }, secrets: Object.fromEntries(secrets) as object };
}
