import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLineOf, isAlive } from './processes';

/** What a running server says of itself in `postmaster.pid`. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly isReady: boolean;
  readonly isStopping: boolean;
}

/** The content of a data folder's `postmaster.pid`, whoever wrote it; undefined without one. */
export function readPostmaster(data: string): Postmaster | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid < 1) return undefined;
  const status = lines[7]?.trim() ?? '';
  return { pid, port: Number(lines[3] ?? 0), isReady: status === 'ready', isStopping: status === 'stopping' };
}

/** True when that process runs and serves this data folder, rather than being a later one with the same number. */
export function isServing(data: string, postmaster: Postmaster): boolean {
  return isAlive(postmaster.pid) && commandLineOf(postmaster.pid).includes(data);
}
