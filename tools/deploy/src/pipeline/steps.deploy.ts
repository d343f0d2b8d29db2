import { cpSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { APPS, type Manifest } from '../manifest/manifest';
import { SampleWorkspace } from './sample-workspace';
import { readWorkflowFiles } from './workflow-files';

const root = resolve(__dirname, '../../../..');
const digestOf = (digit: string): string => `sha256:${digit.repeat(64)}`;

/** The scripts of the workflow that makes images, run on a repository of three commits with programs in place of GitHub's. */
describe('what a push to main does', () => {
  let sample: SampleWorkspace;
  const commits: string[] = [];

  beforeAll(() => {
    sample = new SampleWorkspace(root, readWorkflowFiles(root));
    sample.program('cosign', 'echo "cosign $*" >>.programs/calls');
    // The last run is number 7 once something has been deployed; its artifact lies in .programs/deployed.
    sample.program(
      'gh',
      'if [[ "$1 $2" == "run list" ]]; then [[ ! -d .programs/deployed ]] || echo 7; else cp -r .programs/deployed/. previous; fi',
    );
  });
  afterAll(() => sample.remove());

  /** What the job `affected` says after a commit. */
  const affected = (): Readonly<Record<string, string>> => {
    rmSync(join(sample.folder, 'previous'), { recursive: true, force: true });
    const env = { GITHUB_REF_NAME: 'main', GITHUB_SHA: commits.at(-1) ?? '' };
    const found = sample.step('images', 'affected', 'The last run that deployed, and its manifest', env);
    expect(found).toMatchObject({ code: 0 });
    const BASE = found.outputs['base'] ?? '';
    const ended = sample.step('images', 'affected', 'Services that are affected', { ...env, BASE });
    expect(ended).toMatchObject({ code: 0 });
    return { base: BASE, ...ended.outputs };
  };

  /** The manifest that the job `sign` writes, which is then deployed; and what was signed for it. */
  const deploy = (built: Readonly<Record<string, string>>): { manifest: Manifest; calls: string } => {
    for (const name of ['built', '.programs/calls'])
      rmSync(join(sample.folder, name), { recursive: true, force: true });
    for (const [app, digest] of Object.entries(built)) {
      sample.write(`built/image-${app}.json`, JSON.stringify({ app, digest }));
    }
    const env = { GITHUB_SHA: commits.at(-1) ?? '', GITHUB_REF_NAME: 'main', REGISTRY: 'registry.example' };
    for (const name of ['Images are signed, with the list of what is in them', 'Manifest']) {
      expect(sample.step('images', 'sign', name, env)).toMatchObject({ code: 0 });
    }
    cpSync(join(sample.folder, 'manifest'), join(sample.folder, '.programs/deployed'), { recursive: true });
    return {
      manifest: JSON.parse(sample.read('manifest/manifest.json')) as Manifest,
      calls: sample.read('.programs/calls'),
    };
  };

  it('builds, signs and lists everything when nothing is deployed', () => {
    commits.push(sample.commit('first'));
    expect(affected()).toEqual({ base: '', apps: JSON.stringify(APPS), any: 'true' });
    const { manifest, calls } = deploy(Object.fromEntries(APPS.map((app) => [app, digestOf('a')])));
    expect(Object.values(manifest.images)).toEqual(APPS.map(() => ({ digest: digestOf('a'), commit: commits[0] })));
    expect(calls.match(/^cosign sign --yes registry\.example\/trading\/[\w-]+@sha256:a{64}$/gm)).toHaveLength(
      APPS.length,
    );
    expect(calls.match(/^cosign attest --yes --type spdxjson /gm)).toHaveLength(APPS.length);
    expect(calls).toMatch(/^cosign sign-blob .* manifest\/manifest\.json$/m);
  });

  it('builds what changed since then, and leaves the other entries alone', () => {
    sample.write('apps/execution/main.ts', 'export const changed = true;\n');
    commits.push(sample.commit('second'));
    expect(affected()).toEqual({ base: commits[0], apps: '["execution"]', any: 'true' });
    const { manifest } = deploy({ execution: digestOf('b') });
    for (const app of APPS) {
      const [digit, commit] = app === 'execution' ? ['b', commits[1]] : ['a', commits[0]];
      expect(manifest.images[app]).toEqual({ digest: digestOf(digit), commit });
    }
  });

  it('goes on with an empty matrix: the images of before, at the new commit', () => {
    sample.write('docs/page.md', 'A page.\n');
    commits.push(sample.commit('third'));
    expect(affected()).toEqual({ base: commits[1], apps: '[]', any: 'false' });
    const { manifest, calls } = deploy({});
    expect(manifest.commit).toBe(commits[2]);
    expect(manifest.images.execution).toEqual({ digest: digestOf('b'), commit: commits[1] });
    expect(calls).not.toMatch(/^cosign sign /m);
  });

  it('stops at a build that left no digest', () => {
    sample.write('built/image-trade.json', '{"app":"trade"}');
    const env = { GITHUB_SHA: commits[2] ?? '', GITHUB_REF_NAME: 'main', REGISTRY: 'registry.example' };
    expect(sample.step('images', 'sign', 'Manifest', env).stderr).toMatch(/image-trade.json does not hold:\s+digest/);
  });
});
