import { execFile, spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { workspaceRoot } from './cli/workspace-root';

const run = promisify(execFile);
const LOCK = JSON.stringify({
  packages: { '': {}, 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '1', optional: true } },
});

/** A clone in small: the real launcher and build, two tiny programs, and an npm that installs the record alone. */
function tinyClone(): string {
  const root = join(mkdtempSync(join(tmpdir(), 'trade-launcher-')), 'a clone');
  const real = workspaceRoot();
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  for (const part of ['trade', '.swcrc', 'tools/launch', 'tools/build', 'tsconfig.base.json']) {
    cpSync(join(real, part), join(root, part), { recursive: true });
  }
  write('package-lock.json', LOCK);
  const saying = (name: string) =>
    `console.log(JSON.stringify(['${name}', process.pid, process.cwd(), ...process.argv.slice(2)]));`;
  for (const app of ['trade', 'standalone']) {
    write(`apps/${app}/project.json`, '{}');
    write(`apps/${app}/src/main.ts`, saying(app));
  }
  write('apps/standalone/src/dev.ts', saying('dev'));
  mkdirSync(join(root, 'libs'));
  write(
    'bin/npm',
    `#!/bin/sh\necho chatter\nmkdir node_modules && ln -s "${real}/node_modules/@swc" node_modules/@swc && printf '%s' '${LOCK}' >node_modules/.package-lock.json\n`,
  );
  chmodSync(join(root, 'bin/npm'), 0o755);
  return root;
}

describe('the launcher', () => {
  const root = tinyClone();
  const env = { ...process.env, PATH: `${join(root, 'bin')}:${process.env['PATH'] ?? ''}` };
  const elsewhere = tmpdir();
  const trade = (...args: string[]) => run(join(root, 'trade'), args, { env, cwd: elsewhere });
  const main = join(root, 'apps/trade/src/main.ts');
  afterAll(() => rmSync(dirname(root), { recursive: true }));

  it('installs and builds at first, keeps stdout clean, and then says nothing any more', async () => {
    const first = await trade('status', 'two  words');
    expect(first.stderr).toBe('Installing (first run, about a minute)…\nBuilding (a few seconds)…\n');
    expect((JSON.parse(first.stdout) as unknown[]).slice(2)).toEqual([elsewhere, 'status', 'two  words']);
    expect((await trade('status')).stderr).toBe('');
  });

  it('becomes the program, so that signals reach it, also through a link', async () => {
    symlinkSync(join(root, 'trade'), join(dirname(root), 'link'));
    const child = spawn(join(dirname(root), 'link'), ['up', '--json'], { env, cwd: elsewhere });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    await new Promise((resolve) => child.on('close', resolve));
    expect(JSON.parse(Buffer.concat(chunks).toString())).toEqual(['standalone', child.pid, elsewhere, '--json']);
  });

  it('runs six processes by a program of their own', async () => {
    const { stdout } = await trade('dev', 'status');
    expect((JSON.parse(stdout) as unknown[]).slice(0, 1)).toEqual(['dev']);
    expect((JSON.parse(stdout) as unknown[]).slice(3)).toEqual(['status']);
  });

  it('builds again what changed, once, although two are started, and takes over from a dead launcher', async () => {
    writeFileSync(main, "console.log('changed');");
    symlinkSync(String(2 ** 30), join(root, 'dist/.lock'));
    const both = await Promise.all([trade(), trade()]);
    expect(both.map(({ stdout }) => stdout)).toEqual(['changed\n', 'changed\n']);
    expect(both.filter(({ stderr }) => stderr.includes('Building'))).toHaveLength(1);
    expect(existsSync(join(root, 'dist/.lock'))).toBe(false);
  });

  it('fails with the reason when a source is broken, and recovers', async () => {
    writeFileSync(main, 'const = ;');
    await expect(trade()).rejects.toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('main.ts:1') });
    writeFileSync(main, "console.log('mended');");
    expect((await trade()).stdout).toBe('mended\n');
  });

  it('refuses an old Node.js and says how to get another', async () => {
    const old = join(root, 'bin/node');
    writeFileSync(old, '#!/bin/sh\necho v20.18.9\n');
    chmodSync(old, 0o755);
    await expect(trade()).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('20.19') });
    rmSync(old);
  });
});
