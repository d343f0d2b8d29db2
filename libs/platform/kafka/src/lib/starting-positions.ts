import type { Assignment } from './co-partition';
import { FIRST, type GroupDoor, NEVER, type Position } from './group-door';

export const placeKey = ({ topic, partition }: Pick<Position, 'topic' | 'partition'>): string =>
  `${topic} ${partition}`;

/**
 * Where each partition of an assignment goes on: where the group was, or behind what is there when it has never been
 * here, which is committed at once so that nothing published from now on is lost.
 *
 * @param remembered positions of a consumer that takes everything, by {@link placeKey}; it fills them at its start, and
 * the group commits none
 */
export async function startOf(
  door: Pick<GroupDoor, 'committed' | 'edges' | 'commit'>,
  assignment: Assignment,
  remembered: Map<string, Position> | undefined,
): Promise<Position[]> {
  if (Object.keys(assignment).length === 0) return [];
  if (remembered !== undefined) {
    if (remembered.size === 0) {
      for (const at of await door.edges(assignment, 'end')) remembered.set(placeKey(at), at);
    }
    return Object.entries(assignment).flatMap(([topic, own]) =>
      own.flatMap((partition) => remembered.get(placeKey({ topic, partition })) ?? []),
    );
  }
  const committed = await door.committed(assignment);
  const at = (offset: number): Assignment => partitionsAt(committed, offset);
  const fresh = await door.edges(at(NEVER), 'end');
  if (fresh.length > 0) await door.commit(fresh);
  const expired = await door.edges(at(FIRST), 'first');
  return [...committed.filter(({ offset }) => offset >= 0), ...fresh, ...expired];
}

function partitionsAt(positions: readonly Position[], wanted: number): Assignment {
  const found: Assignment = {};
  for (const { topic, partition, offset } of positions) if (offset === wanted) (found[topic] ??= []).push(partition);
  return found;
}
