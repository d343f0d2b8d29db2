import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { terminal } from '@trading/contracts';
import { bytesOf, Dice, message, mutated } from './fuzz-words';
import { helloOf, INSTRUMENT } from './scripted-terminal';

export interface FuzzTarget {
  readonly port: number;
  /** A terminal that is let in, whose account nobody else uses. */
  readonly hello: Partial<terminal.Hello>;
  readonly key: Buffer;
}

/** What a fuzzing peer has done. */
export interface FuzzCounts {
  readonly frames: number;
  readonly connections: number;
  /** Connections that got as far as a welcome. */
  readonly welcomed: number;
}

/** Frames that one connection sends at most. */
const PER_CONNECTION = 200;
/** How long the other side may take to end a connection, or to take what was sent. */
const PATIENCE_MS = 10_000;

/** What a peer hears; answers `symbol.get`, so that its session takes frames. */
class Ear {
  private readonly reader = new terminal.FrameReader();
  private readonly heard = new Set<string>();
  private wake: (() => void) | undefined;
  challenge: terminal.Challenge | undefined;
  isClosed = false;

  constructor(private readonly socket: Socket) {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      for (const raw of this.reader.push(chunk)) this.hear(terminal.envelopeSchema.parse(raw));
    });
    socket.on('close', () => {
      this.isClosed = true;
      this.wake?.();
    });
  }

  /** Waits for a message of a type, or the end of the connection. Throws when neither comes. */
  async until(type: string): Promise<boolean> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!this.heard.has(type) && !this.isClosed) {
      const leftMs = deadline - Date.now();
      if (leftMs <= 0) throw new Error(`The gateway neither said ${type} nor ended the connection.`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.heard.has(type);
  }

  private hear({ t, id, d }: terminal.Envelope): void {
    this.heard.add(t);
    if (t === 'challenge') this.challenge = terminal.challengeSchema.parse(d);
    if (t === 'symbol.get' && id !== undefined && !this.socket.destroyed) {
      const answer = terminal.envelope('symbols', { instruments: [INSTRUMENT] }, 1, { re: id });
      this.socket.write(terminal.encodeFrame(answer));
    }
    this.wake?.();
  }
}

/**
 * Plays terminals that go wrong: `frames` frames in all, over as many connections as that takes, in the handshake and in
 * sessions, honest, mutated, cut and random. The same seed sends the same bytes. Throws when the gateway leaves a
 * connection hanging; whatever else it did is the caller's to look at.
 */
export async function fuzzTerminalPeer(seed: number, frames: number, target: FuzzTarget): Promise<FuzzCounts> {
  const dice = new Dice(seed);
  let [sent, connections, welcomed] = [0, 0, 0];
  while (sent < frames) {
    const socket = connect(target.port, '127.0.0.1');
    await once(socket, 'connect');
    connections += 1;
    const ear = new Ear(socket);
    try {
      if (dice.next() < 0.4) {
        sent += stray(dice, socket, Math.min(frames - sent, 1 + dice.below(3)));
      } else {
        const isWelcome = await greet(dice, socket, ear, target);
        sent += 2;
        if (isWelcome) {
          welcomed += 1;
          sent += await session(dice, socket, ear, Math.min(frames - sent, PER_CONNECTION));
        }
      }
    } finally {
      socket.destroy();
      if (!ear.isClosed) await said(socket, 'close');
    }
  }
  return { frames: sent, connections, welcomed };
}

/** Unlike `once` of Node it does not mind errors, which end here as `close`. */
const said = (socket: Socket, event: 'drain' | 'close'): Promise<void> =>
  new Promise((resolve) => socket.once(event, () => resolve()));

/** Frames of somebody who never shook hands. */
function stray(dice: Dice, socket: Socket, count: number): number {
  for (let n = 0; n < count; n++) socket.write(bytesOf(dice, message(dice, n)));
  return count;
}

/** A handshake, now and then a wrong one. Whether it ended in a welcome. */
async function greet(dice: Dice, socket: Socket, ear: Ear, { hello: who, key }: FuzzTarget): Promise<boolean> {
  const hello = helloOf({ ...who, nonceC: terminal.newNonce() });
  const isWrong = dice.next() < 0.2;
  const body = isWrong ? mutated(dice, hello) : hello;
  socket.write(terminal.encodeFrame(terminal.envelope('hello', body, 1)));
  if (!(await ear.until('challenge')) || ear.challenge === undefined) return false;
  const { nonceS, sid } = ear.challenge;
  const right = terminal.handshakeMac(key, 'ea1', { ...hello, nonceS, sid });
  const mac = dice.next() < 0.1 ? mutated(dice, right) : right;
  socket.write(terminal.encodeFrame(terminal.envelope('auth', { mac }, 1)));
  return ear.until('welcome');
}

/** Frames of a session, until the gateway has had enough. */
async function session(dice: Dice, socket: Socket, ear: Ear, count: number): Promise<number> {
  let sent = 0;
  for (; sent < count && !ear.isClosed && socket.writable; sent++) {
    if (!socket.write(bytesOf(dice, message(dice, sent + 1)))) {
      await Promise.race([said(socket, 'drain'), said(socket, 'close')]);
    }
    if (dice.next() < 0.2) await new Promise((resolve) => setImmediate(resolve));
  }
  return Math.max(sent, 1);
}
