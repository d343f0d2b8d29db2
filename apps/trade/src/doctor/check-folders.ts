import { accessSync, constants, existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Finding, missing, ok, warning } from './check';

const GIB = 2 ** 30;
const NEEDED_BYTES = 0.5 * GIB;
const ADVISED_BYTES = 2 * GIB;

/** Whether the data folder, or the folder that it would be made in, can be written. Leaves nothing behind. */
export function checkDataFolder(dataDir: string): Finding {
  return checkWritable('Data folder', dataDir, 'Choose another with --data-dir FOLDER, or have it made yours.');
}

/** As root, PostgreSQL's data and programs are kept in /var/tmp, where another user can reach them. */
export function checkOutside(folder = '/var/tmp'): Finding {
  return checkWritable(
    'Folder for PostgreSQL as root',
    folder,
    `Make it as it should be: mkdir -p ${folder}; chmod 1777 ${folder}.`,
  );
}

export function checkDiskSpace(dataDir: string): Finding {
  const { bavail, bsize } = statfsSync(nearest(dataDir));
  return spaceFinding(bavail * bsize);
}

export function spaceFinding(free: number): Finding {
  const found = `${(free / GIB).toFixed(1)} GiB free`;
  if (free >= ADVISED_BYTES) return ok('Disk space', found);
  const advice = 'PostgreSQL and a long run want 2 GiB. Make room, or choose another disk with --data-dir FOLDER.';
  return free >= NEEDED_BYTES ? warning('Disk space', found, advice) : missing('Disk space', found, advice);
}

function checkWritable(what: string, folder: string, advice: string): Finding {
  const place = nearest(folder);
  try {
    accessSync(place, constants.W_OK | constants.X_OK);
    // Root may write by permission where the file system is read-only.
    rmSync(mkdtempSync(join(place, '.trade-doctor-')), { recursive: true });
    return ok(what, existsSync(folder) ? folder : `${folder} (not made yet)`);
  } catch (error) {
    return missing(what, `${place} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`, advice);
  }
}

/** The folder itself, or the nearest above it that exists. */
function nearest(folder: string): string {
  let place = folder;
  while (!existsSync(place)) place = dirname(place);
  return place;
}
