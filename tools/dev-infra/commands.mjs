// What can be done with the servers of a data folder.
import { endServer, pidOf, placeFor, startServer } from './lifecycle.mjs';
import { ensurePrograms } from './programs.mjs';
import { SERVERS } from './servers/servers.mjs';

/**
 * Brings servers up: adopts those that run and answer, starts the others, and returns when all answer.
 *
 * @param {import('./folder.mjs').Folder} folder
 * @param {object} options
 * @param {readonly import('./servers/servers.mjs').Server[]} options.servers
 * @param {boolean} [options.anyFree] choose free ports rather than the usual ones
 * @param {Record<string, string>} [options.services] what Prometheus watches
 * @param {(line: string) => void} options.say
 */
export function up(folder, { servers, say, ...options }) {
  return folder.exclusively(async () => {
    const isRunning = (server) => pidOf(server, folder.placeOf(server.name)) !== undefined;
    const present = servers.filter((server) => {
      const absence = isRunning(server) ? undefined : server.absence?.();
      if (absence !== undefined) say(`${server.name}: left out, ${absence}`);
      return absence === undefined;
    });
    const stopped = present.filter((server) => !isRunning(server));
    ensurePrograms(
      stopped.flatMap((server) => server.programs()),
      say,
    );
    const places = new Map();
    // One after the other, for they share the folder's files; starting and waiting is done at once.
    for (const server of present) places.set(server, await placeFor(folder, server, { ...options, say }));
    const outcomes = await Promise.allSettled(present.map((server) => startServer(server, places.get(server))));
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    if (failures.length > 0) throw new Error(failures.map((failure) => failure.message).join('\n'));
  });
}

/** Ends servers, at once with `kill`, else in order. */
export function stop(folder, { servers, kill, say }) {
  if (!folder.exists) {
    say(`nothing runs in ${folder.path}`);
    return undefined;
  }
  return folder.exclusively(async () => {
    const stopping = servers.map(async (server) => {
      const outcome = await endServer(server, folder.placeOf(server.name), { kill });
      say(`${server.name}: ${outcome}`);
    });
    await Promise.all(stopping);
  });
}

/** Ends all servers and removes their data, ports and secrets. */
export async function reset(folder, { say }) {
  if (!folder.exists) return;
  await stop(folder, { servers: SERVERS, say });
  await folder.exclusively(async () => {
    const { ports } = folder;
    for (const server of SERVERS) {
      if (ports[server.name] !== undefined) await server.remove?.(folder.placeOf(server.name));
    }
    folder.remove(SERVERS.map(({ name }) => name));
  });
  folder.removeIfEmpty();
  say(`removed what was kept in ${folder.path}`);
}

/** How each server is: `stopped`, `running`, or `silent` when its process runs and does not answer. */
export async function status(folder, { servers }) {
  return Promise.all(
    servers.map(async (server) => {
      const place = { ...folder.placeOf(server.name), ports: folder.ports[server.name], secrets: folder.secretsIfAny };
      const pid = pidOf(server, place);
      const absence = server.absence?.();
      if (pid === undefined || place.ports === undefined) {
        return { name: server.name, state: 'stopped', ...(absence === undefined ? {} : { absence }) };
      }
      const state = (await server.answers(place)) ? 'running' : 'silent';
      return { name: server.name, state, pid, ports: place.ports, log: place.log, address: server.describe(place) };
    }),
  );
}
