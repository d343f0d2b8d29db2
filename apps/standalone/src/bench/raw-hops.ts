import { percentilesOf, type Percentiles } from '../report/latency';
import { commitTimes } from './commit-times';
import { flushTimes } from './flush-times';
import { grpcCallTimes } from './grpc-call';
import { kafkaHopTimes } from './kafka-hop';
import type { HopName } from './order-hops';
import { tcpEchoTimes } from './tcp-echo';

/** About the size of an order or a prediction on its way. */
const BYTES = 400;

/**
 * The least that a step of an order takes on this machine: a message through Kafka, a gRPC call, a PostgreSQL commit, a
 * TCP round trip; and the flush of a file, which a simulated terminal does before it answers.
 */
export type RawHop = 'kafka' | 'grpc' | 'commit' | 'tcpEcho' | 'flush';
export type RawTimes = Readonly<Record<RawHop, readonly number[]>>;
export type RawPercentiles = Readonly<Record<RawHop, Percentiles>>;

export interface RawPlaces {
  readonly brokers: readonly string[];
  readonly databaseUrl: string;
  /** Is made and removed. */
  readonly file: string;
}

/** Measures each of them in turn, in µs. */
export async function rawTimes({ brokers, databaseUrl, file }: RawPlaces): Promise<RawTimes> {
  return {
    kafka: await kafkaHopTimes(brokers, 1_000, BYTES),
    grpc: await grpcCallTimes(2_000, BYTES),
    commit: await commitTimes(databaseUrl, 500),
    tcpEcho: await tcpEchoTimes(2_000, BYTES),
    flush: await flushTimes(file, 300, BYTES),
  };
}

/** Of several measurements together. */
export function rawPercentiles(...measured: readonly RawTimes[]): RawPercentiles {
  const of = (hop: RawHop): Percentiles => percentilesOf(measured.flatMap((times) => times[hop]));
  return { kafka: of('kafka'), grpc: of('grpc'), commit: of('commit'), tcpEcho: of('tcpEcho'), flush: of('flush') };
}

/**
 * What of it lies on the way of an order, by hop. The first call takes the order to execution, the second one asks
 * risk-manager, which stores its verdict, the third one takes the order to the gateway.
 */
const LIVE: Readonly<Record<HopName, readonly RawHop[]>> = {
  prediction: ['kafka'],
  decision: ['kafka'],
  decisionCommit: ['commit'],
  risk: ['grpc', 'grpc', 'commit'],
  orderCommit: ['commit'],
  gateway: ['grpc'],
  terminal: ['tcpEcho'],
};

/** In lockstep decision waits for risk-manager, which waits for execution: three messages one after another. */
const LOCKSTEP: typeof LIVE = { ...LIVE, decision: ['kafka', 'kafka'] };

export interface LeastTimes {
  readonly p50: number;
  readonly p99: number;
}

/** The sums of the percentiles of what lies on the way. */
export function leastTimes(raw: RawPercentiles, isLockstep: boolean): LeastTimes & { readonly withFlush: LeastTimes } {
  const path = Object.values(isLockstep ? LOCKSTEP : LIVE).flat();
  const sum = (hops: readonly RawHop[]): LeastTimes => ({
    p50: hops.reduce((total, hop) => total + (raw[hop].p50 ?? 0), 0),
    p99: hops.reduce((total, hop) => total + (raw[hop].p99 ?? 0), 0),
  });
  return { ...sum(path), withFlush: sum([...path, 'flush']) };
}
