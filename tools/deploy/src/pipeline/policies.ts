import { TARGETS } from './names';
import { type Job, needsOf, stepsOf, type WorkflowFiles, workflowsOf } from './workflow-files';

/** A rule of our own for workflows, which linters do not know; it returns what breaks it. */
export type Policy = (files: WorkflowFiles) => readonly string[];

/** Permissions that a job may have beyond reading the code. */
const GRANTED: Readonly<Record<string, readonly string[]>> = {
  'images affected': ['actions: read'],
  'images build': ['id-token: write'],
  'images scan': ['id-token: write', 'security-events: write'],
  'images sign': ['id-token: write'],
  'images deploy': ['actions: read', 'id-token: write'],
  'deploy staging': ['actions: read', 'id-token: write'],
  'deploy production': ['actions: read', 'id-token: write'],
  'deploy production-dr': ['actions: read', 'id-token: write'],
  'security code': ['security-events: write'],
  'security files': ['security-events: write'],
  'security deployed': ['actions: read'],
  'security images': ['id-token: write', 'security-events: write'],
};

const jobsOf = (files: WorkflowFiles): readonly (readonly [string, Job])[] =>
  Object.entries(workflowsOf(files)).flatMap(([workflow, { jobs }]) =>
    Object.entries(jobs).map(([name, job]) => [`${workflow} ${name}`, job] as const),
  );

const pinned: Policy = (files) =>
  Object.entries(files).flatMap(([path, text]) =>
    text.split('\n').flatMap((line, i) => {
      const used = /^\s*(?:- )?uses:\s*(.*)$/.exec(line)?.[1];
      const isFine =
        used === undefined || used.startsWith('./') || /^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(used);
      return isFine ? [] : [`${path}:${i + 1}: ${used} is not pinned by a commit with its version beside it`];
    }),
  );

const oneCommitEach: Policy = (files) => {
  const commits = new Map<string, Set<string>>();
  for (const { step } of stepsOf(files)) {
    const [action = '', commit] = (step.uses ?? '').split('@');
    if (commit === undefined) continue;
    const repository = action.split('/').slice(0, 2).join('/');
    commits.set(repository, (commits.get(repository) ?? new Set()).add(commit));
  }
  return [...commits].filter(([, { size }]) => size > 1).map(([name]) => `${name} is used at several commits`);
};

const minimalPermissions: Policy = (files) => {
  const whole = Object.entries(workflowsOf(files)).flatMap(([name, { permissions }]) =>
    JSON.stringify(permissions) === '{}' ? [] : [`${name}: permissions of a workflow are {}, and jobs ask for theirs`],
  );
  const jobs = jobsOf(files).flatMap(([place, { permissions }]) => {
    if (typeof permissions !== 'object') return [`${place}: has no permissions of its own`];
    const asked = Object.entries(permissions).map(([scope, level]) => `${scope}: ${level}`);
    const allowed = ['contents: read', ...(GRANTED[place] ?? [])];
    return asked.filter((one) => !allowed.includes(one)).map((one) => `${place}: ${one} is not granted to it`);
  });
  return [...whole, ...jobs];
};

const noKeys: Policy = (files) =>
  Object.entries(files).flatMap(([path, text]) =>
    [...text.matchAll(/secrets\.\w+|aws-(?:secret-)?access-key(?:-id)?|secrets: inherit/gi)].map(
      ([found]) => `${path}: ${found}: roles are assumed through OIDC, nothing is kept`,
    ),
  );

const noCredentialsKept: Policy = (files) =>
  stepsOf(files).flatMap(({ place, step }) =>
    step.uses?.startsWith('actions/checkout@') === true && step.with?.['persist-credentials'] !== false
      ? [`${place}: the checkout keeps its credentials`]
      : [],
  );

const noScriptInjection: Policy = (files) =>
  stepsOf(files).flatMap(({ place, step }) =>
    step.run?.includes('${{') === true ? [`${place}: an expression inside a script; give it by env`] : [],
  );

const timeouts: Policy = (files) =>
  jobsOf(files).flatMap(([place, job]) =>
    job.uses === undefined && typeof job['timeout-minutes'] !== 'number' ? [`${place}: has no timeout`] : [],
  );

const noForeignTriggers: Policy = (files) =>
  Object.entries(workflowsOf(files)).flatMap(([name, { on }]) =>
    ['pull_request_target', 'workflow_run', 'issue_comment'].flatMap((event) =>
      event in on ? [`${name}: ${event} lets strangers start what has rights`] : [],
    ),
  );

