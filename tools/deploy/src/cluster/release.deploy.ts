import { ROOT, SOME_DIGEST, type Render } from '../charts/helm';
import { releasesIn, type Release } from '../charts/releases';
import { Cluster } from './cluster';
import { hasControlPlane, needsControlPlane } from './here';

const NAMESPACE = 'trading-kind';
const release = (name: string): Release => {
  const found = releasesIn('kind').find((each) => each.release === name);
  if (found === undefined) throw new Error(`${ROOT} has no values of ${name} for kind`);
  return found;
};

const withImage = (name: string, repository: string): Render => ({
  ...release(name),
  values: { image: { repository } },
});

const onCluster = hasControlPlane ? it : it.skip;

describe('a release on a real API server', () => {
  let cluster: Cluster | undefined;
  const here = (): Cluster => {
    if (cluster === undefined) throw new Error('no cluster');
    return cluster;
  };

  beforeAll(async () => {
    if (hasControlPlane) cluster = await Cluster.start();
  });
  afterAll(() => cluster?.stop());

  onCluster(`is installed, upgraded, and taken back when its image is not there ${needsControlPlane}`, async () => {
    await here().install({ ...release('platform'), namespace: 'default' });
    await here().install(release('decision'));
    const [first] = await here().pods(NAMESPACE);
    expect(first?.spec.containers[0]?.image).toBe(`localhost/trading/decision@${SOME_DIGEST}`);

    // Nothing has changed: the pod stays the same.
    await here().install(release('decision'));
    expect((await here().pods(NAMESPACE)).map(({ metadata }) => metadata.uid)).toEqual([first?.metadata.uid]);

    await here().install({ ...release('decision'), values: { config: { RUN_ID: 'second' } } });
    const [second] = (await here().pods(NAMESPACE)).filter(({ metadata }) => metadata.uid !== first?.metadata.uid);
    expect(second?.status.phase).toBe('Running');

    const broken = here().install(withImage('decision', 'localhost/trading/invalid-tag'), '--timeout', '8s');
    await expect(broken).rejects.toThrow(/rolled back|rollback/);
    const history = JSON.parse(
      await here().helm(['history', 'decision', '--namespace', NAMESPACE, '--output', 'json']),
    ) as { status: string }[];
    expect(history.map(({ status }) => status)).toEqual([
      'superseded',
      'superseded',
      'superseded',
      'failed',
      'deployed',
    ]);
    const images = (await here().pods(NAMESPACE)).map(({ spec }) => spec.containers[0]?.image);
    expect(images).toContain(`localhost/trading/decision@${SOME_DIGEST}`);
    expect((await here().pods(NAMESPACE)).map(({ metadata }) => metadata.uid)).toContain(second?.metadata.uid);
  });
});
