import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// eslint-disable-next-line @nx/enforce-module-boundaries -- jest maps no import names in its global setup
import { removeEmbeddedPostgres } from '../../../libs/platform/database/src/lib/embedded/embedded-postgres';

const PREFIX = 'trading-test-';

/**
 * A folder for the PostgreSQL of this run's specs. The first spec that asks for a database starts the server there
 * (`createTestDatabase` of platform-database), so runs that need none do not pay for it.
 */
export function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
}

/** Ends the server of a folder and removes both. */
export async function removeFolder(folder: string): Promise<void> {
  if (existsSync(join(folder, 'postgres-password'))) await removeEmbeddedPostgres(folder);
  rmSync(folder, { recursive: true, force: true });
}

/** Removes what runs that were killed left behind. */
export async function removeAbandoned(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(name.startsWith(PREFIX) ? name.slice(PREFIX.length).split('-')[0] : Number.NaN);
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    // Another run may be at it, or another user's folder may not be ours to remove.
    await removeFolder(join(tmpdir(), name)).catch(() => undefined);
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
