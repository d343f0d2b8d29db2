import type { common, execution } from '@trading/contracts';
import { percentilesOf, type Percentiles } from '../report/latency';

type HopsField = keyof common.Hops;

/** The hops of an order in their order, each named after what happens until it is reached. */
const HOPS = [
  ['prediction', 'tickReceivedUs', 'predictedUs'],
  ['decision', 'predictedUs', 'decidedUs'],
  ['decisionCommit', 'decidedUs', 'decisionCommittedUs'],
  ['risk', 'decisionCommittedUs', 'riskCheckedUs'],
  ['orderCommit', 'riskCheckedUs', 'orderCommittedUs'],
  ['gateway', 'orderCommittedUs', 'gatewaySentUs'],
  ['terminal', 'gatewaySentUs', 'terminalAckedUs'],
] as const satisfies readonly (readonly [name: string, from: HopsField, to: HopsField])[];

export type HopName = (typeof HOPS)[number][0];

/** Orders that a strategy's decision led to, with all their times. */
export function timedOrders(orders: readonly execution.Order[]): execution.Order[] {
  return orders.filter(({ hops }) => hops !== undefined && hops.tickReceivedUs > 0 && hops.terminalAckedUs > 0);
}

/** Times of each hop by the clock on the wall, in µs. */
export function hopTimes(orders: readonly execution.Order[]): Readonly<Record<HopName, Percentiles>> {
  const entries = HOPS.map(([name, from, to]) => [name, percentilesOf(timesBetween(orders, from, to))] as const);
  return Object.fromEntries(entries) as Record<HopName, Percentiles>;
}

function timesBetween(orders: readonly execution.Order[], from: HopsField, to: HopsField): number[] {
  return orders.flatMap(({ hops }) =>
    hops !== undefined && hops[from] > 0 && hops[to] > 0 ? [hops[to] - hops[from]] : [],
  );
}
