import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { SERVER_ENVIRONMENT } from './cluster';
import { EmbeddedPostgresError, PortInUse } from './errors';
import type { Places } from './places';
import { isServing, readPostmaster } from './postmaster-file';
import { isAlive, waitFor } from './processes';
import type { Programs } from './programs';

/** Recovery after a crash replays at most a gigabyte of log. */
const READY_WITHIN_MS = 180_000;
const FAST_STOP_WITHIN_MS = 60_000;
const LOG_LIMIT_BYTES = 10_000_000;
const PORT_TRIES = 10;
/** Children of a server that was killed outlive it for a moment and keep its memory; the next one has to wait. */
const PREDECESSOR_TRIES = 100;

/** A server that runs. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
}

export interface LaunchOptions {
  /** A free one is chosen when absent. */
  readonly port: number | undefined;
  /** Whether a commit survives a power cut. Tests do without. */
  readonly durable: boolean;
}

/** The server that runs on this data folder already; waits for one that is starting or stopping. */
export async function findServer(places: Places): Promise<RunningServer | undefined> {
  const found = readPostmaster(places.data);
  if (found === undefined) return undefined;
  if (!isServing(places.data, found)) {
    // PostgreSQL takes over the file of a dead server itself, with checks of its own. It would respect a living
    // process that only got the number of the old server.
    if (isAlive(found.pid)) rmSync(join(places.data, 'postmaster.pid'), { force: true });
    return undefined;
  }
  const settled = (): boolean => !isAlive(found.pid) || readPostmaster(places.data)?.isReady === true;
  if (!(await waitFor(settled, READY_WITHIN_MS))) {
    throw new EmbeddedPostgresError(
      `PostgreSQL (process ${found.pid}) neither gets ready nor ends; see ${places.log}.`,
    );
  }
  const now = readPostmaster(places.data);
  return now?.isReady === true && isAlive(now.pid) ? { pid: now.pid, port: now.port } : undefined;
}

/** Starts a server of its own process group, which outlives this program until {@link stopServer}. */
export async function launchServer(places: Places, programs: Programs, options: LaunchOptions): Promise<RunningServer> {
  let portTries = 0;
  for (let tries = 1; ; tries++) {
    const port = options.port ?? (await freePort());
    const said = await attempt(places, programs, port, options.durable);
    if (typeof said !== 'string') return said;
    if (/could not bind|Address already in use/.test(said)) {
      if (options.port !== undefined) throw new PortInUse(options.port);
      if (++portTries < PORT_TRIES) continue;
    }
    if (/shared memory block|lock file "postmaster.pid"/.test(said) && tries < PREDECESSOR_TRIES) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    const lines = said.trim().split('\n').slice(-4).join(' ');
    throw new EmbeddedPostgresError(`PostgreSQL did not start in ${places.folder}: ${lines} (see ${places.log})`);
  }
}

/** Ends a server after its transactions are rolled back and everything is on disk; by force when that takes too long. */
export async function stopServer(data: string, pid: number): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    const ended = (): boolean => !isAlive(pid) || readPostmaster(data)?.pid !== pid;
    if (await waitFor(ended, FAST_STOP_WITHIN_MS)) {
      await waitFor(() => !isAlive(pid), 2_000);
      return;
    }
  }
}

/** One try; what the server said when it did not get ready. */
async function attempt(
  places: Places,
  programs: Programs,
  port: number,
  durable: boolean,
): Promise<RunningServer | string> {
  if (existsSync(places.log) && statSync(places.log).size > LOG_LIMIT_BYTES)
    renameSync(places.log, `${places.log}.old`);
  const log = openSync(places.log, 'a', 0o600);
  const saidBefore = statSync(places.log).size;
  const child = spawn(programs.postgres, ['-D', places.data, ...settings(places, port, durable)], {
    cwd: places.data,
    detached: true,
    env: SERVER_ENVIRONMENT,
    stdio: ['ignore', log, log],
    ...places.user,
  });
  closeSync(log);
  let ended: string | undefined;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', () => (ended ??= ''));
  child.unref();
  const isReady = (): boolean => {
    const postmaster = readPostmaster(places.data);
    return postmaster?.pid === child.pid && postmaster?.isReady === true;
  };
  const settled = await waitFor(() => ended !== undefined || isReady(), READY_WITHIN_MS);
  if (ended !== undefined) return ended || readFileSync(places.log).subarray(saidBefore).toString('utf8');
  if (settled && child.pid !== undefined) return { pid: child.pid, port };
  if (child.pid !== undefined) await stopServer(places.data, child.pid);
  return `it did not get ready within ${READY_WITHIN_MS / 1_000} s`;
}

function settings(places: Places, port: number, durable: boolean): string[] {
  const on = durable ? 'on' : 'off';
  const values: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 100,
    shared_buffers: '128MB',
    fsync: on,
    synchronous_commit: on,
    full_page_writes: on,
    wal_compression: 'on',
    log_checkpoints: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Shows in the process list which data folder a server that is kept elsewhere belongs to.
    'trading.data_folder': places.folder,
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
