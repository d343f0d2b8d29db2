import { join } from 'node:path';
import { stringify } from 'yaml';
import { deploymentOf, servicesOf } from '../registry/registry';
import { TIERS } from '../registry/schema';
import { apiSchemas, CRDS, customSchemas, KUBERNETES } from './api-schemas';
import { goldens, keptGolden } from './goldens';
import { helm, helmWords, objectsOf, ROOT, type KubeObject } from './helm';
import { schemaProblems } from './kubeconform';
import { podOf, podProblems } from './pods';
import { waysInside, waysOutside } from './reachability';
import { registry, releasesIn, renderAll, renderTier } from './releases';
import { readTiers } from './tiers';
import { existsSync } from 'node:fs';

const tiers = readTiers(ROOT);
const objectsIn = (tier: (typeof TIERS)[number]): readonly KubeObject[] => [...renderTier(tier).values()].flat();

describe('the charts, rendered for every tier', () => {
  it('pass the linter', () => {
    for (const release of [...releasesIn('staging').slice(0, 3), ...releasesIn('kind').slice(0, 3)]) {
      expect(helm(['lint', '--strict', ...helmWords(release)])).toContain('0 chart(s) failed');
    }
  });

  it('are as they were looked at: otherwise look, and run node dist/tools/deploy/src/charts/keep-goldens.js', () => {
    for (const [name, text] of goldens(renderAll())) expect([name, text]).toEqual([name, keptGolden(name)]);
  });

  it.each(TIERS)('make pods of the restricted profile in %s', (tier) => {
    const pods = objectsIn(tier).filter((object) => podOf(object) !== undefined);
    expect(pods.length).toBeGreaterThanOrEqual(13);
    for (const object of pods) {
      const pod = podOf(object);
      if (pod !== undefined) expect([object.metadata.name, podProblems(pod, true)]).toEqual([object.metadata.name, []]);
    }
  });

  it('are seen to break that profile when they do', () => {
    const deployment = renderTier('staging')
      .get('decision')
      ?.find(({ kind }) => kind === 'Deployment');
    const pod = structuredClone(deployment && podOf(deployment));
    const container = pod?.containers[0];
    if (pod === undefined || container === undefined) throw new Error('no Deployment');
    Object.assign(pod, { hostNetwork: true, volumes: [{ name: 'host', hostPath: { path: '/' } }] });
    Object.assign(container, { securityContext: { privileged: true }, image: 'decision:latest' });
    expect(podProblems(pod, true)).toHaveLength(7);
  });

  it.each(TIERS)('let pods of %s reach each other as the registry says, and in no other way', (tier) => {
    const ways = waysInside(objectsIn(tier));
    const { grpc, http } = registry.ports;
    const services = servicesOf(registry);
    const calls = services.flatMap(({ name, calls: called }) =>
      called.map((each) => `${deploymentOf(name)} -> ${deploymentOf(each)}:${grpc}`),
    );
    const names = services.map(({ name }) => deploymentOf(name));
    const tests = names.flatMap((test) => names.map((name) => `${test}-test -> ${name}:${http}`));
    expect([...ways].sort()).toEqual([...calls, ...tests].sort());
  });

  it('are seen to let more through when the policies of both sides say less', () => {
    const closed = [...waysInside(objectsIn('staging'))].sort();
    const without = ['default-deny', 'risk-manager-service'];
    const oneSide = objectsIn('staging').filter(
      ({ kind, metadata }) => kind !== 'NetworkPolicy' || !without.includes(metadata.name),
    );
    expect([...waysInside(oneSide)].sort()).toEqual(closed);
    const bothSides = structuredClone(oneSide);
    const own = bothSides.find(
      ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'execution-service',
    );
    (own?.spec?.egress as object[]).push({ to: [{ podSelector: {} }] });
    expect([...waysInside(bothSides)]).toContain('execution-service -> risk-manager-service:8080');
  });

  it.each(TIERS)('let pods of %s out only to their stores, and in only whom the registry names', (tier) => {
    const objects = objectsIn(tier);
    for (const service of servicesOf(registry)) {
      const deployment = objects.find((o) => o.kind === 'Deployment' && o.metadata.name === deploymentOf(service.name));
      if (deployment === undefined) throw new Error(`${service.name} has no Deployment`);
      const out = service.stores.flatMap((store) => {
        const { cidrs, namespace, port = registry.stores[store].port } = tiers[tier].stores[store] ?? {};
        return [...(cidrs ?? []), ...(namespace === undefined ? [] : [namespace])].map((to) => `${to}:${port}`);
      });
      const { identity, ingress, terminals } = tiers[tier];
      if (identity !== undefined && service.stores.includes('models')) out.push(`${identity.cidr}:${identity.port}`);
      expect([...waysOutside(objects, deployment, 'Egress')].sort()).toEqual(
        [...new Set(['kube-system:53', ...out])].sort(),
      );
      const ports = [registry.ports.http, registry.ports.grpc, ...(service.terminals ? [service.terminals.port] : [])];
      const balancers = (ingress?.cidrs ?? []).flatMap((cidr) => ports.map((port) => `${cidr}:${port}`));
      const dialled = (terminals.sourceRanges ?? []).map((cidr) => `${cidr}:${service.terminals?.port ?? 0}`);
      expect([...waysOutside(objects, deployment, 'Ingress')].sort()).toEqual(
        [`monitoring:${registry.ports.http}`, ...balancers, ...(service.terminals ? dialled : [])].sort(),
      );
    }
  });

  it('select by name and instance alone, which can never change', () => {
    for (const object of TIERS.flatMap(objectsIn).filter(({ kind }) => kind === 'Deployment')) {
      expect(Object.keys((object.spec?.selector as { matchLabels: object }).matchLabels).sort()).toEqual([
        'app.kubernetes.io/instance',
        'app.kubernetes.io/name',
      ]);
    }
  });

  it('use no word of one cloud unless the tier says so', () => {
    const all = objectsIn('kind')
      .map((object) => stringify(object))
      .join('\n');
    expect(all).not.toMatch(/aws|amazon|alb\.|eks/i);
  });

  const custom = existsSync(join(ROOT, CRDS)) ? it.each(KUBERNETES) : it.skip.each(KUBERNETES);
  custom(`hold to every field of the API of Kubernetes %s and of custom resources (needs ${CRDS})`, (version) => {
    const folders = [apiSchemas(version), customSchemas()];
    for (const tier of TIERS) expect(schemaProblems(objectsIn(tier), folders)).toEqual([]);
  });

  custom(`are seen to break the API of Kubernetes %s when they do (needs ${CRDS})`, (version) => {
    const folders = [apiSchemas(version), customSchemas()];
    const broken = objectsOf(
      [
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replica: 1, selector: {}, template: {}}',
        'apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: b}\nspec: {selector: {}, endpoint: []}',
        'apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: {name: c}\nspec: {}',
      ].join('\n---\n'),
    );
    expect(schemaProblems(broken, folders)).toHaveLength(3);
  });
});
