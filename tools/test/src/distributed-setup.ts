import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEV_INFRA, VARIABLE, type DevInfra } from './distributed-servers';
import { isAlive } from './test-postgres';

const PREFIX = 'trading-distributed-';

/**
 * Brings up the servers that the distributed tests share: in a new folder on free ports, or those of
 * `TRADING_DEV_FOLDER`, which then stay when the tests are done.
 */
export default function globalSetup(): void {
  const kept = process.env['TRADING_DEV_FOLDER'];
  if (kept === undefined) removeAbandoned();
  const folder = kept ?? mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  try {
    const up = ['up', '--json', '--no-prometheus', '--folder', folder, ...(kept === undefined ? ['--free-ports'] : [])];
    const json = execFileSync(process.execPath, [DEV_INFRA, ...up], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    process.env[VARIABLE] = json;
    // For `createTestDatabase` of platform-database.
    process.env['TEST_DATABASE_URL'] = (JSON.parse(json) as DevInfra).postgres.url;
  } catch (error) {
    if (kept === undefined) reset(folder);
    throw error;
  }
}

/** Ends the servers of a folder and removes both. */
export function reset(folder: string): void {
  execFileSync(process.execPath, [DEV_INFRA, 'reset', '--folder', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Removes what runs that were killed left behind. */
function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(name.startsWith(PREFIX) ? name.slice(PREFIX.length).split('-')[0] : Number.NaN);
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    reset(join(tmpdir(), name));
  }
}
