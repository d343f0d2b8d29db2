// The PostgreSQL that the npm packages bring, by the room that also runs it for the standalone program.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandLineOf, isAlive } from '../processes.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const ROOM = 'libs/platform/database';
const BUILT = join(ROOT, 'dist', ROOM, 'src/lib/embedded/embedded-postgres.js');

/** The room's own program, built when nobody has built it yet. */
function embedded() {
  if (!existsSync(BUILT)) {
    const build = [join(ROOT, 'tools/build/build.mjs'), ROOM];
    const { status } = spawnSync(process.execPath, build, { cwd: ROOT, stdio: ['ignore', 2, 2] });
    if (status !== 0) throw new Error(`${ROOM} could not be built; run npm run build to see why.`);
  }
  return createRequire(import.meta.url)(BUILT);
}

/** @type {import('./servers.mjs').Server} */
export const postgres = {
  name: 'postgres',
  ports: { client: 5432 },
  programs: () => [],
  // Clients are disconnected rather than waited for.
  stopSignal: 'SIGINT',
  async start({ path, ports }) {
    const server = await embedded().startEmbeddedPostgres({ folder: path, port: ports.client });
    server.leave();
    return Number(readFileSync(join(server.dataFolder, 'postmaster.pid'), 'utf8').split('\n')[0]);
  },
  /** An `up` that was interrupted may leave a server that nobody has noted. */
  find({ path }) {
    for (const data of ['postgres/data', 'postgres']) {
      const file = join(path, data, 'postmaster.pid');
      const pid = existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : 0;
      // Its command line names its folder, as `trading.data_folder`.
      if (pid > 0 && isAlive(pid) && commandLineOf(pid).includes(path)) return pid;
    }
    return undefined;
  },
  /** A client is let in, with the password. */
  async answers(place) {
    const { Client } = createRequire(import.meta.url)('pg');
    const client = new Client({ connectionString: urlOf(place), connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  },
  /** Its data may lie outside the folder. */
  remove: ({ path }) => embedded().removeEmbeddedPostgres(path),
  describe: (place) => ({ url: urlOf(place) }),
};

function urlOf({ path, ports }) {
  const password = readFileSync(join(path, 'postgres-password'), 'utf8').trim();
  return `postgresql://trading:${password}@127.0.0.1:${ports.client}/trading`;
}
