import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { Subscription } from '@trading/platform-messaging';
import { type Backoff, Pause, pauseMs, within } from './backoff';
import type { Assignment } from './co-partition';
import { kafkaClient } from './connection';
import type { ConsumerOptions } from './consumer-options';
import { reasonOf } from './errors';
import { GroupDoor, type Position } from './group-door';
import { kafkaMetrics } from './kafka-metrics';
import { Lane } from './lane';
import { laneWork } from './lane-work';
import { Lanes } from './lanes';
import { removeGroup } from './remove-group';
import { shareOf } from './share';
import { placeKey, startOf } from './starting-positions';

const RESTART: Backoff = { initialMs: 100, maxMs: 5_000 };
const MESSAGE_RETRY: Backoff = { initialMs: 10, maxMs: 5_000 };
/** How long a fetch waits for messages; partitions that are resumed wait as long for the next fetch. */
const FETCH_WAIT_MS = 100;
const FETCH_PARTITION_BYTES = 262_144;
const DISCONNECT_MS = 5_000;

/** One consumer of kafkajs, which is replaced when it cannot go on. */
interface Session {
  readonly consumer: Consumer;
  readonly door: GroupDoor;
}

/**
 * A member of a group. kafkajs fetches; the messages wait in a lane per partition, so that a slow handler holds nobody
 * up and the heartbeats go on. Before the group shares its partitions anew, handlers at work end and what they did is
 * committed; afterwards the member learns its share before the first message of it.
 */
export class GroupConsumer implements Subscription {
  private session: Session | undefined;
  private lanes = new Lanes();
  /** Lanes given up while their handler was still at work. */
  private stragglers: Promise<unknown> = Promise.resolve();
  private sharing: Promise<unknown> = Promise.resolve();
  /** Counts the shares; what was begun for an older one is void. */
  private epoch = 0;
  private restarts = 0;
  private seenMs = 0;
  private isStopping = false;
  private stopped: Promise<void> | undefined;
  private committing: Promise<void> | undefined;
  private readonly timer: NodeJS.Timeout;
  private pause: Pause | undefined;
  /** Where a consumer that takes everything goes on; a group of its own commits nothing. */
  private readonly remembered = new Map<string, Position>();
  private started: { resolve: () => void; reject: (error: Error) => void } | undefined;

  constructor(private readonly options: ConsumerOptions) {
    this.timer = setInterval(() => this.tick(), options.tuning.commitMs ?? 200);
  }

  /** Resolves when the group has its first positions, so that whatever is published from now on reaches it. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.started = { resolve, reject };
      void this.open();
    });
  }

  stop(): Promise<void> {
    return (this.stopped ??= this.end());
  }

  /** Messages that wait in memory. */
  get buffered(): number {
    return this.lanes.size;
  }

  private get takesEverything(): boolean {
    return this.options.membership.delivery === 'everything';
  }

  private async open(): Promise<void> {
    const { connection, tuning, groupId, routes } = this.options;
    const door = new GroupDoor(groupId, () => this.revoke());
    const drainMs = tuning.drainMs ?? 20_000;
    let session: Session | undefined;
    try {
      const consumer = kafkaClient(connection).consumer({
        groupId,
        partitionAssigners: [door.assigner],
        sessionTimeout: tuning.sessionTimeoutMs ?? 6_000,
        heartbeatInterval: tuning.heartbeatMs ?? 500,
        rebalanceTimeout: drainMs + 10_000,
        maxBytesPerPartition: FETCH_PARTITION_BYTES,
        minBytes: 1,
        maxWaitTimeInMs: FETCH_WAIT_MS,
        metadataMaxAge: 60_000,
        allowAutoTopicCreation: false,
        retry: { initialRetryTime: 50, maxRetryTime: 1_000, retries: 5, restartOnFailure: async () => false },
      });
      const current = (session = this.session = { consumer, door });
      const { GROUP_JOIN, CRASH, FETCH_START, HEARTBEAT } = consumer.events;
      consumer.on(GROUP_JOIN, ({ payload }) => this.joined(current, payload.memberAssignment));
      consumer.on(CRASH, ({ payload }) => void this.crashed(current, payload.error));
      consumer.on(FETCH_START, () => (this.seenMs = performance.now()));
      consumer.on(HEARTBEAT, () => (this.seenMs = performance.now()));
      this.seenMs = performance.now();
      await consumer.connect();
      // Where a position has expired with its messages, the oldest that is left is the next.
      await consumer.subscribe({ topics: [...routes.keys()], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: async (payload) => this.take(current, payload),
      });
    } catch (error) {
      await this.crashed(session, error);
    }
  }

