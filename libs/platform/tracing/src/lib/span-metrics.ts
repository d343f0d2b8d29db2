import { counter } from '@trading/platform-metrics';

export type DropReason = 'queue_full' | 'refused' | 'shutdown';

/** What became of recorded spans; made when first asked for. */
export function spanMetrics() {
  return {
    exported: counter('trading_trace_spans_exported_total', 'Spans of traces that the collector has taken.'),
    dropped: counter(
      'trading_trace_spans_dropped_total',
      'Spans of traces that were lost, by reason: queue_full, refused (by the collector), shutdown.',
      ['reason'],
    ),
  };
}
