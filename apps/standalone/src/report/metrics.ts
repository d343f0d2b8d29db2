/** Every number of a summary by its path, for conditions on it; beside them `denials.CODE` for any code. */
export const METRICS: readonly string[] = [
  'ticks',
  'crossedTicks',
  'bars',
  'decisions',
  'orders.submitted',
  'orders.filled',
  'orders.denied',
  'orders.rejected',
  'orders.unknown',
  'orders.byBroker',
  'fills',
  'trades',
  'balance',
  'equity',
  'pnl',
  'maxDrawdownPct',
  'buyAndHoldPnl',
  'winRatePct',
  'profitFactor',
  'costs.commission',
  'costs.swap',
  'skippedRows.count',
  'booksAgree.difference',
  'latencyUs.p50',
  'latencyUs.p99',
  'latencyUs.max',
  'ticksPerSecond',
  'elapsedS',
];

export function isMetric(name: string): boolean {
  return METRICS.includes(name) || /^denials\.[A-Z][A-Z0-9_]*$/.test(name);
}
