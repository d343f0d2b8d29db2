import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Finding, missing, ok, warning } from './check';

const run = promisify(execFile);

/** Oldest Node.js that all dependencies run on. */
const NODE = { major: 20, minor: 19 };

/** Whether a version such as `v20.19.0` is new enough. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > NODE.major || (major === NODE.major && minor >= NODE.minor)
    ? ok('Node.js', version)
    : missing(
        'Node.js',
        version,
        `Install ${NODE.major}.${NODE.minor} or newer: https://nodejs.org, or nvm install 22.`,
      );
}

/** Linux and macOS; PostgreSQL comes for both in 64 bits. */
export function checkPlatform(platform: string, arch: string): Finding {
  const found = `${platform} ${arch}`;
  if (platform === 'win32')
    return missing('Platform', found, 'Windows runs it in WSL2: wsl --install, then a clone inside.');
  return ['linux', 'darwin'].includes(platform) && ['x64', 'arm64'].includes(arch)
    ? ok('Platform', found)
    : warning('Platform', found, 'Nobody has tried this one; PostgreSQL has to be your own: set DATABASE_URL.');
}

export async function checkNpm(): Promise<Finding> {
  const version = await versionOf('npm', ['--version']);
  return version === undefined
    ? missing('npm', 'not on PATH', 'It comes with Node.js from https://nodejs.org.', 'npm')
    : ok('npm', version);
}

export async function checkGit(): Promise<Finding> {
  const version = await versionOf('git', ['--version']);
  return version === undefined
    ? warning('git', 'not on PATH', 'Only needed to fetch newer versions and to contribute.', 'git')
    : ok('git', version.replace('git version ', ''));
}

/** By npm's own record of what it installed. */
export async function checkInstalled(root: string): Promise<Finding> {
  const advice = `Run npm ci in ${root}; ./trade does it by itself when it is needed.`;
  if (!existsSync(join(root, 'node_modules'))) return missing('Packages', 'no node_modules', advice);
  try {
    await run(process.execPath, [join(root, 'tools/launch/installed.mjs')]);
    return ok('Packages', 'as package-lock.json asks for');
  } catch {
    return missing('Packages', 'not those of package-lock.json', advice);
  }
}

export function checkBuild(root: string): Finding {
  const lacking = ['standalone', 'trade', 'terminal-simulator'].filter(
    (app) => !existsSync(join(root, 'dist/apps', app, 'src/main.js')),
  );
  return lacking.length === 0
    ? ok('Build', join(root, 'dist'))
    : missing('Build', `dist lacks ${lacking.join(', ')}`, `Run node tools/build/build.mjs in ${root}.`);
}

/** The native part of the model runtime. */
export async function checkOnnxRuntime(): Promise<Finding> {
  try {
    await run(process.execPath, ['-e', "require('onnxruntime-node')"], { cwd: __dirname });
    return ok('ONNX runtime', 'loads');
  } catch (error) {
    return missing(
      'ONNX runtime',
      lastWords(error),
      'onnxruntime-node needs glibc 2.28 or newer and libstdc++ (Linux), or macOS 13; Alpine has neither.',
      'libstdc++6',
    );
  }
}

async function versionOf(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return (await run(program, [...args])).stdout.trim();
  } catch {
    return undefined;
  }
}

/** The line of a failed program's output that says what failed. */
function lastWords(error: unknown): string {
  const text = String((error as { stderr?: unknown }).stderr ?? error);
  return /^\w*Error: (.+)$/m.exec(text)?.[1] ?? text.trim().split('\n').at(-1) ?? 'it does not load';
}
