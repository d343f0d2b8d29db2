// One server's life: found again, started until it answers, ended.
import { mkdirSync } from 'node:fs';
import { tail } from './logs.mjs';
import { choosePorts } from './ports.mjs';
import { end, isAlive, remember, runningPid } from './processes.mjs';
import { waitFor } from './waiting.mjs';

const READY_WITHIN_MS = 180_000;
/** A server that an interrupted `up` has just started is given time; one that hangs is not. */
const ADOPTED_WITHIN_MS = 20_000;
const STOPPED_WITHIN_MS = 60_000;
const SILENT_STOPPED_WITHIN_MS = 5_000;

/** The process of a server that runs, noted where it was not. */
export function pidOf(server, place) {
  const noted = runningPid(place.process);
  if (noted !== undefined) return noted;
  const found = server.find?.(place);
  if (found !== undefined) remember(place.process, found);
  return found;
}

/** Where a server keeps everything, with its ports: chosen anew only when others have taken them. */
export async function placeFor(folder, server, { anyFree, services, say }) {
  const place = folder.placeOf(server.name);
  mkdirSync(place.path, { recursive: true, mode: 0o700 });
  const { [server.name]: kept, ...others } = folder.ports;
  let ports = kept;
  if (pidOf(server, place) === undefined || kept === undefined) {
    const reserved = Object.values(others).flatMap((each) => Object.values(each));
    ports = await choosePorts(server.ports, kept, reserved, { anyFree });
    folder.keepPorts(server.name, ports);
  }
  return { ...place, ports, services, secrets: folder.secrets, say: (line) => say(`${server.name}: ${line}`) };
}

/** Adopts a server that runs and answers; starts it otherwise. Returns when it answers. */
export async function startServer(server, place) {
  const from = Date.now();
  server.configure?.(place);
  const running = pidOf(server, place);
  if (running !== undefined) {
    if (await waitFor(() => server.answers(place), ADOPTED_WITHIN_MS, 200)) {
      await server.prepare?.(place);
      place.say(`runs already (process ${running})`);
      return;
    }
    place.say(`process ${running} does not answer; it is started anew`);
    await endServer(server, place, { withinMs: SILENT_STOPPED_WITHIN_MS });
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

/** Ends a server with its own signal, or with `kill` as a crash would. */
export async function endServer(server, place, { kill = false, withinMs = STOPPED_WITHIN_MS }) {
  pidOf(server, place);
  const signal = kill ? 'SIGKILL' : (server.stopSignal ?? 'SIGTERM');
  const outcome = await end(place.process, signal, withinMs);
  server.stopped?.(place, outcome);
  return outcome;
}
