import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from './errors';
import type { Places } from './places';
import type { Programs } from './programs';

const run = promisify(execFile);
const UNFINISHED = 'postgres-initialising-';

/** The only role of an embedded server. */
export const ROLE = 'trading';

/** What a server and its tools see of our environment: nothing but where programs are. */
export const SERVER_ENVIRONMENT = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/**
 * Makes the cluster unless it exists and returns the password of its role. A cluster is made beside its place and
 * renamed into it, so an interrupted start leaves nothing that looks like one.
 */
export async function ensureCluster(places: Places, programs: Programs): Promise<string> {
  removeUnfinished(places);
  if (existsSync(places.data)) {
    checkVersion(places, programs);
    return readPassword(places);
  }
  const password = existsSync(places.password) ? readPassword(places) : newPassword(places);
  await initialise(places, programs, password);
  return password;
}

function removeUnfinished(places: Places): void {
  for (const name of readdirSync(places.cluster)) {
    if (name.startsWith(UNFINISHED)) rmSync(join(places.cluster, name), { recursive: true, force: true });
  }
}

function checkVersion(places: Places, programs: Programs): void {
  const found = readFileSync(join(places.data, 'PG_VERSION'), 'utf8').trim();
  if (found === programs.major) return;
  throw new EmbeddedPostgresError(
    `The database in ${places.folder} was made by PostgreSQL ${found}; this program brings ${programs.major}.`,
  );
}

function readPassword(places: Places): string {
  try {
    return readFileSync(places.password, 'utf8').trim();
  } catch (cause) {
    const advice = 'Put that file back, or start with a fresh data folder.';
    throw new EmbeddedPostgresError(`The password file ${places.password} cannot be read. ${advice}`, { cause });
  }
}

function newPassword(places: Places): string {
  const password = randomBytes(24).toString('base64url');
  writeFileSync(places.password, `${password}\n`, { mode: 0o600 });
  return password;
}

async function initialise(places: Places, programs: Programs, password: string): Promise<void> {
  const fresh = join(places.cluster, `${UNFINISHED}${process.pid}`);
  const passwordFile = `${fresh}.password`;
  mkdirSync(fresh, { mode: 0o700 });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (places.user) for (const path of [fresh, passwordFile]) chownSync(path, places.user.uid, places.user.gid);
  const options = ['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', '--data-checksums', '--no-instructions'];
  try {
    await run(programs.initdb, ['-D', fresh, `--username=${ROLE}`, `--pwfile=${passwordFile}`, ...options], {
      cwd: fresh,
      env: SERVER_ENVIRONMENT,
      ...places.user,
    });
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    const said = (error as { stderr?: string }).stderr?.trim() ?? '';
    throw new EmbeddedPostgresError(`The database in ${places.folder} could not be made: ${said || String(error)}`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(fresh, places.data);
}
