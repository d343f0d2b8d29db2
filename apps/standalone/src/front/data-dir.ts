import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { errorCodeOf } from '@trading/platform-files';
import { processIdentity } from './process-identity';
import { UsageError } from './usage-error';

export interface DataDirLock {
  readonly dataDir: string;
  /** Harmless when repeated. */
  release(): Promise<void>;
}

interface Holder {
  readonly pid: number;
  readonly identity: string;
}

const ATTEMPTS = 100;
/** What another program is left for taking a lock over. */
const TURN_MS = 10;

/**
 * Makes the folder, proves that it can be written to, and locks it: two programs on one folder would book into each
 * other's accounts. A lock whose program is gone is taken over.
 * @throws UsageError when the folder cannot be written to, or another program is using it
 */
export async function acquireDataDir(dataDir: string): Promise<DataDirLock> {
  const lock = join(dataDir, 'lock');
  const mine = join(dataDir, `lock.${randomUUID()}`);
  const text = `${JSON.stringify({ pid: process.pid, identity: processIdentity(process.pid) ?? '' })}\n`;
  try {
    await mkdir(dataDir, { recursive: true });
    await writeFile(mine, text);
  } catch (cause) {
    throw new UsageError(
      `${dataDir}: this data folder cannot be written to (${errorCodeOf(cause)}). Choose another with --data-dir.`,
      { cause },
    );
  }
  try {
    await takeLock(dataDir, lock, mine);
  } finally {
    await rm(mine, { force: true });
  }
  return {
    dataDir,
    async release() {
      const held = await readFile(lock, 'utf8').catch(() => '');
      if (held === text) await rm(lock, { force: true });
    },
  };
}

/** A link appears whole or not at all, and never over another: the lock is never seen half-written. */
async function takeLock(dataDir: string, lock: string, mine: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      await link(mine, lock);
      return;
    } catch (cause) {
      if (errorCodeOf(cause) !== 'EEXIST') {
        throw new UsageError(`${lock}: the data folder cannot be locked (${errorCodeOf(cause)}).`, { cause });
      }
    }
    const text = await readFile(lock, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const holder = holderOf(text);
    if (holder !== undefined && processIdentity(holder.pid) === holder.identity) throw inUse(dataDir, holder.pid);
    await removeStale(lock, text, mine);
  }
  throw new UsageError(`${lock}: other programs are starting on this data folder; try again.`);
}

/**
 * Another program may be taking over the stale lock as well. Only who holds the lock of taking over removes it, after
 * another look: the lock of a program that is gone changes only by that.
 */
async function removeStale(lock: string, text: string, mine: string): Promise<void> {
  const takingOver = `${lock}.takeover`;
  try {
    await link(mine, takingOver);
  } catch {
    const holder = holderOf(await readFile(takingOver, 'utf8').catch(() => ''));
    const isGone = holder !== undefined && processIdentity(holder.pid) !== holder.identity;
    await (isGone ? rm(takingOver, { force: true }) : setTimeout(TURN_MS));
    return;
  }
  try {
    if ((await readFile(lock, 'utf8').catch(() => undefined)) === text) await rm(lock, { force: true });
  } finally {
    await rm(takingOver, { force: true });
  }
}

function holderOf(text: string): Holder | undefined {
  try {
    const { pid, identity } = JSON.parse(text) as Partial<Holder>;
    return typeof pid === 'number' && typeof identity === 'string' ? { pid, identity } : undefined;
  } catch {
    return undefined;
  }
}

function inUse(dataDir: string, pid: number): UsageError {
  return new UsageError(
    `${dataDir}: another program (process ${pid}) is using this data folder. ` +
      'Stop it, or choose another folder with --data-dir.',
  );
}
