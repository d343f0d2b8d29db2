// Ports are chosen once per folder and kept, so that a server that was ended comes back where its clients look for it.
import { createServer } from 'node:net';
import { waitFor } from './waiting.mjs';

/** Below what systems hand out to outgoing connections: a port chosen here is still free when its server has started. */
const [LOWEST, HIGHEST] = [20_000, 31_999];
const GIVEN_UP_WITHIN_MS = 3_000;

export function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

export async function freePort(taken = []) {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST + 1));
    if (!taken.includes(port) && (await isFree(port))) return port;
  }
}

/**
 * The ports of a server, by their names: those it had, else the preferred ones, else free ones.
 *
 * @param {Record<string, number>} preferred what it gets when nobody else has it
 * @param {Record<string, number> | undefined} kept what it had before
 * @param {readonly number[]} reserved what other servers of the folder have
 */
export async function choosePorts(preferred, kept, reserved, { anyFree = false } = {}) {
  const chosen = {};
  for (const [name, port] of Object.entries(preferred)) {
    const taken = [...reserved, ...Object.values(chosen)];
    const before = kept?.[name];
    // What a process that was killed held is free again a moment later.
    if (before !== undefined && (await waitFor(() => isFree(before), GIVEN_UP_WITHIN_MS))) chosen[name] = before;
    else if (!anyFree && !taken.includes(port) && (await isFree(port))) chosen[name] = port;
    else chosen[name] = await freePort(taken);
  }
  return chosen;
}
