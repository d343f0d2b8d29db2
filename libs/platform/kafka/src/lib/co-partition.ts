/** A member of a group and the topics that it takes. */
export interface GroupMember {
  readonly id: string;
  readonly topics: readonly string[];
}

/** Partitions by topic. */
export type Assignment = Record<string, number[]>;

/**
 * Shares the partitions of a group: a partition's index goes to the same member on every topic, so that who owns a key
 * gets it on all routes. While members with different topics meet (as one version replaces another), an index goes to
 * the next member that takes the topic.
 */
export function coPartition(
  members: readonly GroupMember[],
  partitions: ReadonlyMap<string, readonly number[]>,
): ReadonlyMap<string, Assignment> {
  const sorted = [...members].sort((a, b) => (a.id < b.id ? -1 : 1));
  const assignments = new Map(sorted.map(({ id }): [string, Assignment] => [id, {}]));
  for (const [topic, indexes] of partitions) {
    for (const index of indexes) {
      const owner = ownerOf(index, topic, sorted);
      const assignment = owner && assignments.get(owner.id);
      if (assignment) (assignment[topic] ??= []).push(index);
    }
  }
  return assignments;
}

function ownerOf(index: number, topic: string, members: readonly GroupMember[]): GroupMember | undefined {
  for (let i = 0; i < members.length; i++) {
    const member = members[(index + i) % members.length];
    if (member?.topics.includes(topic)) return member;
  }
  return undefined;
}
