import { evaluateFailConditions, type FailCondition, type FailVerdict } from '@trading/trading-evaluation';
import type { Summary } from './summary';

/** Whether a run meets a condition to fail by. A denial that did not occur occurred 0 times. */
export function failVerdict(summary: Summary, conditions: readonly FailCondition[]): FailVerdict {
  const denials: Record<string, number> = {};
  for (const { metric } of conditions) {
    if (metric.startsWith('denials.')) denials[metric.slice('denials.'.length)] = 0;
  }
  return evaluateFailConditions({ ...summary, denials: { ...denials, ...summary.denials } }, conditions);
}
