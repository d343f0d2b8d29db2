import { resolve } from 'node:path';
import { APPS, mergeManifest } from '../manifest/manifest';
import { readRegistry } from '../registry/registry';
import { revisionsNow, upgradeAll } from './release';
import { CircleOfCalls, releaseOrder } from './release-order';
import type { RunProgram } from './run-program';
import { type Verification, verifyRelease } from './verify';

const root = resolve(__dirname, '../../../..');
const registry = readRegistry(root);
const order = releaseOrder(registry);
const manifest = mergeManifest({
  previous: undefined,
  built: APPS.map((app) => ({ app, digest: `sha256:${'a'.repeat(64)}` })),
  branch: 'develop',
  commit: '1'.repeat(40),
});

/** Programs that remember how they were called, and fail where `fails` says so. */
function programs(fails: (words: string) => boolean, stdout = '') {
  const calls: string[] = [];
  const run: RunProgram = (program, args) => {
    const words = [program, ...args].join(' ');
    calls.push(words);
    return fails(words) ? { code: 1, stdout: '', stderr: 'not so' } : { code: 0, stdout, stderr: '' };
  };
  return { calls, run };
}

describe('the order of releases', () => {
  it('has migrations first, and every service after those that it calls', () => {
    const names = order.map(({ release }) => release);
    expect(names).toEqual([
      'migrations',
      ...['risk-manager', 'mt4-gateway', 'mt5-gateway'],
      ...['prediction', 'execution'],
      'decision',
    ]);
  });

  it('refuses services that call each other in a circle', () => {
    const { services } = registry;
    const circle = { ...services, 'risk-manager': { ...services['risk-manager'], calls: ['decision' as const] } };
    expect(() => releaseOrder({ ...registry, services: circle })).toThrow(CircleOfCalls);
  });
});

describe('an upgrade of a tier', () => {
  const upgrade = (run: RunProgram, before: Record<string, number>): void =>
    upgradeAll(
      { manifest, tier: 'staging', registry: 'registry.example', order, root, helm: 'helm', run, say: () => undefined },
      before,
    );

  it('sets every image by digest, waits, and lets Helm go back', () => {
    const { calls, run } = programs(() => false);
    upgrade(run, {});
    expect(calls).toHaveLength(7);
    for (const call of calls) {
      expect(call).toMatch(/--install --rollback-on-failure --wait .*--namespace trading-staging /);
      expect(call).toMatch(/image\.digest=sha256:a{64}$/);
    }
    expect(calls[0]).toContain('image.repository=registry.example/trading/trade ');
  });

  it('brings those back that were upgraded before the one that failed, the last first, and goes no further', () => {
    const { calls, run } = programs((words) => words.startsWith('helm upgrade prediction'));
    expect(() => upgrade(run, { 'risk-manager': 4, 'mt4-gateway': 2, 'mt5-gateway': 0 })).toThrow(
      /prediction failed: not so/,
    );
    expect(calls.filter((call) => call.includes(' rollback ')).map((call) => call.split(' --')[0])).toEqual([
      'helm rollback mt4-gateway 2',
      'helm rollback risk-manager 4',
    ]);
    expect(calls.some((call) => call.includes('upgrade decision'))).toBe(false);
  });

  it('names what could not go back', () => {
    const { run } = programs((words) => /upgrade execution|rollback prediction/.test(words));
    expect(() => upgrade(run, { prediction: 3 })).toThrow(/need a person: prediction \(not so\)/);
  });

  it('does not begin while another has not ended', () => {
    const list = [{ name: 'execution', revision: '3', status: 'pending-upgrade' }];
    const place = { tier: 'staging' as const, helm: 'helm', say: () => undefined };
    const { run } = programs(() => false, JSON.stringify(list));
    expect(() => revisionsNow({ ...place, run }, order)).toThrow(/pending-upgrade by somebody else/);
    const calm = programs(() => false, JSON.stringify([{ name: 'execution', revision: '3', status: 'deployed' }]));
    expect(revisionsNow({ ...place, run: calm.run }, order)).toMatchObject({
      execution: 3,
      decision: 0,
      migrations: 0,
    });
  });
});

describe('what is verified before a deployment', () => {
  const wanted: Verification = {
    text: JSON.stringify(manifest),
    file: 'manifest.json',
    bundle: 'manifest.sigstore.json',
    tier: 'staging',
    registry: 'registry.example',
    repository: 'owner/name',
  };

  it('is the manifest, every image and its contents, signed by the workflow for the branch of the manifest', () => {
    const { calls, run } = programs(() => false);
    expect(verifyRelease(wanted, run)).toEqual(manifest);
    expect(calls).toHaveLength(1 + 2 * APPS.length);
    const signer = 'https://github.com/owner/name/.github/workflows/images.yml@refs/heads/develop';
    for (const call of calls) expect(call).toContain(`--certificate-identity ${signer} `);
  });

  it('refuses develop in production', () => {
    const { calls, run } = programs(() => false);
    expect(() => verifyRelease({ ...wanted, tier: 'production' }, run)).toThrow(
      /of develop, and production takes main/,
    );
    expect(calls).toEqual([]);
  });

  it.each([
    ['a manifest that is not signed', 'verify-blob', /manifest.json is not deployed/],
    ['an image that is not signed', 'cosign verify --certificate', /trading\/prediction@sha256/],
    ['an image without the list of its contents', 'verify-attestation', /trading\/prediction@sha256/],
  ])('refuses %s', (_, failing, message) => {
    const { run } = programs((words) => words.includes(failing));
    expect(() => verifyRelease(wanted, run)).toThrow(message);
  });
});
