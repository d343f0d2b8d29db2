import { createHash } from 'node:crypto';
import type { Difference } from './outcome';

/**
 * `size` is what makes the difference another one: the gap between both sides, rather than the sides, which move on
 * while the gap stays.
 */
export function differenceOf(
  accountId: string,
  facts: Omit<Difference, 'differenceId'> & { readonly size: string },
): Difference {
  const { size, ...difference } = facts;
  const name = JSON.stringify([accountId, facts.kind, facts.symbol, facts.subject, size]);
  return { differenceId: `d${createHash('sha256').update(name).digest('hex').slice(0, 15)}`, ...difference };
}
