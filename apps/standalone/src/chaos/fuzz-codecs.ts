import { TOPICS, type MessageCodec } from '@trading/contracts';
import { Seeded } from './seeded';

export interface CodecFuzz {
  readonly messages: number;
  readonly decoded: number;
  readonly refused: number;
  readonly failures: readonly string[];
}

/** More than this for one message of a few bytes would be an attack that works. */
const SLOW_MS = 1_000;

/** Feeds mutated and random bytes to the decoder of every topic: a message or an Error, soon. */
export function fuzzCodecs(count: number, seed: number): CodecFuzz {
  const random = new Seeded(seed);
  const codecs: readonly { readonly name: string; readonly codec: MessageCodec<unknown> }[] = Object.values(TOPICS);
  const failures: string[] = [];
  let decoded = 0;
  let refused = 0;
  for (let turn = 0; turn < count && failures.length < 10; turn += 1) {
    const { name, codec } = random.pick(codecs);
    const bytes = hostileMessage(random, codec);
    const begun = performance.now();
    try {
      codec.decode(bytes);
      decoded += 1;
    } catch (error) {
      if (!(error instanceof Error)) failures.push(`${name}: threw ${String(error)}`);
      refused += 1;
    }
    if (performance.now() - begun > SLOW_MS) failures.push(`${name}: ${bytes.toString('hex')} took long`);
  }
  return { messages: count, decoded, refused, failures };
}

function hostileMessage(random: Seeded, codec: MessageCodec<unknown>): Buffer {
  if (random.isWithin(0.4)) return random.bytes(random.integer(0, 60));
  const bytes = Buffer.from(
    codec.encode(codec.fromJSON({ accountId: 'PAPER-1', symbol: 'EURUSD', timeUs: 1 })).finish(),
  );
  const longer = Buffer.concat([bytes, random.bytes(random.integer(0, 12))]);
  for (let turn = random.integer(1, 3); turn > 0 && longer.length > 0; turn -= 1) {
    longer[random.integer(0, longer.length - 1)] = random.integer(0, 255);
  }
  return longer;
}
