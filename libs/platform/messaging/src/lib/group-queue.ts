import type { BusCounts, DeliveryFailure } from './bus-options';
import { PoisonMessage } from './errors';
import type { Delivery, Handler, Subscription } from './event-bus';
import { Fifo } from './fifo';
import { Member } from './member';

/** Deliveries handled in one go before timers and sockets get their turn. */
const DELIVERIES_PER_TURN = 512;

/** What the queues of one bus share. */
export interface GroupPolicy {
  readonly queueLimit: number;
  readonly sleep: (ms: number) => Promise<void>;
  retryMs(attempt: number): number;
  failed(failure: DeliveryFailure): void;
  dead(group: string, delivery: Delivery<unknown>, reason: string): void;
  discarded(group: string, topic: string): void;
  /** Called when the queue has nothing left to do. */
  drained(): void;
  readonly counts: { -readonly [K in keyof BusCounts]: number };
}

/** The messages of one key behind one that is still being handled. */
interface Lane<T> {
  readonly waiting: Fifo<Delivery<T>>;
  running: boolean;
}

/**
 * The messages of one group on one topic. A synchronous handler runs through them without a promise; a key gets a
 * lane only while a message of it is being handled asynchronously, tried again or waits behind such a one.
 */
export class GroupQueue<T> {
  private readonly incoming = new Fifo<Delivery<T>>();
  private readonly lanes = new Map<string, Lane<T>>();
  private members: readonly Member<T>[] = [];
  private depth = 0;
  private scheduled = false;
  private room: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  private readonly drain = (): void => this.turn();

  constructor(
    private readonly group: string,
    private readonly policy: GroupPolicy,
  ) {}

  /** True when nothing is queued or in flight that a member could handle. */
  get isIdle(): boolean {
    return this.depth === 0 || this.members.length === 0;
  }

  /** Takes a message; a promise is returned only when the publisher should wait. */
  push(delivery: Delivery<T>): Promise<void> | undefined {
    this.incoming.push(delivery);
    this.depth++;
    if (this.members.length === 0) {
      if (this.incoming.length > this.policy.queueLimit) this.discardOldest();
      return undefined;
    }
    this.schedule();
    if (this.depth <= this.policy.queueLimit) return undefined;
    if (this.room === undefined) {
      let resolve: () => void = () => undefined;
      const promise = new Promise<void>((done) => {
        resolve = done;
      });
      this.room = { promise, resolve };
    }
    return this.room.promise;
  }

  join(handler: Handler<T>): Subscription {
    const member = new Member(handler);
    this.members = [...this.members, member];
    for (const [key, lane] of this.lanes) if (!lane.running) this.run(key, lane, undefined);
    if (this.incoming.length > 0) this.schedule();
    return {
      stop: async () => {
        this.members = this.members.filter((other) => other !== member);
        if (this.members.length === 0) this.makeRoom();
        await member.stop();
        if (this.isIdle) this.policy.drained();
      },
    };
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(this.drain);
  }

  private turn(): void {
    let budget = DELIVERIES_PER_TURN;
    while (this.members.length > 0 && budget-- > 0) {
      const delivery = this.incoming.shift();
      if (delivery === undefined) break;
      const lane = this.lanes.size > 0 ? this.lanes.get(delivery.key) : undefined;
      if (lane === undefined) this.start(delivery);
      else lane.waiting.push(delivery);
    }
    this.scheduled = this.incoming.length > 0 && this.members.length > 0;
    if (this.scheduled) setImmediate(this.drain);
  }

  private start(delivery: Delivery<T>): void {
    const member = this.memberFor(delivery.key);
    if (member === undefined) {
      this.incoming.unshift(delivery);
      return;
    }
    member.enter();
    let running: Promise<void> | undefined;
    try {
      running = member.handle(delivery);
    } catch (error) {
      running = rejected(error);
    }
    if (running === undefined) {
      member.leave();
      this.settle(true);
      return;
    }
    const lane: Lane<T> = { waiting: new Fifo(4), running: false };
    this.lanes.set(delivery.key, lane);
    this.run(delivery.key, lane, { delivery, member, running });
  }

  private run(key: string, lane: Lane<T>, current: Attempt<T> | undefined): void {
    lane.running = true;
    void this.work(key, lane, current);
  }

  /** Handles a lane's messages one after another until none is left or nobody is there to handle them. */
  private async work(key: string, lane: Lane<T>, current: Attempt<T> | undefined): Promise<void> {
    if (current !== undefined) await this.finish(lane, current);
    for (;;) {
      const member = this.memberFor(key);
      const delivery = member === undefined ? undefined : lane.waiting.shift();
      if (member === undefined || delivery === undefined) break;
      member.enter();
      await this.finish(lane, { delivery, member, running: undefined });
    }
    lane.running = false;
    if (lane.waiting.length === 0) this.lanes.delete(key);
  }

  /** Sees one message through, trying again as often as it takes; a stopping member puts it back. */
  private async finish(lane: Lane<T>, { delivery, member, running }: Attempt<T>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await (attempt === 1 && running !== undefined ? running : member.handle(delivery));
        member.leave();
        this.settle(true);
        return;
      } catch (error) {
        if (error instanceof PoisonMessage) {
          this.policy.dead(this.group, delivery, error.reason);
          member.leave();
          this.settle(false);
          return;
        }
        const retryInMs = this.policy.retryMs(attempt);
        this.policy.failed({ group: this.group, delivery, error, attempt, retryInMs });
        if (!member.stopping) await member.pause(this.policy.sleep(retryInMs));
        if (member.stopping) {
          lane.waiting.unshift(delivery);
          member.leave();
          return;
        }
      }
    }
  }

  private settle(delivered: boolean): void {
    if (delivered) this.policy.counts.delivered++;
    this.depth--;
    if (this.room !== undefined && this.depth <= this.policy.queueLimit / 2) this.makeRoom();
    if (this.depth === 0) this.policy.drained();
  }

  private makeRoom(): void {
    this.room?.resolve();
    this.room = undefined;
  }

  private discardOldest(): void {
    const oldest = this.incoming.shift();
    if (oldest === undefined) return;
    this.depth--;
    this.policy.discarded(this.group, oldest.topic);
  }

  private memberFor(key: string): Member<T> | undefined {
    if (this.members.length < 2) return this.members[0];
    let hash = 0;
    for (let i = 0; i < key.length; i++) hash = (hash * 31 + key.charCodeAt(i)) | 0;
    return this.members[Math.abs(hash) % this.members.length];
  }
}

/** A rejected promise, so that a handler that throws and one that rejects are treated alike. */
async function rejected(error: unknown): Promise<never> {
  throw error;
}

interface Attempt<T> {
  readonly delivery: Delivery<T>;
  readonly member: Member<T>;
  /** The handler's promise when it was called already. */
  readonly running: Promise<void> | undefined;
}
