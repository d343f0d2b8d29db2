import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCodeOf, FileProblem } from './file-problem';

/**
 * Writes a file so that a reader, or a machine that loses power, sees the old content or the new, never a part: to a
 * neighbour first, flushed, then renamed over it. The folder must exist.
 * @throws FileProblem UNWRITABLE; the old content is then untouched
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  const neighbour = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(neighbour, 'wx');
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(neighbour, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    // What kept it from being written may keep it from being removed; the first reason is the one to tell.
    await rm(neighbour, { force: true }).catch(() => undefined);
    throw new FileProblem('UNWRITABLE', path, `it cannot be written (${errorCodeOf(cause)}).`, { cause });
  }
}

/** Makes the renaming itself last. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
