import { mkdirSync, rmSync } from 'node:fs';
import { Client } from 'pg';
import { ensureCluster, ROLE } from './cluster';
import { EmbeddedPostgresError } from './errors';
import { lockFolder } from './folder-lock';
import { bindOutside, removeCluster, removeOrphans } from './outside';
import { placesOf, type Places } from './places';
import { isServing, readPostmaster } from './postmaster-file';
import { programsFor } from './programs';
import { findServer, launchServer, stopServer } from './server';

const DATABASE_NAME = 'trading';

/** Where the embedded server says what it does; a pino logger is one. */
export interface EmbeddedPostgresLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface EmbeddedPostgresOptions {
  /** The user's data folder; made when absent. */
  readonly folder: string;
  /** A free port is chosen when absent. An adopted server keeps the one it has. */
  readonly port?: number | undefined;
  readonly log?: EmbeddedPostgresLog | undefined;
  /** False lets a power cut lose commits: only for data that nobody will miss, such as a test's. Default true. */
  readonly durable?: boolean | undefined;
}

/** A PostgreSQL server of ours that listens on the loopback interface. */
export interface EmbeddedPostgres {
  /** Connects as the server's only role to the database `trading`. Holds the password: not for logs. */
  readonly url: string;
  readonly port: number;
  /** True when the server was already running, left by a program that ended without stopping it. */
  readonly adopted: boolean;
  /** PostgreSQL's own data folder. */
  readonly dataFolder: string;
  /** Ends the server in order and gives the folder free. */
  stop(): Promise<void>;
  /** Gives the folder free and leaves the server running for the next that starts it there. */
  leave(): void;
}

/**
 * Starts the PostgreSQL of a data folder, making it at first, or adopts the one that still runs there.
 *
 * The server is a process of its own that neither Ctrl-C nor the death of this program ends. Data stays in
 * `<folder>/postgres`; when this program runs as root, the server runs as `nobody` and its data is kept in /var/tmp,
 * bound to the folder: it is removed on a later start after the folder has been deleted.
 *
 * @throws {DataFolderBusy} while another program uses the folder
 * @throws {PortInUse} when the port asked for is taken
 * @throws {EmbeddedPostgresError} when the server cannot be had for another reason
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const places = placesOf(options.folder);
  makeFolder(places);
  const lock = lockFolder(places.folder);
  try {
    if (places.user !== undefined) {
      await bindOutside(places);
      for (const folder of await removeOrphans())
        options.log?.info({ folder }, 'removed the database of a deleted folder');
    }
    const programs = await programsFor(places);
    const password = await ensureCluster(places, programs);
    const running = await findServer(places);
    const server =
      running ?? (await launchServer(places, programs, { port: options.port, durable: options.durable ?? true }));
    await ensureDatabase(server.port, password);
    const fields = { port: server.port, pid: server.pid, dataFolder: places.data };
    options.log?.info(fields, running ? 'adopted the PostgreSQL that was left running' : 'PostgreSQL is running');
    return {
      url: urlOf(server.port, password, DATABASE_NAME),
      port: server.port,
      adopted: running !== undefined,
      dataFolder: places.data,
      stop: async () => {
        await stopServer(places.data, server.pid);
        lock.release();
      },
      leave: () => lock.release(),
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * Ends the server of a data folder, if one runs, and removes all that it kept.
 *
 * @throws {DataFolderBusy} while a program uses the folder
 */
export async function removeEmbeddedPostgres(folder: string): Promise<void> {
  const places = placesOf(folder);
  makeFolder(places);
  const lock = lockFolder(places.folder);
  try {
    if (places.user === undefined) {
      const postmaster = readPostmaster(places.data);
      if (postmaster !== undefined && isServing(places.data, postmaster)) await stopServer(places.data, postmaster.pid);
    } else {
      await removeCluster(places.cluster);
    }
    for (const path of [places.link, places.password, places.log, `${places.log}.old`]) {
      rmSync(path, { recursive: true, force: true });
    }
  } finally {
    lock.release();
  }
}

function makeFolder(places: Places): void {
  try {
    mkdirSync(places.folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new EmbeddedPostgresError(`The data folder ${places.folder} cannot be made: ${(cause as Error).message}`, {
      cause,
    });
  }
}

const urlOf = (port: number, password: string, database: string): string =>
  `postgresql://${ROLE}:${password}@127.0.0.1:${port}/${database}`;

async function ensureDatabase(port: number, password: string): Promise<void> {
  const client = new Client({ connectionString: urlOf(port, password, 'postgres') });
  await client.connect();
  try {
    const found = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE_NAME]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE_NAME}`);
  } finally {
    await client.end();
  }
}
