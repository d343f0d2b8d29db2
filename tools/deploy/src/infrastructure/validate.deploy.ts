import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { findTool } from '../toolbox/toolbox';

const source = resolve(__dirname, '../../../../deploy/terraform');
const tofu = findTool('tofu');
const reason = tofu === undefined ? ' (skipped: no tofu; set TOFU)' : '';
const check = tofu === undefined ? it.skip : it;
const LIVE = [
  'bootstrap',
  'global',
  'development/us-west-2',
  'staging/us-west-2',
  'production/us-west-2',
  'production/us-east-1',
];

/** Schema-validated, never applied: the provider beside tofu has the real one's schema and no cloud behind it. */
describe('the infrastructure', () => {
  let work: string;
  const run = (folder: string, ...args: string[]) =>
    spawnSync(tofu ?? '', [...args, '-no-color'], {
      cwd: join(work, 'tree', folder),
      encoding: 'utf8',
      env: { ...process.env, TF_CLI_CONFIG_FILE: join(work, 'rc') },
    });

  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), 'terraform-'));
    cpSync(source, join(work, 'tree'), { recursive: true });
    if (tofu === undefined) return;
    const mirror = join(work, 'mirror/registry.opentofu.org/hashicorp/aws/6.25.0/linux_amd64');
    mkdirSync(mirror, { recursive: true });
    symlinkSync(join(dirname(tofu), 'terraform-provider-aws'), join(mirror, 'terraform-provider-aws_v6.25.0'));
    writeFileSync(
      join(work, 'rc'),
      `provider_installation {\n  filesystem_mirror { path = "${join(work, 'mirror')}" }\n}\n`,
    );
    // The schema at hand does not mark write-only arguments, so that it would refuse what is ephemeral.
    for (const file of readdirSync(join(work, 'tree'), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.tf')) continue;
      const path = join(work, 'tree', file);
      writeFileSync(path, readFileSync(path, 'utf8').replace(/^ *ephemeral *= true\n/gm, ''));
    }
  });
  afterAll(() => {
    rmSync(work, { recursive: true, force: true });
  });

  check(`is formatted${reason}`, () => {
    execFileSync(tofu ?? '', ['fmt', '-check', '-recursive', source]);
  });

  check.each(LIVE)(`fits the provider's schema: %s${reason}`, (folder) => {
    expect(run(`live/${folder}`, 'init', '-backend=false', '-input=false').stderr).toBe('');
    expect(run(`live/${folder}`, 'validate').stderr).toBe('');
  });

  check(`is refused with an argument that the provider does not know${reason}`, () => {
    const file = join(work, 'tree/modules/rds/main.tf');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('storage_encrypted     = true', 'storage_encripted     = true'));
    const { stderr } = run('live/staging/us-west-2', 'validate');
    writeFileSync(file, text);
    expect(stderr).toContain('storage_encripted');
  });
});
