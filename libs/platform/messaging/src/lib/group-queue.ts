import type { BusCounts, DeliveryFailure } from './bus-options';
import { PoisonMessage } from './errors';
import type { Delivery, Handler } from './event-bus';
import { Fifo } from './fifo';
import { called, type Member } from './member';
import { ownerOf } from './owner';

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

interface Worker {
  readonly member: Member;
  readonly handler: Handler<unknown>;
}

/** The messages of one key behind one that is still being handled. */
interface Lane {
  readonly waiting: Fifo<Delivery<unknown>>;
  running: boolean;
}

/**
 * The messages of one group on one topic. A synchronous handler runs through them without a promise; a key gets a
 * lane only while a message of it is being handled asynchronously, tried again or waits behind such a one.
 */
export class GroupQueue {
  private readonly incoming = new Fifo<Delivery<unknown>>();
  private readonly lanes = new Map<string, Lane>();
  private workers: readonly Worker[] = [];
  private isHeld = false;
  private depth = 0;
  private scheduled = false;
  private room: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  private readonly drain = (): void => this.turn();

  constructor(
    private readonly topic: string,
    readonly group: string,
    private readonly policy: GroupPolicy,
  ) {}

  /** True when nothing is queued or in flight that a member could handle. */
  get isIdle(): boolean {
    return this.depth === 0 || (this.workers.length === 0 && !this.isHeld);
  }

  /** Takes a message; a promise is returned only when the publisher should wait. */
  push(delivery: Delivery<unknown>): Promise<void> | undefined {
    this.incoming.push(delivery);
    this.depth++;
    if (this.workers.length === 0 && !this.isHeld) {
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

  /** Nothing is handed to a handler until {@link release}; messages wait, none is discarded. */
  hold(): void {
    this.isHeld = true;
    this.workers = [];
  }

  /** Goes on with these members. */
  release(members: readonly Member[]): void {
    this.isHeld = false;
    this.workers = members.flatMap((member) => {
      const handler = member.handlerOf(this.topic);
      return handler === undefined ? [] : [{ member, handler }];
    });
    if (this.workers.length === 0) this.makeRoom();
    for (const [key, lane] of this.lanes) if (!lane.running) this.run(key, lane, undefined);
    if (this.incoming.length > 0) this.schedule();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(this.drain);
  }

  private turn(): void {
    let budget = DELIVERIES_PER_TURN;
    while (this.workers.length > 0 && budget-- > 0) {
      const delivery = this.incoming.shift();
      if (delivery === undefined) break;
      const lane = this.lanes.size > 0 ? this.lanes.get(delivery.key) : undefined;
      if (lane === undefined) this.start(delivery);
      else lane.waiting.push(delivery);
    }
    this.scheduled = this.incoming.length > 0 && this.workers.length > 0;
    if (this.scheduled) setImmediate(this.drain);
  }

  private start(delivery: Delivery<unknown>): void {
    const worker = ownerOf(delivery.key, this.workers);
    if (worker === undefined) {
      this.incoming.unshift(delivery);
      return;
    }
    const { member, handler } = worker;
    member.enter();
    let running: Promise<void> | undefined;
    try {
      running = called(handler, delivery);
    } catch (error) {
      running = rejected(error);
    }
    if (running === undefined) {
      member.leave();
      this.settle(true);
      return;
    }
    const lane: Lane = { waiting: new Fifo(4), running: false };
    this.lanes.set(delivery.key, lane);
    this.run(delivery.key, lane, { delivery, worker, running });
  }

  private run(key: string, lane: Lane, current: Attempt | undefined): void {
    lane.running = true;
    void this.work(key, lane, current);
  }

  /** Handles a lane's messages one after another until none is left or nobody is there to handle them. */
  private async work(key: string, lane: Lane, current: Attempt | undefined): Promise<void> {
    if (current !== undefined) await this.finish(lane, current);
    for (;;) {
      const worker = ownerOf(key, this.workers);
      const delivery = worker === undefined ? undefined : lane.waiting.shift();
      if (worker === undefined || delivery === undefined) break;
      worker.member.enter();
      await this.finish(lane, { delivery, worker, running: undefined });
    }
    lane.running = false;
    if (lane.waiting.length === 0) this.lanes.delete(key);
  }

  /** Sees one message through, trying again as often as it takes; an interrupted member puts it back. */
  private async finish(lane: Lane, { delivery, worker, running }: Attempt): Promise<void> {
    const { member, handler } = worker;
    for (let attempt = 1; ; attempt++) {
      try {
        await (attempt === 1 && running !== undefined ? running : called(handler, delivery));
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
        if (!member.isInterrupted) await member.pause(this.policy.sleep(retryInMs));
        if (member.isInterrupted) {
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
}

/** A rejected promise, so that a handler that throws and one that rejects are treated alike. */
async function rejected(error: unknown): Promise<never> {
  throw error;
}

interface Attempt {
  readonly delivery: Delivery<unknown>;
  readonly worker: Worker;
  /** The handler's promise when it was called already. */
  readonly running: Promise<void> | undefined;
}
