import { join } from 'node:path';
import { render, ROOT, SOME_DIGEST, type KubeObject } from './helm';
import { everyPair, type Flags } from './pairs';
import { podLabelsOf, podOf, podProblems } from './pods';
import { selects } from './reachability';
import { VALUES_FOLDER } from './values-files';

const FLAGS = [
  ...(['autoscaling', 'service', 'disruptionBudget', 'spread', 'tls', 'ingress'] as const),
  ...(['terminals', 'networkPolicy', 'serviceMonitor', 'modelCache', 'config', 'secrets'] as const),
] as const;
type Flag = (typeof FLAGS)[number];

/** A release of staging with flags of its chart on and off. */
function withFlags(name: string, on: Flags<Flag>): readonly KubeObject[] {
  const enabled = (flag: Flag): object => ({ [flag]: { enabled: on[flag] } });
  return render({
    chart: 'service',
    release: name,
    namespace: 'trading-staging',
    files: [join(ROOT, VALUES_FOLDER, 'staging', `${name}.yaml`)],
    values: {
      image: { digest: SOME_DIGEST },
      ...Object.assign({}, ...FLAGS.filter((flag) => flag !== 'config' && flag !== 'secrets').map(enabled)),
      // A singleton with an autoscaler is refused.
      ...(name === 'mt5-gateway' ? { autoscaling: { enabled: false } } : {}),
      terminals: { enabled: on.terminals, port: 7005, sourceRanges: ['10.0.0.0/8'] },
      ...(on.config ? {} : { config: null }),
      ...(on.secrets ? {} : { secretVariables: null, secretFiles: null }),
    },
  });
}

const spec = (objects: readonly KubeObject[], kind: string): KubeObject | undefined =>
  objects.find((object) => object.kind === kind);

describe('whatever is switched on and off', () => {
  it('every pair of flags is among the choices', () => {
    const rows = everyPair(FLAGS);
    for (const a of FLAGS) {
      for (const b of FLAGS.filter((name) => name !== a)) {
        expect(new Set(rows.map((row) => `${row[a]} ${row[b]}`)).size).toBe(4);
      }
    }
    expect(rows.length).toBeLessThan(16);
  });

  const choices = everyPair(FLAGS).map(
    (row) => [FLAGS.filter((flag) => row[flag]).join(' ') || 'nothing', row] as const,
  );
  describe.each(['mt5-gateway', 'risk-manager', 'prediction'])('%s', (name) => {
    it.each(choices)('holds together with %s', (_, on) => {
      const objects = withFlags(name, on);
      const deployment = spec(objects, 'Deployment');
      const pod = deployment && podOf(deployment);
      if (deployment === undefined || pod === undefined) throw new Error('no Deployment');
      expect(podProblems(pod, true)).toEqual([]);
      const labels = podLabelsOf(deployment);
      for (const object of objects) {
        expect(object.metadata.namespace).toBe('trading-staging');
        expect(JSON.stringify(object)).not.toContain('null');
      }
      // Names are there once, and who selects pods selects these.
      const ids = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
      expect(new Set(ids).size).toBe(ids.length);
      for (const service of objects.filter(({ kind }) => kind === 'Service')) {
        expect(selects({ matchLabels: service.spec?.selector as Record<string, string> }, labels)).toBe(true);
      }
      // Mounts and volumes belong together.
      const volumes = (pod.volumes ?? []).map((volume) => volume['name']);
      for (const container of pod.containers as unknown as { volumeMounts: { name: string }[] }[]) {
        expect(container.volumeMounts.map((mount) => mount.name).sort()).toEqual([...volumes].sort());
      }
      // Either a number of replicas or somebody who scales, never both, and one alone.
      const scalers = objects.filter(({ kind }) => ['HorizontalPodAutoscaler', 'ScaledObject'].includes(kind));
      expect(scalers.length + (deployment.spec?.replicas === undefined ? 0 : 1)).toBe(1);
      // What is switched off is not there.
      const there = (kind: string): boolean => spec(objects, kind) !== undefined;
      expect(there('PodDisruptionBudget')).toBe(on.disruptionBudget);
      expect(there('NetworkPolicy')).toBe(on.networkPolicy);
      expect(there('Ingress')).toBe(on.ingress);
      expect(there('ServiceMonitor')).toBe(on.serviceMonitor && on.service);
      expect(ids.includes(`Service/${deployment.metadata.name}-terminals`)).toBe(on.terminals);
      const config = spec(objects, 'ConfigMap')?.data ?? {};
      expect(config['GRPC_ALLOW_PLAINTEXT']).toBe(on.tls ? undefined : 'true');
      expect(config['TERMINAL_PORT']).toBe(on.terminals ? '7005' : undefined);
    });
  });
});
