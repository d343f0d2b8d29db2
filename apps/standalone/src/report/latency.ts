import type { execution } from '@trading/contracts';
import type { Summary } from './summary';

/** Wall-clock time from the arrival of a tick to the terminal's answer to the order that it caused: nearest rank. */
export function latencyOf(orders: readonly execution.Order[]): Summary['latencyUs'] {
  const latencies = orders.flatMap(({ hops }) => {
    if (hops === undefined || hops.tickReceivedUs <= 0 || hops.terminalAckedUs <= 0) return [];
    return [hops.terminalAckedUs - hops.tickReceivedUs];
  });
  latencies.sort((a, b) => a - b);
  const percentile = (pct: number): number | null =>
    latencies[Math.max(0, Math.ceil((pct / 100) * latencies.length) - 1)] ?? null;
  return { p50: percentile(50), p99: percentile(99), max: latencies.at(-1) ?? null };
}
