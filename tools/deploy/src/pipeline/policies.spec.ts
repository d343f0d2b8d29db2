import { resolve } from 'node:path';
import { POLICIES, type PolicyName } from './policies';
import { readWorkflowFiles, type WorkflowFiles } from './workflow-files';

const files = readWorkflowFiles(resolve(__dirname, '../../../..'));
const NAMES = Object.keys(POLICIES) as PolicyName[];

/** The files with one defect. */
function broken(path: string, from: string | RegExp, to: string): WorkflowFiles {
  const text = files[path] ?? '';
  expect(text).toMatch(from);
  return { ...files, [path]: text.replace(from, to) };
}
const CI = 'workflows/ci.yml';
const IMAGES = 'workflows/images.yml';
const DEPLOY = 'workflows/deploy.yml';

describe('workflows', () => {
  it.each(NAMES)('hold: %s', (name) => {
    expect(POLICIES[name](files)).toEqual([]);
  });

  const defects: readonly [PolicyName, string, string | RegExp, string, RegExp][] = [
    [NAMES[0]!, CI, /actions\/checkout@\w+ # v6.0.2/, 'actions/checkout@v6', /ci.yml:\d+: actions\/checkout@v6/],
    [NAMES[0]!, IMAGES, ' # v0.35.0', '', /trivy-action@\w+ is not pinned/],
    [NAMES[0]!, 'actions/release/action.yml', / # v3\.9\.2/, ' # latest', /cosign-installer/],
    [NAMES[1]!, CI, /checkout@de0f/, 'checkout@de0e', /actions\/checkout is used at several/],
    [NAMES[2]!, CI, 'permissions: {}', 'permissions: write-all', /ci: permissions of a workflow/],
    [NAMES[2]!, CI, /contents: read/, 'contents: write', /ci affected: contents: write is not granted/],
    [NAMES[2]!, IMAGES, /security-events: write/, 'packages: write', /images scan: packages: write/],
    [
      NAMES[2]!,
      DEPLOY,
      / {4}permissions:\n {6}contents: read\n {6}actions: read\n {6}id-token: write\n/,
      '',
      /staging: has no/,
    ],
    [
      NAMES[3]!,
      IMAGES,
      'aws-region: us-west-2',
      'aws-access-key-id: ${{ secrets.AWS_ACCESS_KEY_ID }}',
      /secrets.AWS_ACCESS_KEY_ID/,
    ],
    [NAMES[4]!, CI, /persist-credentials: false/, 'persist-credentials: true', /ci.yml affected step 1/],
    [NAMES[5]!, IMAGES, '"$BASE" --head', '${{ github.head_ref }} --head', /an expression inside a script/],
    [NAMES[6]!, DEPLOY, / {4}timeout-minutes: 60\n/, '', /deploy staging: has no timeout/],
    [NAMES[7]!, CI, '  pull_request:', '  pull_request_target:', /ci: pull_request_target/],
    [NAMES[8]!, IMAGES, 'cancel-in-progress: false', 'cancel-in-progress: true', /images: runs of a branch/],
    [NAMES[8]!, DEPLOY, 'cancel-in-progress: false', 'cancel-in-progress: true', /deploy staging/],
    [
      NAMES[9]!,
      IMAGES,
      'needs: [ci, affected, build, scan]',
      'needs: [ci, affected, build]',
      /sign: does not need scan/,
    ],
    [
      NAMES[9]!,
      IMAGES,
      "needs.scan.result == 'success'",
      "needs.build.result == 'success'",
      /after a scan that failed/,
    ],
    [NAMES[9]!, IMAGES, "exit-code: '1'", "exit-code: '0'", /without failing/],
    [NAMES[10]!, IMAGES, 'branches: [develop, main]', 'branches: [develop, main, "release/*"]', /and only them/],
    [NAMES[10]!, IMAGES, "'refs/heads/main' && 'production'", "'refs/heads/develop' && 'production'", /main goes to/],
    [NAMES[10]!, DEPLOY, " && github.ref == 'refs/heads/main'", '', /other branches than main/],
    [NAMES[10]!, DEPLOY, 'needs: [staging]', 'needs: []', /production: does not need staging/],
    [NAMES[10]!, DEPLOY, 'needs: [production]', 'needs: []', /production-dr: does not need production/],
    [
      NAMES[11]!,
      DEPLOY,
      'cluster: trading-prod-primary',
      'cluster: trading-staging',
      /cluster is not trading-prod-primary/,
    ],
    [NAMES[11]!, DEPLOY, 'environment: production-dr', 'environment: production', /environment is not production-dr/],
    [NAMES[11]!, DEPLOY, '${{ fromJSON(vars.DEPLOY_RUNNER_STAGING) }}', 'ubuntu-latest', /inside its network/],
  ];

  it.each(defects)('do not hold "%s" with a defect in %s: %s → %s', (name, path, from, to, message) => {
    expect(POLICIES[name](broken(path, from, to)).join('\n')).toMatch(message);
  });

  it('have a defect for every policy', () => {
    expect(new Set(defects.map(([name]) => name))).toEqual(new Set(NAMES));
  });
});
