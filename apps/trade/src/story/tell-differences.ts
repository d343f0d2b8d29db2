import type { execution } from '@trading/contracts';
import { differenceWords } from '../reconcile/difference-words';
import { block } from './block';

/** What comparisons with the broker found about these orders; nothing when they found nothing. */
export function tellDifferences(differences: readonly execution.Difference[]): string[] {
  return differences.length === 0 ? [] : [block('Compared with the broker', differences.map(differenceWords))];
}

/** Of all differences of an account those about these orders: by their ids, or by their tickets. */
export function differencesOf(
  orders: readonly execution.Order[],
  differences: readonly execution.Difference[],
): execution.Difference[] {
  const subjects = new Set(orders.flatMap(({ request, brokerTicket }) => [request?.coid ?? '', brokerTicket]));
  subjects.delete('');
  return differences.filter(({ subject }) => subjects.has(subject));
}
