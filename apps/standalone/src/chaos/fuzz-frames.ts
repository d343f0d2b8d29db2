import { terminal } from '@trading/contracts';
import { Seeded } from './seeded';

/** What a decoder made of hostile input. */
export interface FrameFuzz {
  readonly frames: number;
  readonly accepted: number;
  readonly refused: number;
  readonly failures: readonly string[];
}

const SCHEMAS = [
  terminal.envelopeSchema,
  terminal.helloSchema,
  terminal.challengeSchema,
  terminal.authSchema,
  terminal.orderSubmitSchema,
  terminal.fenceSchema,
] as const;

/**
 * Feeds mutated and random frames to the decoder and to the schemas of the handshake and of orders: each is taken or
 * refused as a bad frame, and nothing is kept of it.
 */
export function fuzzFrames(count: number, seed: number): FrameFuzz {
  const random = new Seeded(seed);
  const failures: string[] = [];
  let accepted = 0;
  let refused = 0;
  let reader = new terminal.FrameReader(random.isWithin(0.5));
  for (let frame = 0; frame < count && failures.length < 10; frame += 1) {
    const bytes = hostileFrame(random);
    try {
      for (const message of reader.push(bytes)) {
        for (const schema of SCHEMAS) schema.safeParse(message);
        accepted += 1;
      }
      // A reader that waits for more would swallow the next ones.
      if (random.isWithin(0.3)) reader = new terminal.FrameReader(random.isWithin(0.5));
    } catch (error) {
      if (!(error instanceof terminal.FrameError)) {
        failures.push(`frame ${frame} (${bytes.subarray(0, 64).toString('hex')}): ${String(error)}`);
      }
      refused += 1;
      reader = new terminal.FrameReader(random.isWithin(0.5));
    }
  }
  return { frames: count, accepted, refused, failures };
}

const NONCE = 'ab'.repeat(16);
const BODIES: readonly (() => { readonly t: string; readonly d: unknown })[] = [
  () => ({ t: 'hello', d: { proto: 1, login: '1', server: 'S', keyId: 'k', nonceC: NONCE, caps: [], resume: {} } }),
  () => ({ t: 'auth', d: { mac: NONCE } }),
  () => ({ t: 'sim.mark', d: { n: 1, time: 1, end: false } }),
  () => ({ t: 'tick', d: { symbol: 'EURUSD', first: 1, t: [1], b: ['1.1'], a: ['1.2'] } }),
  () => ({ t: 'trade.event', d: { deal: '1', order: '1', volume: '0.1', price: '1.1' } }),
  () => ({ t: 'cmd.ack', d: { coid: 'x', status: 'JOURNALLED', code: '', message: '', dup: false } }),
];

/** Bytes that a peer could send: noise, a valid frame with some bytes changed or cut off, a lie about the length. */
export function hostileFrame(random: Seeded): Buffer {
  const kind = random.integer(0, 5);
  if (kind === 0) return random.bytes(random.integer(0, 40));
  const { t, d } = random.pick(BODIES)();
  const frame = terminal.encodeFrame(terminal.envelope(t, kind === 1 ? hostileValue(random, 3) : d, 1, {}));
  switch (kind) {
    case 2:
      for (let turn = random.integer(1, 4); turn > 0; turn -= 1) {
        frame[random.integer(0, frame.length - 1)] = random.integer(0, 255);
      }
      return frame;
    case 3:
      return frame.subarray(0, random.integer(0, frame.length));
    case 4:
      frame.writeUInt32BE(random.pick([0, 1, frame.length, 1_048_577, 0xffffffff]), 0);
      return frame;
    default:
      return frame;
  }
}

const STRINGS = ['', '0', '-1', 'NaN', '1e309', '__proto__', 'constructor', 'a'.repeat(2_000), '\u0000', '😀', "';--"];
const NUMBERS = [0, -1, 1.5, 2 ** 53, -(2 ** 53), 1e308, -0];

/** A value of any JSON shape. */
export function hostileValue(random: Seeded, depth: number): unknown {
  switch (random.integer(0, depth > 0 ? 6 : 4)) {
    case 0:
      return null;
    case 1:
      return random.isWithin(0.5);
    case 2:
      return random.pick(NUMBERS);
    case 3:
    case 4:
      return random.pick(STRINGS);
    case 5:
      return Array.from({ length: random.integer(0, 4) }, () => hostileValue(random, depth - 1));
    default:
      return Object.fromEntries(
        Array.from({ length: random.integer(0, 4) }, () => [random.pick(STRINGS), hostileValue(random, depth - 1)]),
      );
  }
}
