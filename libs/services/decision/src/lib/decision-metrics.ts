import type { decision } from '@trading/contracts';
import { counter } from '@trading/platform-metrics';

const decisions = counter('trading_decision_decisions_total', 'Decisions made, by strategy and what came of them.', [
  'strategy',
  'action',
]);

export function countDecision({ strategyName, legs }: decision.Decision): void {
  decisions.inc({ strategy: strategyName, action: legs.length > 0 ? 'order' : 'hold' });
}
