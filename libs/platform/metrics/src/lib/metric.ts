import { Counter, Gauge, Histogram, register, type Metric } from 'prom-client';

const NAME = /^trading(_[a-z][a-z0-9]*)+$/;

/**
 * The counter of this name, made on first use. Names: `trading_<service>_<what>_total`, shared `trading_<what>_total`.
 * `collect` is called whenever it is read, to add what was counted elsewhere.
 */
export function counter<L extends string>(
  name: string,
  help: string,
  labels: readonly L[] = [],
  collect?: (counter: Counter<L>) => void,
): Counter<L> {
  if (!name.endsWith('_total')) {
    throw new TypeError(`A counter's name ends in _total: ${name}.`);
  }
  return (
    existing(name, Counter) ??
    new Counter<L>({
      name: checked(name),
      help,
      labelNames: labels,
      ...(collect && {
        collect() {
          collect(this);
        },
      }),
    })
  );
}

/** The gauge of this name, made on first use. Names end in the unit. */
export function gauge<L extends string>(name: string, help: string, labels: readonly L[] = []): Gauge<L> {
  return existing(name, Gauge) ?? new Gauge<L>({ name: checked(name), help, labelNames: labels });
}

/** The histogram of this name, made on first use; `buckets` ascending, in the unit of the name. */
export function histogram<L extends string>(
  name: string,
  help: string,
  labels: readonly L[] = [],
  buckets?: readonly number[],
): Histogram<L> {
  return (
    existing(name, Histogram) ??
    new Histogram<L>({ name: checked(name), help, labelNames: labels, ...(buckets ? { buckets: [...buckets] } : {}) })
  );
}

/** One row of the generated table of metrics. */
export interface MetricRow {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly help: string;
}

/** The metrics made so far that are ours, by name. */
export async function describeMetrics(): Promise<MetricRow[]> {
  const metrics = await register.getMetricsAsJSON();
  return metrics
    .filter(({ name }) => NAME.test(name))
    .map(({ name, type, help }) => ({ name, type: String(type), labels: labelsOf(name), help }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** prom-client keeps the names of labels on the metric and leaves them out of its types. */
function labelsOf(name: string): readonly string[] {
  const metric = register.getSingleMetric(name) as { readonly labelNames?: readonly string[] } | undefined;
  return metric?.labelNames ?? [];
}

function existing<M extends Metric>(name: string, kind: abstract new (...args: never[]) => M): M | undefined {
  const metric = register.getSingleMetric(name);
  if (metric !== undefined && !(metric instanceof kind)) {
    throw new TypeError(`The metric ${name} exists with another type.`);
  }
  return metric;
}

function checked(name: string): string {
  if (!NAME.test(name)) {
    throw new TypeError(`A metric is called trading_<service>_<what>_<unit> or trading_<what>_<unit>, not ${name}.`);
  }
  return name;
}
