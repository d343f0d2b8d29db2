import { join } from 'node:path';
import { HelmRefused, render, ROOT, SOME_DIGEST } from './helm';
import { VALUES_FOLDER } from './values-files';

const file = (tier: string, name: string): string => join(ROOT, VALUES_FOLDER, tier, `${name}.yaml`);

/** A release of staging with other values over its own. */
function service(name: string, values: object, tier = 'staging', namespace = `trading-${tier}`): () => unknown {
  const image = { digest: SOME_DIGEST };
  return () =>
    render({ chart: 'service', release: name, namespace, files: [file(tier, name)], values: { image, ...values } });
}

function platform(values: object, tier = 'staging'): () => unknown {
  return () =>
    render({ chart: 'platform', release: 'platform', namespace: 'default', files: [file(tier, 'platform')], values });
}

describe('the charts refuse', () => {
  it.each([
    ['a singleton that is scaled', service('execution', { autoscaling: { enabled: true } }), /autoscaling/],
    ['a singleton twice', service('mt5-gateway', { replicas: 2 }), /replicas/],
    ['an image without digest', service('decision', { image: { digest: '' } }), /digest/],
    ['an image by tag beyond kind', service('decision', { image: { digest: SOME_DIGEST, tag: 'v1' } }), /tag/],
    ['a digest that is none', service('decision', { image: { digest: 'sha256:abc' } }), /digest/],
    ['a tag in the name of the image', service('decision', { image: { repository: 'a/b:v1' } }), /repository/],
    ['an image called latest', service('decision', { image: { digest: '', tag: 'latest' } }, 'kind'), /image/],
    ['no image in kind', service('decision', { image: { digest: '' } }, 'kind'), /image/],
    ['an unknown key', service('decision', { replicaCount: 2 }), /replicaCount/],
    ['an unknown key further in', service('decision', { terminals: { ports: 1 } }), /ports/],
    ['an unknown tier', service('decision', { tier: 'test' }), /tier/],
    ['an unknown role', service('decision', { role: 'worker' }), /role/],
    ['real money in staging', service('risk-manager', { tradingMode: 'live' }), /tier/],
    [
      'real money in another namespace',
      service('risk-manager', { tradingMode: 'live' }, 'production', 'trading-test'),
      /trading-production/,
    ],
    [
      'real money without network policies',
      service('risk-manager', { networkPolicy: { enabled: false } }, 'production', 'trading-production'),
      /networkPolicy/,
    ],
    ['the mode among other variables', service('mt5-gateway', { config: { TRADING_MODE: 'live' } }), /TRADING_MODE/],
    ['a variable that is none', service('decision', { config: { 'log-level': 'info' } }), /log-level/],
    ['nobody where somebody is needed', service('decision', { replicas: 0 }), /replicas/],
    ['lag of nothing', service('decision', { autoscaling: { lag: { topic: null } } }), /lag/],
    [
      'fewer at most than at least',
      service('prediction', { replicas: 3, autoscaling: { maxReplicas: 2 } }),
      /maxReplicas/,
    ],
    ['terminals from anywhere', service('mt5-gateway', { terminals: { sourceRanges: ['0.0.0.0/0'] } }), /sourceRanges/],
    ['terminals from nowhere said', service('mt4-gateway', { terminals: { sourceRanges: [] } }), /sourceRanges/],
    ['an ingress without class', service('decision', { ingress: { className: '' } }), /className/],
    [
      'a store that is nowhere',
      service('decision', { networkPolicy: { stores: { cache: { port: 1 } } } }),
      /networkPolicy\/stores\/cache/,
    ],
    ['memory without a unit', service('decision', { resources: { limits: { memory: '512' } } }), /memory/],
    [
      'balancers that send longer than a pod waits',
      service('decision', { shutdown: { deregistration: 30 } }),
      /deregistration <= preStop < grace/,
    ],
    ['migrations without words', service('migrations', { args: [] }), /args/],
    ['words for a service', service('decision', { args: ['--help'] }), /args/],
    ['the place of real money for staging', platform({ namespace: 'trading-production' }), /namespace/],
    ['production elsewhere', platform({ namespace: 'trading-live' }, 'production'), /namespace/],
    ['staging without admission policies', platform({ admissionPolicies: { enabled: false } }), /admissionPolicies/],
    ['a store of secrets without provider', platform({ secretStore: { provider: null } }), /provider/],
    ['a secret without keys', platform({ secrets: { 'redis-credentials': { keys: null } } }), /keys/],
    ['an unknown level of security', platform({ namespaces: { monitoring: 'open' } }), /monitoring/],
    ['an unknown key of the platform', platform({ quotas: {} }), /quotas/],
  ])('%s', (_, attempt, message) => {
    expect(attempt).toThrow(HelmRefused);
    expect(attempt).toThrow(message);
  });

  it('nothing of that in the values as they are', () => {
    expect(service('execution', {})).not.toThrow();
    expect(service('decision', { image: { tag: 'v1' } }, 'kind')).not.toThrow();
    expect(platform({})).not.toThrow();
  });
});
