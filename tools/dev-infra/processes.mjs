// Servers as detached processes: they outlive the program that started them, and are found again by their number
// together with the time they started, for numbers are used again.
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { waitFor } from './waiting.mjs';

const LOG_LIMIT_BYTES = 20_000_000;
const KILLED_WITHIN_MS = 10_000;

/** What servers see of our environment; some read settings from variables of their own, which must not reach them. */
const environment = () =>
  Object.fromEntries(
    ['PATH', 'HOME', 'JAVA_HOME', 'TMPDIR'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/** Fields of `/proc/<pid>/stat` after the command's name; undefined where there is no such process or no /proc. */
function procStat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function ps(pid, column) {
  try {
    const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
    return execFileSync('ps', ['-ww', '-o', `${column}=`, '-p', String(pid)], options).trim();
  } catch {
    return undefined;
  }
}

/** When a process started, in units of the system. */
export const startOf = (pid) => procStat(pid)?.[19] ?? ps(pid, 'lstart') ?? 'unknown';

export function commandLineOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ps(pid, 'command') ?? '';
  }
}

/** Whether a process runs; one that has ended but was not collected by its parent does not. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  return procStat(pid)?.[0] !== 'Z';
}

/** The process that a file written by {@link remember} names, if it still runs. */
export function runningPid(file) {
  try {
    const { pid, started } = JSON.parse(readFileSync(file, 'utf8'));
    return Number.isInteger(pid) && isAlive(pid) && startOf(pid) === started ? pid : undefined;
  } catch {
    return undefined;
  }
}

export function remember(file, pid) {
  writeFileSync(`${file}.new`, JSON.stringify({ pid, started: startOf(pid) }));
  renameSync(`${file}.new`, file);
}

/** Starts a program on its own, its output appended to the log, and returns its number. */
export async function launch([program, ...args], { cwd, log }) {
  if (existsSync(log) && statSync(log).size > LOG_LIMIT_BYTES) renameSync(log, `${log}.old`);
  const out = openSync(log, 'a', 0o600);
  try {
    const child = spawn(program, args, { cwd, env: environment(), detached: true, stdio: ['ignore', out, out] });
    await new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause) => reject(new Error(`${program} cannot be started: ${cause.message}`, { cause })));
    });
    child.unref();
    return child.pid;
  } finally {
    closeSync(out);
  }
}

/**
 * Ends the process that a file names and forgets it; SIGKILL follows when the signal does not end it in time.
 *
 * @returns {Promise<'was not running' | 'ended' | 'killed'>}
 */
export async function end(file, signal, withinMs) {
  const pid = runningPid(file);
  let outcome = 'was not running';
  for (const each of pid === undefined ? [] : [signal, 'SIGKILL']) {
    outcome = each === 'SIGKILL' ? 'killed' : 'ended';
    try {
      process.kill(pid, each);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
    if (await waitFor(() => !isAlive(pid), each === 'SIGKILL' ? KILLED_WITHIN_MS : withinMs)) break;
  }
  rmSync(file, { force: true });
  return outcome;
}