  private take(session: Session, { batch, resolveOffset }: EachBatchPayload): void {
    const lane = this.lanes.get(batch.topic, batch.partition);
    if (lane === undefined || session !== this.session) return;
    lane.end = Math.max(lane.end, Number(batch.highWatermark));
    const last = lane.take(batch.messages);
    if (lane.isFull) session.consumer.pause([{ topic: batch.topic, partitions: [batch.partition] }]);
    if (last !== undefined) resolveOffset(last);
  }

  /** Called before the consumer joins its group, again and again while that fails. */
  private async revoke(): Promise<void> {
    this.epoch++;
    this.pause?.cut();
    const { lanes, session } = this;
    lanes.hold();
    const quiet = Promise.all([lanes.idle(), this.sharing]);
    const untilMs = performance.now() + (this.options.tuning.drainMs ?? 20_000);
    while (!(await within(1_000, quiet)) && performance.now() < untilMs) {
      await session?.door.heartbeat().catch(() => undefined);
      this.seenMs = performance.now();
    }
    if (lanes !== this.lanes || session !== this.session) return;
    if (!lanes.isEmpty)
      await within(
        3_000,
        this.commit().catch(() => undefined),
      );
    this.drop();
  }

  /** Gives the lanes up; what their handlers still do is not committed by this member. */
  private drop(): void {
    const { lanes } = this;
    lanes.hold();
    if (this.takesEverything) for (const at of lanes.positions()) this.remembered.set(placeKey(at), at);
    this.stragglers = Promise.all([this.stragglers, lanes.idle(), this.sharing]);
    this.lanes = new Lanes();
  }

  private joined(session: Session, assignment: Assignment): void {
    if (session !== this.session || this.isStopping) return;
    const epoch = ++this.epoch;
    const { consumer } = session;
    const parts = Object.entries(assignment).map(([topic, partitions]) => ({ topic, partitions }));
    consumer.pause(parts);
    this.lanes = new Lanes();
    for (const { topic, partitions } of parts) {
      for (const partition of partitions) this.lanes.set(topic, partition, this.newLane(session, topic, partition));
    }
    kafkaMetrics.rebalances.inc({ group: this.options.membership.group });
    this.sharing = this.takeShare(session, epoch, assignment);
  }

  private async takeShare(session: Session, epoch: number, assignment: Assignment): Promise<void> {
    const { membership, connection, partitions, tuning } = this.options;
    const { group } = membership;
    for (let attempt = 1; epoch === this.epoch; attempt++) {
      try {
        const start = await startOf(session.door, assignment, this.takesEverything ? this.remembered : undefined);
        await this.stragglers;
        if (epoch !== this.epoch) return;
        await membership.onShare?.(shareOf(assignment, partitions));
        if (epoch !== this.epoch) return;
        for (const { topic, partition, offset } of start) {
          this.lanes.get(topic, partition)?.startAt(offset);
          session.consumer.seek({ topic, partition, offset: String(offset) });
        }
        session.consumer.resume(Object.entries(assignment).map(([topic, own]) => ({ topic, partitions: own })));
        this.lanes.release();
        connection.log.info({ group, assignment }, 'the group has shared its partitions');
        this.restarts = 0;
        this.options.told(undefined);
        this.started?.resolve();
        this.started = undefined;
        return;
      } catch (error) {
        const retryInMs = pauseMs(tuning.retry ?? MESSAGE_RETRY, attempt);
        connection.log.warn({ group, attempt, retryInMs, error: reasonOf(error) }, 'a share cannot be taken now');
        this.pause = new Pause(retryInMs);
        await this.pause.over;
      }
    }
  }

