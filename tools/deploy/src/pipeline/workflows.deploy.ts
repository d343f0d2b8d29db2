import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { needTool, type ToolName } from '../toolbox/toolbox';
import { readWorkflowFiles, stepsOf } from './workflow-files';

const root = resolve(__dirname, '../../../..');
const files = readWorkflowFiles(root);
const folder = mkdtempSync(join(tmpdir(), 'workflows-'));
afterAll(() => rmSync(folder, { recursive: true }));

const run = (tool: ToolName, ...args: readonly string[]): { code: number | null; said: string } => {
  // actionlint runs shellcheck, which it looks for in PATH.
  const PATH = `${dirname(needTool('shellcheck'))}:${process.env['PATH'] ?? ''}`;
  const { status, stdout, stderr } = spawnSync(needTool(tool), args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PATH },
  });
  return { code: status, said: `${stdout}${stderr}` };
};

/** The folder `.github` with one defect, elsewhere. @returns its path */
function broken(path: string, from: string | RegExp, to: string): string {
  const copy = mkdtempSync(join(folder, 'copy-'));
  cpSync(join(root, '.github'), join(copy, '.github'), { recursive: true });
  const file = join(copy, '.github', path);
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(from);
  writeFileSync(file, text.replace(from, to));
  return join(copy, '.github');
}

describe('actionlint', () => {
  const lint = (github: string) =>
    run('actionlint', ...['ci', 'images', 'deploy', 'security'].map((name) => join(github, `workflows/${name}.yml`)));

  it('has nothing to say about the workflows', () => {
    expect(lint(join(root, '.github'))).toEqual({ code: 0, said: '' });
  });

  it.each([
    [
      'an output that no step has',
      'workflows/images.yml',
      'steps.affected.outputs.any',
      'steps.effected.outputs.any',
      /"effected" is not defined/,
    ],
    [
      'a need that is no job',
      'workflows/deploy.yml',
      'needs: [staging]',
      'needs: [stage]',
      /"stage" which does not exist/,
    ],
    ['a script that shellcheck refuses', 'workflows/ci.yml', '--base="$BASE"', '--base=$BASE', /SC2086/],
  ])('sees %s', (_, path, from, to, message) => {
    const { code, said } = lint(broken(path, from, to));
    expect(code).toBe(1);
    expect(said).toMatch(message);
  });
});

describe('zizmor', () => {
  const audit = (github: string) =>
    run('zizmor', '--offline', '--no-progress', '--config', join(github, 'zizmor.yml'), github);

  it('finds nothing in workflows, actions and Dependabot', () => {
    expect(audit(join(root, '.github'))).toMatchObject({ code: 0 });
  });

  it.each([
    [
      'an action by its tag',
      'workflows/ci.yml',
      /actions\/checkout@\w+ # v6.0.2/,
      'actions/checkout@v6',
      /unpinned-uses/,
    ],
    ['an expression in a script', 'workflows/ci.yml', '"$BASE"', '${{ github.head_ref }}', /template-injection/],
    ['credentials that stay', 'workflows/ci.yml', / +persist-credentials: false\n/, '', /artipacked/],
  ])('finds %s', (_, path, from, to, message) => {
    const { code, said } = audit(broken(path, from, to));
    expect(code).not.toBe(0);
    expect(said).toMatch(message);
  });
});

describe('shellcheck', () => {
  const check = (...paths: readonly string[]) => run('shellcheck', '--severity', 'style', '--shell', 'bash', ...paths);
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean);
  const scripts = tracked.filter((path) => {
    if (/\.(sh|bash)$/.test(path)) return true;
    return !/\.\w+$/.test(path) && /^#!.*\b(ba|da)?sh\b/.test(firstLine(join(root, path)));
  });

  it('has nothing to say about any script of the repository', () => {
    expect(scripts).toEqual(expect.arrayContaining(['.ci/run', 'trade', 'tools/dev-infra/install-debian.sh']));
    expect(check(...scripts)).toEqual({ code: 0, said: '' });
  });

  it('has nothing to say about the scripts of our own actions, which actionlint does not read', () => {
    const own = stepsOf(files).filter(({ place, step }) => place.startsWith('actions/') && step.run !== undefined);
    expect(own.length).toBeGreaterThan(5);
    const paths = own.map(({ step }, i) => {
      const path = join(folder, `steps/${i}.sh`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, step.run ?? '');
      return path;
    });
    expect(check(...paths)).toEqual({ code: 0, said: '' });
  });

  it('sees a word that falls apart', () => {
    const path = join(folder, 'defect.sh');
    writeFileSync(path, 'rm -r $1/built\n');
    expect(check(path)).toMatchObject({ code: 1, said: expect.stringMatching(/SC2086/) as string });
  });
});

function firstLine(path: string): string {
  try {
    return readFileSync(path, 'utf8').split('\n', 1)[0] ?? '';
  } catch {
    return '';
  }
}
