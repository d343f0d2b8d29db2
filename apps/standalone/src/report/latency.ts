import type { execution } from '@trading/contracts';
import type { Summary } from './summary';

/** By nearest rank; null of no values. */
export interface Percentiles {
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

export function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const percentile = (pct: number): number | null =>
    sorted[Math.max(0, Math.ceil((pct / 100) * sorted.length) - 1)] ?? null;
  return { p50: percentile(50), p99: percentile(99), max: sorted.at(-1) ?? null };
}

/** Wall-clock time from the arrival of a tick to the terminal's answer to the order that it caused. */
export function latencyOf(orders: readonly execution.Order[]): Summary['latencyUs'] {
  return percentilesOf(
    orders.flatMap(({ hops }) => {
      if (hops === undefined || hops.tickReceivedUs <= 0 || hops.terminalAckedUs <= 0) return [];
      return [hops.terminalAckedUs - hops.tickReceivedUs];
    }),
  );
}
