import type { Share } from '@trading/platform-messaging';
import type { Assignment } from './co-partition';
import { partitionOf } from './partition-of';

/** The keys whose partitions a member is given. */
export function shareOf(assignment: Assignment, partitions: number): Share {
  const owned = new Set(Object.values(assignment).flat());
  return { owns: (key) => owned.has(partitionOf(key, partitions)) };
}
