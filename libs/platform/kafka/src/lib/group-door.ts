import { AssignerProtocol, type Broker, type Cluster, type PartitionAssigner } from 'kafkajs';
import { coPartition, type Assignment } from './co-partition';

/** What kafkajs' brokers can do besides what it declares. */
type GroupBroker = Broker & {
  joinGroup(request: object): Promise<{ readonly generationId: number; readonly memberId: string }>;
  heartbeat(request: { groupId: string; groupGenerationId: number; memberId: string }): Promise<unknown>;
};

/** The position of a partition that a group has never been at. */
export const NEVER = -1;
/** What kafkajs commits when a position has expired with its messages. */
export const FIRST = -2;

const NAME = 'co-partition';
const VERSION = 1;

/** The offset of a partition: of the next message to be handled. */
export interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/**
 * What the consumer of kafkajs does not offer: a moment before it joins its group anew, in which the work on what it
 * owned ends, and commits within the generation that owned it. Both are had through the cluster that kafkajs hands to
 * its partition assigner, which belongs to this consumer alone.
 */
export class GroupDoor {
  private cluster: Cluster | undefined;
  private find: ((group: { groupId: string }) => Promise<Broker>) | undefined;
  private coordinator: GroupBroker | undefined;
  private membership: { readonly memberId: string; readonly groupGenerationId: number } | undefined;
  private readonly watched = new WeakSet<GroupBroker>();

  constructor(
    private readonly groupId: string,
    /** Resolves when the group may share its partitions anew. */
    private readonly beforeJoin: () => Promise<void>,
  ) {}

  readonly assigner: PartitionAssigner = ({ cluster }) => {
    const find = cluster.findGroupCoordinator.bind(cluster);
    this.cluster = cluster;
    this.find = find;
    // kafkajs looks for the coordinator whenever it is about to join, and at no other time.
    cluster.findGroupCoordinator = async (group) => {
      await this.beforeJoin();
      return this.watch((await find(group)) as GroupBroker);
    };
    return {
      name: NAME,
      version: VERSION,
      protocol: ({ topics }) => ({
        name: NAME,
        metadata: AssignerProtocol.MemberMetadata.encode({ version: VERSION, topics, userData: Buffer.alloc(0) }),
      }),
      assign: async ({ members }) => {
        const known = members.map(({ memberId, memberMetadata }) => ({
          id: memberId,
          topics: AssignerProtocol.MemberMetadata.decode(memberMetadata)?.topics ?? [],
        }));
        const topics = [...new Set(known.flatMap((member) => member.topics))].sort();
        await cluster.addMultipleTargetTopics(topics);
        const partitions = new Map(topics.map((topic) => [topic, partitionsOf(cluster, topic)]));
        return [...coPartition(known, partitions)].map(([memberId, assignment]) => ({
          memberId,
          memberAssignment: AssignerProtocol.MemberAssignment.encode({
            version: VERSION,
            assignment,
            userData: Buffer.alloc(0),
          }),
        }));
      },
    };
  };

  /** Positions that the group has committed: {@link NEVER} where it has none, {@link FIRST} for the first message left. */
  async committed(assignment: Assignment): Promise<Position[]> {
    const topics = Object.entries(assignment).map(([topic, partitions]) => ({
      topic,
      partitions: partitions.map((partition) => ({ partition, offset: '' })),
    }));
    const { responses } = await (await this.broker()).offsetFetch({ groupId: this.groupId, topics });
    return positions(responses);
  }

  /** Positions behind the last message of each partition, or of the first message that is left. */
  async edges(assignment: Assignment, edge: 'first' | 'end'): Promise<Position[]> {
    if (Object.keys(assignment).length === 0) return [];
    const topics = Object.entries(assignment).map(([topic, partitions]) => ({
      topic,
      partitions: partitions.map((partition) => ({ partition })),
      fromBeginning: edge === 'first',
    }));
    return positions(await this.needed(this.cluster).fetchTopicsOffset(topics));
  }

  /** Refused by the broker when the group's partitions have been shared anew. */
  async commit(offsets: readonly Position[]): Promise<void> {
    const topics = new Map<string, { partition: number; offset: string }[]>();
    for (const { topic, partition, offset } of offsets) {
      const partitions = topics.get(topic) ?? [];
      partitions.push({ partition, offset: String(offset) });
      topics.set(topic, partitions);
    }
    try {
      await (
        await this.broker()
      ).offsetCommit({
        groupId: this.groupId,
        ...this.needed(this.membership),
        topics: [...topics].map(([topic, partitions]) => ({ topic, partitions })),
      });
    } catch (error) {
      this.coordinator = undefined;
      throw error;
    }
  }

  /** Keeps the membership while the consumer waits to join anew. */
  async heartbeat(): Promise<void> {
    const broker = await this.broker();
    // While the group waits for this member, the answer is an error that says so; the broker has heard it all the same.
    await broker.heartbeat({ groupId: this.groupId, ...this.needed(this.membership) }).catch(() => undefined);
  }

  private watch(broker: GroupBroker): GroupBroker {
    this.coordinator = broker;
    if (this.watched.has(broker)) return broker;
    this.watched.add(broker);
    const join = broker.joinGroup.bind(broker);
    broker.joinGroup = async (request) => {
      const joined = await join(request);
      this.membership = { memberId: joined.memberId, groupGenerationId: joined.generationId };
      return joined;
    };
    return broker;
  }

  private async broker(): Promise<GroupBroker> {
    if (this.coordinator?.isConnected() === true) return this.coordinator;
    this.coordinator = (await this.needed(this.find)({ groupId: this.groupId })) as GroupBroker;
    return this.coordinator;
  }

  private needed<T>(thing: T | undefined): T {
    if (thing === undefined) throw new Error(`The consumer of ${this.groupId} has not joined its group.`);
    return thing;
  }
}

function partitionsOf(cluster: Cluster, topic: string): number[] {
  const partitions = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
  return partitions.sort((a, b) => a - b);
}

function positions(
  topics: readonly { topic: string; partitions: readonly { partition: number; offset: string }[] }[],
): Position[] {
  return topics.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) })),
  );
}
