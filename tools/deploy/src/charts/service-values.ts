import { callersOf, deploymentOf, servicesOf } from '../registry/registry';
import type { Registry, ServiceName, Tier } from '../registry/schema';
import { placementOf } from './placement';
import { configOf, readsTradingMode } from './service-config';
import type { TierSettings } from './tiers';

/** Messages that a replica may be behind before another one is started. */
const LAG_THRESHOLD = 1_000;

/** Values of the chart `service` for a release; an image's digest comes with the deployment. */
export type Values = Readonly<Record<string, unknown>>;

/** Values of one service in a tier. */
export function serviceValues(name: ServiceName, tierName: Tier, registry: Registry, tier: TierSettings): Values {
  const service = { name, ...registry.services[name] };
  const { replicas, maxReplicas, requests, limits } = service.size[tierName];
  const isSingleton = service.role === 'singleton';
  const shutdown = isSingleton
    ? { deregistration: 5, preStop: 8, grace: 60 }
    : { deregistration: 20, preStop: 25, grace: 90 };
  const config = configOf(service, registry, tier);
  return {
    tier: tierName,
    role: service.role,
    fullname: deploymentOf(name),
    image: imageOf(name, tier),
    ...(readsTradingMode(name) ? { readsTradingMode: true, tradingMode: tier.tradingMode } : {}),
    replicas,
    resources: { requests, limits },
    serviceAccount: deploymentOf(name),
    ...config,
    shutdown,
    nodes: placementOf(service, tier),
    spread: { zones: tier.zones },
    tls: { enabled: tier.grpcTls },
    ...(service.stores.includes('models') ? { modelCache: { enabled: true } } : {}),
    autoscaling: scalingOf(name, maxReplicas, registry, tier),
    ingress: ingressOf(name, registry, tier, shutdown.deregistration),
    ...(service.terminals === undefined ? {} : { terminals: terminalsOf(service.terminals, tier) }),
    networkPolicy: {
      callers: callersOf(registry, name),
      calls: service.calls,
      clientCidrs: isCalledFromOutside(name, registry) ? (tier.ingress?.cidrs ?? []) : [],
      ...(service.terminals === undefined || tier.terminals.pods === undefined
        ? {}
        : { terminalPods: tier.terminals.pods }),
      stores: storesOf(name, registry, tier),
    },
    serviceMonitor: { enabled: tier.monitors },
  };
}

/** Values of the release that brings the database up to date before the services come. */
export function migrationsValues(tierName: Tier, registry: Registry, tier: TierSettings): Values {
  const resources = { cpu: '100m', memory: '256Mi' };
  return {
    tier: tierName,
    role: 'migrations',
    fullname: 'migrations',
    image: imageOf('trade', tier),
    args: tier.roles ? ['migrate', '--write-credentials', '/tmp/roles.json'] : ['migrate'],
    resources: { requests: resources, limits: { cpu: '1', memory: '512Mi' } },
    serviceAccount: 'migrations',
    secretVariables: { DATABASE_URL: { secret: registry.stores.postgres.secret, key: 'url' } },
    ...(tier.roles
      ? {
          secretFiles: {
            roles: { secret: registry.stores.postgres.secret, path: '/etc/trading/roles', items: ['roles.json'] },
          },
        }
      : {}),
  };
}

function imageOf(name: string, tier: TierSettings): object {
  const repository = `${tier.registry}/${name}`;
  return tier.registry.startsWith('localhost') ? { repository, pullPolicy: 'IfNotPresent' } : { repository };
}

function isCalledFromOutside(name: ServiceName, registry: Registry): boolean {
  return Object.values(registry.clients).some(({ calls }) => calls.includes(name));
}

function scalingOf(name: ServiceName, maxReplicas: number | undefined, registry: Registry, tier: TierSettings): object {
  const { role, scaledBy } = registry.services[name];
  if (role === 'singleton' || maxReplicas === undefined) return { enabled: false };
  if (role === 'stateless') return { enabled: true, maxReplicas };
  const lag = {
    brokers: tier.stores.kafka?.url ?? '',
    group: name,
    topic: scaledBy,
    threshold: LAG_THRESHOLD,
    sasl: tier.kafka.sasl,
    secret: registry.stores.kafka.secret,
  };
  return { enabled: true, maxReplicas, lag };
}

function ingressOf(name: ServiceName, registry: Registry, tier: TierSettings, seconds: number): object {
  const { ingress } = tier;
  if (ingress === undefined || !isCalledFromOutside(name, registry)) return { enabled: false };
  const { className, domain, suffix, annotations, http, grpc, deregistration } = ingress;
  const delay =
    deregistration === undefined ? {} : { [deregistration]: `deregistration_delay.timeout_seconds=${seconds}` };
  return {
    enabled: true,
    className,
    annotations: { ...annotations, ...delay },
    http: { host: `${name}${suffix}.${domain}`, annotations: http },
    grpc: { host: `${name}-grpc${suffix}.${domain}`, annotations: grpc },
  };
}

function terminalsOf({ port, tls }: { port: number; tls: boolean }, { terminals }: TierSettings): object {
  const annotations = { ...terminals.annotations, ...(tls ? terminals.tls : {}) };
  return {
    enabled: true,
    port,
    type: terminals.type,
    ...(terminals.class === undefined ? {} : { loadBalancerClass: terminals.class }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    ...(terminals.sourceRanges === undefined ? {} : { sourceRanges: terminals.sourceRanges }),
  };
}

/** Where a service may send to outside of the services, by name. */
function storesOf(name: ServiceName, registry: Registry, tier: TierSettings): Record<string, object> {
  const stores: Record<string, object> = {};
  for (const store of registry.services[name].stores) {
    const there = tier.stores[store];
    if (there === undefined) continue;
    const { cidrs, pods, namespace, port = registry.stores[store].port } = there;
    stores[store] = { port, ...(cidrs && { cidrs }), ...(pods && { pods }), ...(namespace && { namespace }) };
  }
  if (tier.identity !== undefined && 'models' in stores) {
    stores['identity'] = { port: tier.identity.port, cidrs: [tier.identity.cidr] };
  }
  return stores;
}

/** All releases of the chart `service` in a tier, by name, in the order in which they are installed. */
export function releasesOf(tierName: Tier, registry: Registry, tier: TierSettings): ReadonlyMap<string, Values> {
  return new Map([
    ['migrations', migrationsValues(tierName, registry, tier)],
    ...servicesOf(registry).map(({ name }) => [name, serviceValues(name, tierName, registry, tier)] as const),
  ]);
}
