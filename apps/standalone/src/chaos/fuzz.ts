import { brokerDifferences, readBoth } from './broker-books';
import { fuzzCalls, type CallFuzz } from './fuzz-calls';
import { fuzzCodecs, type CodecFuzz } from './fuzz-codecs';
import { fuzzFrames, type FrameFuzz } from './fuzz-frames';
import { fuzzPeers, type PeerFuzz } from './fuzz-peers';
import { fuzzTerminals, type TerminalFuzz } from './fuzz-terminals';
import { Seeded } from './seeded';
import { FLOW_ACCOUNT, ServingSystem } from './serving-system';

export interface FuzzOptions {
  readonly seed: number;
  /** Through the decoder of frames. */
  readonly frames: number;
  /** Of peers of a gateway, which know its key. */
  readonly peerFrames: number;
  /** Through the decoders of topics. */
  readonly messages: number;
  /** To the gRPC methods of a running system. */
  readonly calls: number;
  /** To its terminals' door. */
  readonly connections: number;
}

export interface FuzzResult {
  readonly frames: FrameFuzz;
  readonly peers: PeerFuzz;
  readonly messages: CodecFuzz;
  readonly calls: CallFuzz;
  readonly terminals: TerminalFuzz;
  /** Resident memory of the attacked process, after a warm-up and at the end. */
  readonly residentMib: { readonly before: number; readonly after: number };
  readonly failures: readonly string[];
}

/** What a process may grow by under attack: caches and buffers fill, a leak of every message would be more. */
const MAY_GROW_MIB = 200;

/** Attacks the decoders alone, then every door of a running system, whose books and memory must not change. */
export async function fuzz({
  seed,
  frames,
  peerFrames,
  messages,
  calls,
  connections,
}: FuzzOptions): Promise<FuzzResult> {
  const random = new Seeded(seed);
  const ofFrames = fuzzFrames(frames, seed);
  const ofMessages = fuzzCodecs(messages, seed);
  const ofPeers = await fuzzPeers(peerFrames, seed);
  const system = await ServingSystem.start(random.fork(1));
  try {
    const before = await system.stored();
    const attack = (share: number, part: number): Promise<CallFuzz> =>
      fuzzCalls(system.grpc, system.serviceToken, FLOW_ACCOUNT, Math.ceil(calls * share), random.fork(part));
    await attack(0.1, 2);
    const beforeMib = system.residentMib;
    const ofCalls = await attack(0.9, 3);
    const terminals = await fuzzTerminals(system.terminalPort, connections, random.fork(4));
    const failures = [...ofFrames.failures, ...ofMessages.failures, ...ofPeers.failures, ...ofCalls.failures];
    if (system.program.hasEnded) failures.push(`the system ended: ${system.program.err.slice(-2000)}`);
    else failures.push(...(await changes(system, JSON.stringify(before))));
    const afterMib = system.program.hasEnded ? 0 : system.residentMib;
    if (afterMib - beforeMib > MAY_GROW_MIB) failures.push(`memory grew from ${beforeMib} to ${afterMib} MiB`);
    return {
      frames: ofFrames,
      peers: ofPeers,
      messages: ofMessages,
      calls: ofCalls,
      terminals,
      residentMib: { before: Math.round(beforeMib), after: Math.round(afterMib) },
      failures,
    };
  } finally {
    await system.stop();
  }
}

async function changes(system: ServingSystem, before: string): Promise<string[]> {
  const found = JSON.stringify(await system.stored()) === before ? [] : ['the stored books have changed'];
  const one = system.connect();
  try {
    found.push(...brokerDifferences(await readBoth(one.clients, FLOW_ACCOUNT)));
  } finally {
    one.close();
  }
  return found;
}
