/** `metric op value`, such as `maxDrawdownPct>10`: a run fails when it holds. */
export interface FailCondition {
  readonly text: string;
  /** Path into the summary, with points: `orders.rejected`. */
  readonly metric: string;
  readonly op: FailOperator;
  readonly value: number;
}

export type FailOperator = '>' | '>=' | '<' | '<=' | '==';

export type FailVerdict =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly failures: readonly FailedCondition[] }
  | {
      readonly kind: 'unknownMetric';
      readonly metric: string;
      readonly known: readonly string[];
      readonly message: string;
    };

export interface FailedCondition {
  readonly condition: FailCondition;
  readonly observed: number;
  readonly message: string;
}

const CONDITION =
  /^\s*([A-Za-z_][\w]*(?:\.[A-Za-z_]\w*)*)\s*(>=|<=|==|>|<)\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*$/;

const HOLDS: Readonly<Record<FailOperator, (observed: number, value: number) => boolean>> = {
  '>': (observed, value) => observed > value,
  '>=': (observed, value) => observed >= value,
  '<': (observed, value) => observed < value,
  '<=': (observed, value) => observed <= value,
  '==': (observed, value) => observed === value,
};

/** Reads one condition; `undefined` when the text is none. */
export function parseFailCondition(text: string): FailCondition | undefined {
  const match = CONDITION.exec(text);
  const [, metric, op, value] = match ?? [];
  if (metric === undefined || op === undefined || value === undefined) return undefined;
  return { text: text.trim(), metric, op: op as FailOperator, value: Number(value) };
}

/**
 * Compares a summary with conditions. Numbers and strings that are numbers (money) are metrics; a metric that the
 * summary does not have is an answer of its own, naming those it has, because a condition that is never met by a
 * misspelling protects nothing. A metric that is `null` in this run (no value) meets no condition.
 */
export function evaluateFailConditions(summary: object, conditions: readonly FailCondition[]): FailVerdict {
  const metrics = metricsOf(summary);
  const failures: FailedCondition[] = [];
  for (const condition of conditions) {
    const observed = metrics.get(condition.metric);
    if (observed === undefined) return unknownMetric(condition.metric, [...metrics.keys()]);
    if (observed === null || !HOLDS[condition.op](observed, condition.value)) continue;
    failures.push({
      condition,
      observed,
      message: `${condition.metric} is ${observed}, which is ${condition.op} ${condition.value}.`,
    });
  }
  return failures.length > 0 ? { kind: 'failed', failures } : { kind: 'passed' };
}

/** The metrics of a summary by their paths. */
export function metricsOf(summary: object): Map<string, number | null> {
  const metrics = new Map<string, number | null>();
  const visit = (value: unknown, path: string): void => {
    if (value === null || typeof value === 'number') metrics.set(path, value);
    else if (typeof value === 'string' && /^[+-]?\d+(\.\d+)?$/.test(value)) metrics.set(path, Number(value));
    else if (typeof value === 'object' && !Array.isArray(value)) {
      for (const [key, inner] of Object.entries(value as Record<string, unknown>))
        visit(inner, path === '' ? key : `${path}.${key}`);
    }
  };
  visit(summary, '');
  return metrics;
}

function unknownMetric(metric: string, known: readonly string[]): FailVerdict {
  const message = `The summary has no metric ${metric}. It has: ${known.join(', ')}.`;
  return { kind: 'unknownMetric', metric, known, message };
}