const guarded: Policy = (files) => {
  const { images, deploy, ci } = workflowsOf(files);
  const cancels = (concurrency: unknown): unknown =>
    (concurrency as Record<string, unknown> | undefined)?.['cancel-in-progress'];
  const problems = cancels(images?.concurrency) === false ? [] : ['images: runs of a branch must wait for each other'];
  if (ci?.concurrency === undefined) problems.push('ci: has no concurrency');
  for (const [name, { concurrency }] of Object.entries(deploy?.jobs ?? {})) {
    if (cancels(concurrency) !== false) problems.push(`deploy ${name}: deployments of a tier must wait for each other`);
  }
  return problems;
};

const scanBeforeDeploy: Policy = (files) => {
  const { images } = workflowsOf(files);
  const jobs = images?.jobs ?? {};
  const problems: string[] = [];
  const needs = (name: string, ...wanted: readonly string[]): void => {
    const there = jobs[name] === undefined ? [] : needsOf(jobs[name]);
    problems.push(...wanted.filter((one) => !there.includes(one)).map((one) => `images ${name}: does not need ${one}`));
  };
  needs('build', 'ci', 'affected');
  needs('scan', 'build');
  needs('sign', 'ci', 'affected', 'scan');
  needs('deploy', 'sign');
  if (jobs['sign']?.if?.includes("needs.scan.result == 'success'") !== true)
    problems.push('images sign: goes on after a scan that failed');
  if (jobs['deploy']?.if?.includes("needs.sign.result == 'success'") !== true)
    problems.push('images deploy: goes on unsigned');
  const fails = (jobs['scan']?.steps ?? []).some(
    ({ uses, with: options }) =>
      uses?.startsWith('aquasecurity/trivy-action@') === true && options?.['exit-code'] === '1',
  );
  if (!fails) problems.push('images scan: finds vulnerabilities without failing');
  return problems;
};

const branchesToTiers: Policy = (files) => {
  const { images, deploy } = workflowsOf(files);
  const problems: string[] = [];
  if (images?.on['push']?.branches?.join() !== 'develop,main')
    problems.push('images: does not run for develop and main, and only them');
  const target = "${{ github.ref == 'refs/heads/main' && 'production' || 'staging' }}";
  if (images?.jobs['deploy']?.with?.['target'] !== target)
    problems.push('images deploy: main goes to production, all else to staging');
  const jobs = deploy?.jobs ?? {};
  if (jobs['production']?.if?.includes("github.ref == 'refs/heads/main'") !== true)
    problems.push('deploy production: takes other branches than main');
  if (jobs['production'] === undefined || !needsOf(jobs['production']).includes('staging'))
    problems.push('deploy production: does not need staging');
  if (jobs['production-dr'] === undefined || !needsOf(jobs['production-dr']).includes('production'))
    problems.push('deploy production-dr: does not need production');
  return problems;
};

const namesOfTiers: Policy = (files) => {
  const { deploy } = workflowsOf(files);
  return Object.entries(TARGETS).flatMap(([tier, { region, cluster, role, environment }]) => {
    const job = deploy?.jobs[tier];
    if (job === undefined) return [`deploy: has no job ${tier}`];
    const step = job.steps?.find(({ uses }) => uses === './.github/actions/release');
    const wanted: Record<string, unknown> = { tier, region, cluster, role };
    const problems = Object.entries(wanted).flatMap(([name, value]) =>
      step?.with?.[name] === value ? [] : [`deploy ${tier}: ${name} is not ${String(value)}`],
    );
    if (job.environment !== environment) problems.push(`deploy ${tier}: environment is not ${environment}`);
    const runner = `\${{ fromJSON(vars.DEPLOY_RUNNER_${tier.toUpperCase().replace('-', '_')}) }}`;
    if (job['runs-on'] !== runner) problems.push(`deploy ${tier}: does not run on the runners inside its network`);
    return problems;
  });
};

/** All of them by the sentence that they hold. */
export const POLICIES = {
  'every action is pinned by a commit, with its version': pinned,
  'every action is used at one commit': oneCommitEach,
  'every job has the permissions that it needs, and no others': minimalPermissions,
  'there are no keys': noKeys,
  'no checkout keeps its credentials': noCredentialsKept,
  'no script has an expression in it': noScriptInjection,
  'every job has a timeout': timeouts,
  'strangers start nothing that has rights': noForeignTriggers,
  'deployments wait for each other': guarded,
  'nothing is deployed before everything is scanned and signed': scanBeforeDeploy,
  'develop ends in staging, main goes through it to production and the other region': branchesToTiers,
  'tiers have the roles, clusters, regions and runners of their names': namesOfTiers,
} satisfies Record<string, Policy>;
export type PolicyName = keyof typeof POLICIES;
