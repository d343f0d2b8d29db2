import { Counter, Histogram } from 'prom-client';
import { counter, histogram } from './metric';
import { LATENCY_BUCKETS_SECONDS } from './shared-metrics';

export type TopicOutcome = 'handled' | 'skipped' | 'retried' | 'dead_lettered';

/** Every so many messages one is timed: rates are exact, durations a sample. */
const TIMED_EVERY = 16;

const LABELS = ['service', 'topic', 'outcome'] as const;

const meters: TopicMeter[] = [];

/** Counts and times the messages that a service takes from a topic, cheaply enough for every tick. */
export class TopicMeter {
  private readonly pending = new Map<TopicOutcome, number>();
  private handled = 0;
  private begun = 0;

  constructor(
    private readonly service: string,
    private readonly topic: string,
    private readonly durations: Histogram<'service' | 'topic'>,
  ) {}

  /** A message begins; hand the answer to {@link end}. */
  start(): number {
    return this.begun++ % TIMED_EVERY === 0 ? performance.now() : -1;
  }

  end(outcome: TopicOutcome, startMs: number): void {
    if (outcome === 'handled') this.handled++;
    else this.pending.set(outcome, (this.pending.get(outcome) ?? 0) + 1);
    if (startMs < 0) return;
    const { service, topic } = this;
    this.durations.observe({ service, topic }, (performance.now() - startMs) / 1000);
  }

  /** Hands what was counted since the last time to the counter. */
  flush(into: Counter<(typeof LABELS)[number]>): void {
    const { service, topic } = this;
    if (this.handled > 0) into.inc({ service, topic, outcome: 'handled' }, this.handled);
    this.handled = 0;
    for (const [outcome, count] of this.pending) into.inc({ service, topic, outcome }, count);
    this.pending.clear();
  }
}

/** The meter of a service and topic. */
export function topicMeter(service: string, topic: string): TopicMeter {
  counter(
    'trading_topic_handled_total',
    'Messages taken from topics, by service, topic and outcome.',
    LABELS,
    (into) => {
      for (const meter of meters) meter.flush(into);
    },
  );
  const durations = histogram(
    'trading_topic_duration_seconds',
    'Duration of handling a message, by service and topic; one message in 16 is timed.',
    ['service', 'topic'],
    LATENCY_BUCKETS_SECONDS,
  );
  const meter = new TopicMeter(service, topic, durations);
  meters.push(meter);
  return meter;
}
