import { type DynamicModule, Module } from '@nestjs/common';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { collectDefaultMetrics, register } from 'prom-client';

/** Serves `/metrics`; belongs into the one HTTP application of a process. */
@Module({})
export class MetricsModule {
  static forProcess(): DynamicModule {
    collectProcessMetrics();
    return {
      module: MetricsModule,
      // Its own switch for process metrics throws when used twice in a process; ours does not.
      imports: [PrometheusModule.register({ path: '/metrics', defaultMetrics: { enabled: false } })],
    };
  }
}

/** Collects CPU, memory, garbage collection and event-loop lag, once per process however often it is called. */
export function collectProcessMetrics(): void {
  if (register.getSingleMetric('nodejs_eventloop_lag_seconds') === undefined) {
    collectDefaultMetrics();
  }
}

/** All metrics in the Prometheus text format. */
export function metricsText(): Promise<string> {
  return register.metrics();
}