  private newLane(session: Session, topic: string, partition: number): Lane {
    const { tuning } = this.options;
    const roomy = (): void => {
      if (session === this.session) session.consumer.resume([{ topic, partitions: [partition] }]);
    };
    return new Lane(laneWork(this.options, topic, partition, roomy), {
      messages: tuning.bufferMessages ?? 4_000,
      bytes: tuning.bufferBytes ?? 1_000_000,
      retryMs: (attempt) => pauseMs(tuning.retry ?? MESSAGE_RETRY, attempt),
    });
  }

  private tick(): void {
    const { group } = this.options.membership;
    for (const [topic, { topic: named }] of this.options.routes) {
      kafkaMetrics.lag.set({ group, topic: named.name }, this.lanes.lagOf(topic));
    }
    const { log } = this.options.connection;
    this.commit().catch((error: unknown) => {
      log.debug({ group, error: reasonOf(error) }, 'positions could not be committed now');
    });
    const silentMs = performance.now() - this.seenMs;
    if (this.session && silentMs > 2 * ((this.options.tuning.drainMs ?? 20_000) + 10_000)) {
      void this.crashed(this.session, new Error(`nothing happened for ${Math.round(silentMs)} ms`));
    }
  }

  /** Commits what was handled since the last time. */
  private async commit(): Promise<void> {
    if (this.takesEverything) return;
    while (this.committing) await this.committing;
    const { lanes, session } = this;
    const dirty = lanes.uncommitted();
    if (session === undefined || dirty.length === 0) return;
    this.committing = session.door.commit(dirty).then(() => lanes.committed(dirty));
    try {
      await this.committing;
    } finally {
      this.committing = undefined;
    }
  }

  private async crashed(session: Session | undefined, error: unknown): Promise<void> {
    if (session !== this.session || this.isStopping) return;
    const { membership, connection, told } = this.options;
    this.session = undefined;
    this.epoch++;
    this.drop();
    if (session) void this.disconnect(session);
    const { group } = membership;
    const retryInMs = pauseMs(RESTART, ++this.restarts);
    kafkaMetrics.consumerRestarts.inc({ group });
    const fields = { group, error: reasonOf(error), attempt: this.restarts, retryInMs };
    if (this.restarts === 1 || this.restarts % 12 === 0) {
      connection.log.warn(fields, 'the consumer cannot go on and is made anew');
    }
    told(reasonOf(error));
    this.pause = new Pause(retryInMs);
    await this.pause.over;
    if (!this.stopping()) await this.open();
  }

  /** Asked after a wait, in which it may have become true. */
  private stopping(): boolean {
    return this.isStopping;
  }

  private async end(): Promise<void> {
    this.isStopping = true;
    this.epoch++;
    this.pause?.cut();
    this.lanes.hold();
    await Promise.all([this.lanes.idle(), this.stragglers, this.sharing]);
    clearInterval(this.timer);
    await within(
      DISCONNECT_MS,
      this.commit().catch(() => undefined),
    );
    const { session } = this;
    this.session = undefined;
    if (session) await this.disconnect(session);
    for (const { topic } of this.options.routes.values()) {
      kafkaMetrics.lag.remove({ group: this.options.membership.group, topic: topic.name });
    }
    if (this.takesEverything) await within(DISCONNECT_MS, removeGroup(this.options));
    this.started?.reject(new Error('The consumer was stopped before its group had its partitions.'));
  }

  private async disconnect({ consumer }: Session): Promise<void> {
    await within(
      DISCONNECT_MS,
      consumer.disconnect().catch(() => undefined),
    );
  }
}
