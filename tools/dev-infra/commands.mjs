// What can be done with the servers of a data folder.
import { mkdirSync, readFileSync } from 'node:fs';
import { choosePorts } from './ports.mjs';
import { end, isAlive, remember, runningPid } from './processes.mjs';
import { ensurePrograms } from './programs.mjs';
import { SERVERS } from './servers/servers.mjs';
import { waitFor } from './waiting.mjs';

const READY_WITHIN_MS = 180_000;
const ADOPTED_WITHIN_MS = 10_000;
const STOPPED_WITHIN_MS = 60_000;

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
    const present = servers.filter((server) => {
      const absence = server.absence?.();
      if (absence !== undefined) say(`${server.name}: left out, ${absence}`);
      return absence === undefined;
    });
    const stopped = present.filter((server) => runningPid(folder.placeOf(server.name).process) === undefined);
    ensurePrograms(
      stopped.flatMap((server) => server.programs()),
      say,
    );
    const places = new Map();
    // One after the other, for they share the folder's files; starting and waiting is done at once.
    for (const server of present) places.set(server, await placeFor(folder, server, { ...options, say }));
    const outcomes = await Promise.allSettled(present.map((server) => upOne(server, places.get(server))));
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    if (failures.length > 0) throw new Error(failures.map((failure) => failure.message).join('\n'));
  });
}

async function placeFor(folder, server, { anyFree, services, say }) {
  const place = folder.placeOf(server.name);
  mkdirSync(place.path, { recursive: true, mode: 0o700 });
  const { [server.name]: kept, ...others } = folder.ports;
  let ports = kept;
  if (runningPid(place.process) === undefined || kept === undefined) {
    const reserved = Object.values(others).flatMap((each) => Object.values(each));
    ports = await choosePorts(server.ports, kept, reserved, { anyFree });
    folder.keepPorts(server.name, ports);
  }
  return { ...place, ports, services, secrets: folder.secrets, say: (line) => say(`${server.name}: ${line}`) };
}

async function upOne(server, place) {
  const from = Date.now();
  server.configure?.(place);
  const running = runningPid(place.process);
  if (running !== undefined) {
    if (await waitFor(() => server.answers(place), ADOPTED_WITHIN_MS, 200)) {
      await server.prepare?.(place);
      place.say(`runs already (process ${running})`);
      return;
    }
    place.say(`process ${running} does not answer; it is started anew`);
    await stopOne(server, place, {});
  }
  place.say('starting');
  const pid = await server.start(place);
  remember(place.process, pid);
  const answers = async () => !isAlive(pid) || (await server.answers(place));
  const settled = await waitFor(answers, READY_WITHIN_MS);
  if (!settled || !isAlive(pid)) {
    const what = isAlive(pid) ? `does not answer after ${READY_WITHIN_MS / 1_000} s` : 'ended at once';
    throw new Error(`${server.name} ${what}. The end of ${place.log}:\n${tail(place.log, 15)}`);
  }
  await server.prepare?.(place);
  place.say(`answers after ${((Date.now() - from) / 1_000).toFixed(1)} s (process ${pid})`);
}

async function stopOne(server, place, { kill = false }) {
  const signal = kill ? 'SIGKILL' : (server.stopSignal ?? 'SIGTERM');
  const outcome = await end(place.process, signal, STOPPED_WITHIN_MS);
  server.stopped?.(place, kill && outcome === 'ended' ? 'killed' : outcome);
  return outcome;
}

/** Ends servers, at once with `kill`, else in order. */
export function stop(folder, { servers, kill, say }) {
  if (!folder.exists) return undefined;
  return folder.exclusively(async () => {
    const stopping = servers.map(async (server) => {
      const outcome = await stopOne(server, folder.placeOf(server.name), { kill });
      say(`${server.name}: ${kill && outcome === 'ended' ? 'killed' : outcome}`);
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
      const pid = runningPid(place.process);
      const absence = server.absence?.();
      if (pid === undefined || place.ports === undefined) {
        return { name: server.name, state: 'stopped', ...(absence === undefined ? {} : { absence }) };
      }
      const state = (await server.answers(place)) ? 'running' : 'silent';
      return { name: server.name, state, pid, ports: place.ports, log: place.log, address: server.describe(place) };
    }),
  );
}

/** The last lines of a log. */
export function tail(file, lines) {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return `(there is no ${file})`;
  }
}
