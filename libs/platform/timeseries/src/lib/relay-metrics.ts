import { counter, gauge } from '@trading/platform-metrics';
import type { Counter } from 'prom-client';
import type { RelayBuffer, RelayCounts } from './relay-buffer';

const OUTCOMES = ['written', 'stored', 'dropped', 'refused'] as const;

const shown = new Map<RelayBuffer, RelayCounts>();
const NOTHING: RelayCounts = { written: 0, stored: 0, buffered: 0, dropped: 0, refused: 0, retries: 0, overflows: 0 };

/** Adds what was counted since the last reading. */
function update(rows: Counter<'outcome'>): void {
  let waiting = 0;
  for (const [relay, before] of shown) {
    const now = relay.counts();
    for (const outcome of OUTCOMES) rows.inc({ outcome }, now[outcome] - before[outcome]);
    retries.inc(now.retries - before.retries);
    waiting += now.buffered;
    shown.set(relay, now);
  }
  buffered.set(waiting);
}

// The first of the three, because metrics are read in the order in which they were made.
const rows = counter(
  'trading_time_series_rows_total',
  'Rows written, stored, dropped for want of room and refused by the time series server, by outcome.',
  ['outcome'],
  update,
);
const buffered = gauge('trading_time_series_buffered_rows', 'Rows that wait for the time series server.');
const retries = counter('trading_time_series_retries_total', 'Failed tries to store a batch of rows.');

/** Shows a buffer's counts whenever metrics are read, until the returned function is called. */
export function showRelay(relay: RelayBuffer): () => void {
  shown.set(relay, NOTHING);
  return () => {
    update(rows);
    shown.delete(relay);
  };
}
