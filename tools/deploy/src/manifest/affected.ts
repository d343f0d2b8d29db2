import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type App, APPS } from './manifest';

/** Files that go into every image without belonging to a project. */
const IN_EVERY_IMAGE = [
  /^docker\/Dockerfile$/,
  /^\.dockerignore$/,
  /^tools\/build\//,
  /^package(-lock)?\.json$/,
  /^\.npmrc$/,
  /^\.swcrc$/,
  /^tsconfig\.base\.json$/,
];

/** The apps whose images differ, from the projects that Nx calls affected and the files that changed. */
export function affectedApps(projects: readonly string[], files: readonly string[]): readonly App[] {
  if (files.some((file) => IN_EVERY_IMAGE.some((pattern) => pattern.test(file)))) return APPS;
  return APPS.filter((app) => projects.includes(app));
}

/**
 * The apps that changed between two commits of the workspace at `root`: all of them when `base` is empty or is no commit
 * that is an ancestor of `head`, as after a history that was written anew.
 */
export function affectedBetween(root: string, base: string, head: string): readonly App[] {
  if (base === '' || !isAncestor(root, base, head)) return APPS;
  const files = git(root, 'diff', '--name-only', '-z', base, head).split('\0').filter(Boolean);
  const nx = join(root, 'node_modules/nx/dist/bin/nx.js');
  const shown = execFileSync(
    process.execPath,
    [nx, 'show', 'projects', '--affected', '--base', base, '--head', head, '--json'],
    { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NX_DAEMON: 'false' } },
  );
  return affectedApps(JSON.parse(shown) as string[], files);
}

function isAncestor(root: string, base: string, head: string): boolean {
  // A word that begins with a dash would be an option.
  if (!/^[0-9a-f]{40}$/.test(base)) return false;
  try {
    git(root, 'merge-base', '--is-ancestor', base, head);
    return true;
  } catch {
    return false;
  }
}

const git = (root: string, ...args: readonly string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
