import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity } from '../front/process-identity';
import { UsageError } from '../front/usage-error';
import { endSimulators } from '../system/simulator-process';
import type { DevCommand } from './dev-options';
import { lastLines } from './log-file';
import { endLeftServices, PidFile, pidFolder, signal } from './pid-file';
import { runDevInfra } from './servers';
import { serversFolder } from './six-system';
import { logFileOf } from './six-processes';
import { SIX } from './six-services';

type Task = Extract<DevCommand, { kind: 'task' }>;

const LOOK_EVERY_MS = 50;
const STOPPED_WITHIN_MS = 120_000;
/** What a reset removes besides the servers' data; models and secrets are kept. */
const TRADED = ['run.json', 'runs', 'terminal', 'logs', 'processes', 'endpoints.json'];

/** Does what was asked of the servers and logs of a data folder. @returns the exit code */
export async function doTask(task: Task): Promise<number> {
  switch (task.task) {
    case 'status':
      return status(task);
    case 'stop':
      return stop(task.dataDir);
    case 'reset':
      return reset(task.dataDir);
    case 'logs':
      return logs(task);
  }
}

async function status({ dataDir, json }: Task): Promise<number> {
  const { code, out } = await runDevInfra(['status', '--folder', serversFolder(dataDir), ...(json ? ['--json'] : [])]);
  const program = programOn(dataDir);
  const services = Object.fromEntries(
    SIX.map((name) => [name, new PidFile(pidFolder(dataDir), name).living() ?? null] as const),
  );
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ program: program ?? null, services, servers: JSON.parse(out) as unknown })}\n`,
    );
    return code;
  }
  const rows = SIX.map(
    (name) => `${name.padEnd(12)}  ${services[name] == null ? 'stopped' : `process ${services[name]}`}`,
  );
  const head = program === undefined ? 'No ./trade dev runs on it.' : `./trade dev runs on it as process ${program}.`;
  process.stdout.write(`${dataDir}: ${head}\n\n${rows.join('\n')}\n\n${out}`);
  return code;
}

async function stop(dataDir: string): Promise<number> {
  const program = programOn(dataDir);
  if (program !== undefined) {
    process.stderr.write(`Stopping ./trade dev (process ${program})…\n`);
    signal(program, 'SIGTERM');
    await gone(program, dataDir);
  }
  const left = await endLeft(dataDir);
  if (left.length > 0) process.stderr.write(`Stopped ${left.join(', ')}.\n`);
  return (await runDevInfra(['stop', '--folder', serversFolder(dataDir)])).code;
}

/** What a program left that was killed: its simulator first, as at every end. */
async function endLeft(dataDir: string): Promise<readonly string[]> {
  await endSimulators(join(dataDir, 'terminal'));
  return endLeftServices(dataDir);
}

async function reset(dataDir: string): Promise<number> {
  const program = programOn(dataDir);
  if (program !== undefined) {
    throw new UsageError(`${dataDir}: process ${program} is using this data folder. Stop it first: ./trade dev stop.`);
  }
  await endLeft(dataDir);
  const { code } = await runDevInfra(['reset', '--folder', serversFolder(dataDir)]);
  if (code !== 0) return code;
  for (const name of TRADED) rmSync(join(dataDir, name), { recursive: true, force: true });
  return 0;
}

async function logs({ dataDir, name, lines }: Task): Promise<number> {
  const isServices = SIX.find((each) => each === name);
  for (const each of name === undefined ? SIX : isServices === undefined ? [] : [isServices]) {
    const file = logFileOf(dataDir, each);
    process.stdout.write(`==> ${file}\n${lastLines(file, lines).join('\n')}\n\n`);
  }
  if (isServices !== undefined) return 0;
  const server = name === undefined ? [] : [name];
  const args = ['logs', ...server, '--folder', serversFolder(dataDir), '--lines', String(lines)];
  return (await runDevInfra(args, { pass: true })).code;
}

/** The program that holds the data folder. */
function programOn(dataDir: string): number | undefined {
  const lock = join(dataDir, 'lock');
  if (!existsSync(lock)) return undefined;
  try {
    const { pid, identity } = JSON.parse(readFileSync(lock, 'utf8')) as { pid?: unknown; identity?: unknown };
    return typeof pid === 'number' && processIdentity(pid) === identity ? pid : undefined;
  } catch {
    return undefined;
  }
}

async function gone(pid: number, dataDir: string): Promise<void> {
  const deadline = performance.now() + STOPPED_WITHIN_MS;
  while (programOn(dataDir) === pid) {
    if (performance.now() > deadline) throw new Error(`Process ${pid} does not stop.`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
