import { counter, gauge, histogram, LATENCY_BUCKETS_SECONDS } from '@trading/platform-metrics';

// Topics and groups are those of the catalogue and of the services, so the labels are bounded: a group that a consumer
// has for itself counts under the name that it was given.
export const kafkaMetrics = {
  lag: gauge(
    'trading_kafka_lag_messages',
    'Messages of the partitions that this process owns which its group has not handled yet, by group and topic.',
    ['group', 'topic'],
  ),
  retries: counter(
    'trading_kafka_retries_total',
    'Messages delivered again because their handler failed, by group and topic.',
    ['group', 'topic'],
  ),
  deadLetters: counter(
    'trading_kafka_dead_letters_total',
    'Messages that went to the dead letters, by group and topic.',
    ['group', 'topic'],
  ),
  rebalances: counter(
    'trading_kafka_rebalances_total',
    "Times that a group's partitions were shared anew, the first included, by group.",
    ['group'],
  ),
  consumerRestarts: counter(
    'trading_kafka_consumer_restarts_total',
    'Consumers made anew because the old one could not go on, by group.',
    ['group'],
  ),
  publishQueue: gauge(
    'trading_kafka_publish_queue_messages',
    'Messages published and not yet acknowledged by the brokers, by topic.',
    ['topic'],
  ),
  publishSeconds: histogram(
    'trading_kafka_publish_duration_seconds',
    'Time from publishing until all replicas have the message, by topic; the first message of each request is timed.',
    ['topic'],
    LATENCY_BUCKETS_SECONDS,
  ),
  publishFailures: counter(
    'trading_kafka_publish_failures_total',
    'Requests to publish that failed and are sent again, by topic.',
    ['topic'],
  ),
} as const;
