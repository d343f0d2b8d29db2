import { connect } from 'node:net';
import { hostileFrame } from './fuzz-frames';
import type { Seeded } from './seeded';

export interface TerminalFuzz {
  readonly connections: number;
  readonly frames: number;
}

const AT_ONCE = 8;
const FRAMES_OF_CONNECTION = 12;
/** A gateway ends a connection that breaks the protocol; one that only waits is ended by us. */
const CONNECTION_MS = 100;

/** Dials the terminals' door and says what no terminal says: noise, broken frames, replayed handshakes, half of them. */
export async function fuzzTerminals(port: number, connections: number, random: Seeded): Promise<TerminalFuzz> {
  let frames = 0;
  const one = (): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      const timer = setTimeout(() => socket.destroy(), CONNECTION_MS);
      socket.on('error', () => undefined);
      socket.on('data', () => undefined);
      socket.on('close', () => {
        clearTimeout(timer);
        resolve();
      });
      socket.on('connect', () => {
        for (let n = random.integer(1, FRAMES_OF_CONNECTION); n > 0; n -= 1) {
          frames += 1;
          socket.write(hostileFrame(random));
        }
        if (random.isWithin(0.3)) socket.end();
      });
    });
  for (let done = 0; done < connections; done += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, connections - done) }, one));
  }
  return { connections, frames };
}
