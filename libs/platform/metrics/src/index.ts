/**
 * Metrics on prom-client's one registry, get-or-create by name, so that services sharing a process share a metric and
 * differ by its `service` label. Touches nothing but that registry. Start with `metric`.
 */
export { counter, describeMetrics, gauge, histogram, type MetricRow } from './lib/metric';
export { LATENCY_BUCKETS_SECONDS, recordRpc } from './lib/shared-metrics';
export { topicMeter, type TopicMeter, type TopicOutcome } from './lib/topic-meter';
export { collectProcessMetrics, metricsText, MetricsModule } from './lib/metrics.module';
