import { histogram } from './metric';

/** From half a millisecond, below which calls on one machine rarely are, to the longest deadline. */
export const LATENCY_BUCKETS_SECONDS: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

/** Counts and times one gRPC call; `code` is the status name (`OK`, `NOT_FOUND`). Streams last until they end. */
export function recordRpc(service: string, method: string, code: string, durationSeconds: number): void {
  histogram(
    'trading_rpc_duration_seconds',
    'Duration of gRPC calls answered, by service, method and status.',
    ['service', 'method', 'code'],
    LATENCY_BUCKETS_SECONDS,
  ).observe({ service, method, code }, durationSeconds);
}
