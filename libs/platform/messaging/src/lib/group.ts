import type { Share } from './event-bus';
import { GroupQueue, type GroupPolicy } from './group-queue';
import type { Member } from './member';
import { ownerOf } from './owner';

/** What a group tells of a member that could not take its share. */
export type ShareFailed = (failure: { group: string; error: unknown; attempt: number; retryInMs: number }) => void;

/**
 * The members of one group and its queues by topic. Whenever a member comes or goes, nothing is handled until every
 * handler at work has ended and every member has taken its new share of the keys.
 */
export class Group {
  private readonly queues = new Map<string, GroupQueue>();
  private members: readonly Member[] = [];
  private readonly leaving = new Set<Member>();
  private version = 0;
  private sharing: Promise<void> | undefined;

  constructor(
    readonly name: string,
    private readonly policy: GroupPolicy,
    private readonly shareFailed: ShareFailed,
  ) {}

  /** The queue of a topic, which keeps the topic's messages from now on. */
  queueOf(topic: string): GroupQueue {
    let queue = this.queues.get(topic);
    if (queue === undefined) this.queues.set(topic, (queue = new GroupQueue(topic, this.name, this.policy)));
    return queue;
  }

  /** Resolves when the member has its share. */
  async join(member: Member): Promise<void> {
    this.members = [...this.members, member];
    for (const topic of member.topics) this.queueOf(topic);
    await this.reshare();
  }

  /** Resolves when no handler of the member is at work any more. */
  async leave(member: Member): Promise<void> {
    this.members = this.members.filter((other) => other !== member);
    this.leaving.add(member);
    void this.reshare();
    member.interrupt();
    await member.idle();
  }

  private reshare(): Promise<void> {
    this.version++;
    for (const queue of this.queues.values()) queue.hold();
    if (this.sharing !== undefined) return this.sharing;
    if (this.isQuiet) {
      this.release();
      return Promise.resolve();
    }
    this.sharing = this.share();
    return this.sharing;
  }

  /** Nobody is at work and nobody asks for shares: they change at once. */
  private get isQuiet(): boolean {
    const free = (member: Member): boolean => member.isIdle && !member.wantsShare;
    return this.members.every(free) && [...this.leaving].every((member) => member.isIdle);
  }

  private async share(): Promise<void> {
    let version: number;
    do {
      version = this.version;
      const working = [...this.members, ...this.leaving];
      for (const member of working) member.interrupt();
      await Promise.all(working.map((member) => member.idle()));
      for (const member of this.members) member.resume();
      if (version === this.version) await Promise.all(this.members.map((member) => this.tell(member, version)));
    } while (version !== this.version);
    this.sharing = undefined;
    this.release();
  }

  private release(): void {
    this.leaving.clear();
    for (const [topic, queue] of this.queues) queue.release(this.members.filter((member) => member.takes(topic)));
    this.policy.drained();
  }

  private async tell(member: Member, version: number): Promise<void> {
    if (!member.wantsShare) return;
    const share = this.shareOf(member);
    for (let attempt = 1; version === this.version; attempt++) {
      try {
        await member.share(share);
        return;
      } catch (error) {
        const retryInMs = this.policy.retryMs(attempt);
        this.shareFailed({ group: this.name, error, attempt, retryInMs });
        await member.pause(this.policy.sleep(retryInMs));
      }
    }
  }

  private shareOf(member: Member): Share {
    const candidates = [...member.topics].map((topic) => this.members.filter((other) => other.takes(topic)));
    return { owns: (key) => candidates.some((members) => ownerOf(key, members) === member) };
  }
}
