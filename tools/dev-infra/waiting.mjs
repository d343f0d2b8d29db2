// Waiting for a condition with a deadline, and the questions that tell whether a server answers.
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';

const { AbortSignal, fetch } = globalThis;

/** Polls until the condition holds; false when it did not within the time. */
export async function waitFor(condition, timeoutMs, everyMs = 25) {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  return true;
}

/** Sends a line to a port of this machine; the first piece of the answer, undefined when there is none in time. */
export function ask(port, line, timeoutMs = 1_000) {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const done = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => done(undefined));
    socket.once('error', () => done(undefined));
    socket.once('close', () => done(undefined));
    socket.once('data', (data) => done(data.toString()));
    socket.write(line);
  });
}

/** Whether an HTTP address answers 200. */
export async function isOk(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}
