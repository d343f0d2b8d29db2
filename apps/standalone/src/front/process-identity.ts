import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * What tells a live process from a later one with the same id: when it was started, in the words of the system.
 * Undefined when there is no such process, or only what is left of one.
 */
export function processIdentity(pid: number): string | undefined {
  if (!isThere(pid)) return undefined;
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Someone else's process is one too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function fromProc(pid: number): string | undefined {
  try {
    // proc_pid_stat(5): the name, in parentheses, may hold anything; after it field 3 is the state, 22 the start.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : `started ${fields[19] ?? ''}`;
  } catch {
    return undefined;
  }
}

function fromPs(pid: number): string | undefined {
  try {
    const env = { ...process.env, LC_ALL: 'C' };
    const text = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8', env }).trim();
    const [state = '', ...start] = text.split(/\s+/);
    return state === '' || state.startsWith('Z') ? undefined : `started ${start.join(' ')}`;
  } catch {
    return undefined;
  }
}
