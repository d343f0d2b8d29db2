import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataFolderBusy } from './errors';
import { isAlive, startOf } from './processes';

interface Holder {
  readonly pid: number;
  readonly started: string;
}

/** Held by the one program that uses a data folder; it dies with its holder. */
export interface FolderLock {
  release(): void;
}

/**
 * Takes the lock of a folder.
 *
 * @throws {DataFolderBusy} while another program, or another part of this one, holds it
 */
export function lockFolder(folder: string): FolderLock {
  const file = join(folder, 'postgres.lock');
  const mine = `${file}.${process.pid}`;
  const holder: Holder = { pid: process.pid, started: startOf(process.pid) };
  writeFileSync(mine, JSON.stringify(holder), { mode: 0o600 });
  try {
    while (!link(mine, file)) clearStale(folder, file);
  } finally {
    rmSync(mine, { force: true });
  }
  return { release: () => rmSync(file, { force: true }) };
}

/** Creates the lock file complete with its content, or not at all. */
function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function clearStale(folder: string, file: string): void {
  const holder = holderOf(file);
  if (holder === undefined) return;
  if (isHeld(holder)) throw new DataFolderBusy(folder, holder.pid);
  // Moved away before it is judged again: of two programs that found it stale only one moves it, and a lock that a
  // third has just taken is put back.
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const moved = holderOf(aside);
  if (moved !== undefined && isHeld(moved)) link(aside, file);
  rmSync(aside, { force: true });
}

const isHeld = ({ pid, started }: Holder): boolean => isAlive(pid) && startOf(pid) === started;

/** Undefined when there is no lock any more; a file of other content counts as held by nobody. */
function holderOf(file: string): Holder | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  try {
    const { pid, started } = JSON.parse(text) as Partial<Holder>;
    return { pid: Number(pid), started: String(started) };
  } catch {
    return { pid: -1, started: '' };
  }
}
