import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Logger } from '@trading/platform-logging';
import type { SimulatorConfigInput } from '@trading/service-terminal-simulator';

export interface SimulatorProcess {
  readonly pid: number;
  /** It was running already, left by a program that ended without stopping it. */
  readonly adopted: boolean;
  isAlive(): boolean;
  /** The end of its log, for an error message. */
  lastWords(): string;
  stop(): Promise<void>;
}

const STOP_MS = 5_000;

/**
 * Starts the terminal simulator as a process of its own, which neither Ctrl-C nor our death ends, or adopts the one
 * that is left of the same run with the same settings. One with other settings is replaced: its state is in its
 * journal, not in its memory.
 */
export async function startSimulator(
  program: string,
  config: SimulatorConfigInput,
  logger: Logger,
): Promise<SimulatorProcess> {
  mkdirSync(config.stateFolder, { recursive: true });
  await endSimulators(dirname(config.stateFolder), basename(config.stateFolder));
  const configFile = join(config.stateFolder, 'config.json');
  const logFile = join(config.stateFolder, 'simulator.log');
  const wanted = `${JSON.stringify(config, null, 2)}\n`;
  const left = livingPid(config.stateFolder, configFile);
  if (left !== undefined && existsSync(configFile) && readFileSync(configFile, 'utf8') === wanted) {
    logger.info({ pid: left }, 'Adopted the terminal simulator that was left running.');
    return handle(left, true, logFile);
  }
  if (left !== undefined) await end(left);
  writeFileSync(configFile, wanted, { mode: 0o600 });
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, ['--enable-source-maps', program, '--config', configFile], {
    detached: true,
    stdio: ['ignore', 'ignore', log],
  });
  closeSync(log);
  child.unref();
  if (child.pid === undefined) throw new Error('The terminal simulator could not be started.');
  return handle(child.pid, false, logFile);
}

/**
 * Ends the simulators of runs whose state folders lie in this one, such as that of a run that was given up.
 * @param except the state folder whose simulator is left alone
 */
export async function endSimulators(folder: string, except?: string): Promise<void> {
  if (!existsSync(folder)) return;
  const runs = readdirSync(folder).filter((name) => name !== except);
  await Promise.all(
    runs.map(async (name) => {
      const stateFolder = join(folder, name);
      const pid = livingPid(stateFolder, join(stateFolder, 'config.json'));
      if (pid !== undefined) await end(pid);
    }),
  );
}

/** The simulator of this state folder, when it is alive and really one. */
function livingPid(stateFolder: string, configFile: string): number | undefined {
  try {
    const { pid } = JSON.parse(readFileSync(join(stateFolder, 'simulator.pid'), 'utf8')) as { pid?: unknown };
    if (typeof pid !== 'number' || !isAlive(pid)) return undefined;
    return isOurs(pid, configFile) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** A process id may have passed to another program since. */
function isOurs(pid: number, configFile: string): boolean {
  const commandLine = `/proc/${pid}/cmdline`;
  return (
    !existsSync('/proc/self') || (existsSync(commandLine) && readFileSync(commandLine, 'utf8').includes(configFile))
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch {
    return false;
  }
}

function isZombie(pid: number): boolean {
  try {
    return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function handle(pid: number, adopted: boolean, logFile: string): SimulatorProcess {
  return {
    pid,
    adopted,
    isAlive: () => isAlive(pid),
    lastWords: () => (existsSync(logFile) ? (readFileSync(logFile, 'utf8').trimEnd().split('\n').at(-1) ?? '') : ''),
    stop: () => end(pid),
  };
}

async function end(pid: number): Promise<void> {
  const deadline = Date.now() + STOP_MS;
  signal(pid, 'SIGTERM');
  while (isAlive(pid)) {
    if (Date.now() > deadline) signal(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended just now.
  }
}
