import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CRDS } from '../charts/api-schemas';
import { ROOT, type Render } from '../charts/helm';
import { releasesIn, type Release } from '../charts/releases';
import { Cluster, NODES } from './cluster';
import { hasControlPlane, needsControlPlane } from './here';

const NAMESPACE = 'trading-production';
const isPossible = hasControlPlane && existsSync(join(ROOT, CRDS));
const onCluster = isPossible ? it : it.skip;
const needs = hasControlPlane ? `(needs ${CRDS})` : needsControlPlane;

const release = (name: string): Release => {
  const found = releasesIn('production').find((each) => each.release === name);
  if (found === undefined) throw new Error(`production has no ${name}`);
  return found;
};
const withValues = (name: string, values: object): Render => ({ ...release(name), values });

describe('production on a real control plane', () => {
  let cluster: Cluster | undefined;
  const here = (): Cluster => {
    if (cluster === undefined) throw new Error('no cluster');
    return cluster;
  };
  const zoneOf = (node = ''): string => NODES.find(({ name }) => name === node)?.zone ?? '';
  const podsOf = async (name: string) =>
    (await here().pods(NAMESPACE)).filter(({ metadata }) => metadata.labels['app.kubernetes.io/instance'] === name);

  beforeAll(async () => {
    if (!isPossible) return;
    cluster = await Cluster.start();
    applyDefinitions(cluster);
    for (const each of releasesIn('production')) {
      await cluster.install(each.chart === 'platform' ? { ...each, namespace: 'default' } : each);
    }
  });
  afterAll(() => cluster?.stop());

  onCluster(`installs every release, custom resources included ${needs}`, async () => {
    const listed = JSON.parse(await here().helm(['list', '--namespace', NAMESPACE, '--output', 'json'])) as {
      name: string;
      status: string;
    }[];
    expect(listed.map(({ name, status }) => `${name} ${status}`).sort()).toEqual(
      ['decision', 'execution', 'migrations', 'mt4-gateway', 'mt5-gateway', 'prediction', 'risk-manager'].map(
        (name) => `${name} deployed`,
      ),
    );
    const [job] = await here().plane.api.list<{ status: { succeeded?: number } }>(
      `/apis/batch/v1/namespaces/${NAMESPACE}/jobs`,
    );
    expect(job?.status.succeeded).toBe(1);
    const kinds = ['scaledobjects', 'servicemonitors', 'externalsecrets', 'secretstores', 'triggerauthentications'];
    const counts = kinds.map(
      (kind) => here().plane.kubectl(['get', kind, '-n', NAMESPACE, '-o', 'name']).out.trim().split('\n').length,
    );
    expect(counts).toEqual([2, 6, 8, 1, 2]);
  });

  onCluster(`places pods by taints, groups and zones ${needs}`, async () => {
    // Without KEDA nobody sets the number of those that are scaled by lag.
    const scaled = here().plane.kubectl(['scale', 'deployment/prediction-service', '-n', NAMESPACE, '--replicas=3']);
    expect(scaled.ok).toBe(true);
    expect(here().plane.kubectl(['scale', 'deployment/decision-service', '-n', NAMESPACE, '--replicas=3']).ok).toBe(
      true,
    );
    for (const name of ['prediction', 'decision']) {
      const words = [
        'rollout',
        'status',
        `deployment/${name}-service`,
        '-n',
        NAMESPACE,
        '--timeout=0s',
        '--watch=false',
      ];
      await here().until(() => Promise.resolve(here().plane.kubectl(words).out.includes('successfully')));
      const nodes = (await podsOf(name)).map(({ spec }) => spec.nodeName);
      expect(new Set(nodes.map(zoneOf)).size).toBe(3);
      expect(nodes.every((node) => node?.startsWith('ml-') === (name === 'prediction'))).toBe(true);
    }
    const [execution] = await podsOf('execution');
    expect(execution?.spec.nodeName).toMatch(/^high-memory-/);
  });

  onCluster(`repeats migrations, and upgrades without touching other releases ${needs}`, async () => {
    const before = await podsOf('risk-manager');
    await here().install(release('migrations'));
    await here().install(withValues('execution', { config: { RUN_ID: 'next' } }));
    expect((await podsOf('execution')).filter(({ status }) => status.phase === 'Running')).toHaveLength(1);
    const after = await podsOf('risk-manager');
    expect(after.map(({ metadata }) => metadata.uid).sort()).toEqual(before.map(({ metadata }) => metadata.uid).sort());
  });

  onCluster(`takes a broken release back, of a singleton and of one that is rolled ${needs}`, async () => {
    for (const name of ['mt5-gateway', 'risk-manager']) {
      const broken = here().install(
        withValues(name, { image: { repository: 'trading/invalid-tag' } }),
        '--timeout',
        '10s',
      );
      await expect(broken).rejects.toThrow(/rolled back|rollback/);
      const pods = await podsOf(name);
      const running = pods.filter(({ status }) => status.phase === 'Running');
      expect(running.length).toBeGreaterThanOrEqual(1);
      expect(running.every(({ spec }) => !spec.containers[0]?.image.includes('invalid-tag'))).toBe(true);
    }
  });

  onCluster(`passes the release's own test ${needs}`, async () => {
    const said = await here().helm(['test', 'decision', '--namespace', NAMESPACE, '--timeout', '60s']);
    expect(said).toContain('Succeeded');
  });

  onCluster(`refuses pods beyond the restricted profile ${needs}`, () => {
    const pod = (spec: object): string =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'stranger', namespace: NAMESPACE },
        spec: { containers: [{ name: 'a', image: 'a', ...spec }] },
      });
    const { ok, out } = here().plane.kubectl(['apply', '-f', '-'], pod({ securityContext: { privileged: true } }));
    expect(ok).toBe(false);
    expect(out).toContain('violates PodSecurity "restricted:latest"');
    expect(here().plane.kubectl(['apply', '-f', '-'], pod({})).out).toContain('runAsNonRoot');
  });

  onCluster.each([
    ['a pod', 'Pod', 'v1', (pod: object) => ({ spec: pod })],
    ['a deployment', 'Deployment', 'apps/v1', (pod: object) => workload({ template: template(pod) })],
    [
      'a job',
      'Job',
      'batch/v1',
      (pod: object) => ({ spec: { template: { spec: { ...pod, restartPolicy: 'Never' } } } }),
    ],
    [
      'a job by the clock',
      'CronJob',
      'batch/v1',
      (pod: object) => ({ spec: clock({ ...pod, restartPolicy: 'Never' }) }),
    ],
    ['a map of variables', 'ConfigMap', 'v1', () => ({ data: { TRADING_MODE: 'live' } })],
  ])(`refuses real money outside of trading-production in %s ${needs}`, (_, kind, apiVersion, body) => {
    const apply = (mode: string, namespace: string): { ok: boolean; out: string } => {
      const pod = { containers: [{ name: 'a', image: 'a', env: [{ name: 'TRADING_MODE', value: mode }] }] };
      const object = { apiVersion, kind, metadata: { name: 'trial', namespace }, ...body(pod) };
      const text = JSON.stringify(object).replace('"TRADING_MODE":"live"', `"TRADING_MODE":"${mode}"`);
      return here().plane.kubectl(['apply', '--dry-run=server', '-f', '-'], text);
    };
    expect(apply('live', 'default').out).toContain('belongs to the namespace trading-production');
    expect(apply('paper', 'default')).toMatchObject({ ok: true });
    // There the profile has its say, and this policy none.
    expect(apply('live', NAMESPACE).out).not.toContain('belongs to the namespace');
  });
});

const template = (pod: object): object => ({ metadata: { labels: { a: 'b' } }, spec: pod });
const workload = (rest: object): object => ({ spec: { selector: { matchLabels: { a: 'b' } }, ...rest } });
const clock = (pod: object): object => ({ schedule: '* * * * *', jobTemplate: { spec: { template: { spec: pod } } } });

/** The definitions of custom resources, and a wait until the API server knows them. */
function applyDefinitions(cluster: Cluster): void {
  const folder = join(cluster.plane.folder, 'definitions');
  execFileSync('mkdir', ['-p', folder]);
  execFileSync('tar', ['-xzf', join(ROOT, CRDS), '-C', folder]);
  const files = readdirSync(join(folder, 'crds')).map((name) => readFileSync(join(folder, 'crds', name), 'utf8'));
  cluster.apply(files.join('\n---\n'));
  const { ok, out } = cluster.plane.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
  if (!ok) throw new Error(out);
}
