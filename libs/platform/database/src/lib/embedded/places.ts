import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { EmbeddedPostgresError } from './errors';

/** The user that runs the server when it cannot be the one that runs this program. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** Where the parts of one user's server are kept. */
export interface Places {
  /** The user's data folder. */
  readonly folder: string;
  readonly password: string;
  readonly log: string;
  /** Holds {@link data} and what is made beside it. */
  readonly cluster: string;
  /** PostgreSQL's own data folder. */
  readonly data: string;
  /** Holds the copies of the server's programs, one per version. */
  readonly programs: string;
  /** Set when this program runs as root, as whom PostgreSQL refuses to run. */
  readonly user: ServerUser | undefined;
  /** In the user's folder, leads to the cluster when that is kept outside. */
  readonly link: string;
}

/** Clusters of programs that run as root: the server's user can reach neither root's home nor a clone inside it. */
export const OUTSIDE = '/var/tmp';

export const isRoot = (): boolean => process.getuid?.() === 0;

export function placesOf(userFolder: string): Places {
  const folder = resolve(userFolder);
  const inside = join(folder, 'postgres');
  const common = {
    folder,
    password: join(folder, 'postgres-password'),
    log: join(folder, 'postgres.log'),
    link: inside,
  };
  if (isRoot()) {
    const cluster = join(OUTSIDE, `trading-postgres-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`);
    return { ...common, cluster, data: join(cluster, 'data'), programs: OUTSIDE, user: nobody() };
  }
  const cache = process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
  const programs = join(process.env['XDG_CACHE_HOME'] ?? cache, 'trading');
  return { ...common, cluster: folder, data: inside, programs, user: undefined };
}

function nobody(): ServerUser {
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch (cause) {
    throw new EmbeddedPostgresError('PostgreSQL cannot run as root and this machine has no user "nobody".', { cause });
  }
}

/**
 * Makes sure that a folder in a place where everybody may write is really ours.
 *
 * @throws {EmbeddedPostgresError} when somebody else made it
 */
export function ownFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o755 });
  const found = lstatSync(path);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw new EmbeddedPostgresError(`${path} belongs to another user; PostgreSQL cannot be kept there.`);
  }
  chmodSync(path, 0o755);
}
