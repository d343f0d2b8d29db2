import { TOPICS, type execution } from '@trading/contracts';
import { crashPoint } from '@trading/platform-crash-points';
import type { EventBus } from '@trading/platform-messaging';
import { runInTrace, type Trace } from '@trading/platform-tracing';
import type { OrderStore } from './order-store';

/**
 * The way of one account's events from the store to the bus, in their order. The event table is the outbox: what lies
 * behind `published_seq` may not have reached the bus and is published again before anything new. Only the writer
 * commits events, so it knows without asking that there are new ones.
 */
export class EventOutbox {
  /** The session in which events are published. */
  sessionId = '';
  /** In simulated time stored events are published again at their barriers, not from here. */
  isStepped = true;
  private acceptedSeq = 0;
  private tail: Promise<void> = Promise.resolve();
  private isBroken = false;
  private repair: Promise<void> | undefined;

  constructor(
    private readonly accountId: string,
    private readonly store: OrderStore,
    private readonly bus: EventBus,
  ) {}

  /** The last event that the bus has accepted together with all before it. */
  get accepted(): number {
    return this.acceptedSeq;
  }

  /** Goes on where the store says that publishing had come to. */
  begin(sessionId: string, isStepped: boolean, publishedSeq: number): void {
    this.sessionId = sessionId;
    this.isStepped = isStepped;
    this.acceptedSeq = publishedSeq;
    this.tail = Promise.resolve();
    this.isBroken = false;
    this.repair = undefined;
  }

  /** Resolves when the bus has accepted them, each in the trace of what it tells of. */
  publish(
    messages: readonly execution.OrderEvent[],
    positions: readonly execution.Position[],
    traceOf: (seq: number) => Trace | undefined = () => undefined,
  ): Promise<void> {
    // What comes after an event that was not taken must not overtake it; all of it is in the store.
    if (this.isBroken) return this.catchUp().then(() => this.send([], positions, traceOf));
    const sent = this.send(messages, positions, traceOf);
    const last = messages.at(-1)?.seq ?? 0;
    const inOrder = Promise.all([this.tail, sent]).then(() => {
      this.acceptedSeq = Math.max(this.acceptedSeq, last);
    });
    this.tail = inOrder.catch(() => {
      if (!this.isStepped) this.isBroken = true;
    });
    return sent;
  }

  /** Publishes what is stored and has not reached the bus. One at a time. */
  catchUp(): Promise<void> {
    return (this.repair ??= this.publishStored().finally(() => (this.repair = undefined)));
  }

  /** Whether something has not reached the bus although it was tried. */
  get isBehind(): boolean {
    return this.isBroken;
  }

  /** Resolves when nothing is on its way any more. */
  drained(): Promise<void> {
    return this.tail;
  }

  private async publishStored(): Promise<void> {
    await this.tail;
    for (;;) {
      const messages = await this.store.eventsAfter(this.accountId, this.acceptedSeq);
      const last = messages.at(-1);
      if (last === undefined) break;
      await this.send(messages, [], () => undefined);
      this.acceptedSeq = last.seq;
    }
    this.isBroken = false;
  }

  private async send(
    messages: readonly execution.OrderEvent[],
    positions: readonly execution.Position[],
    traceOf: (seq: number) => Trace | undefined,
  ): Promise<void> {
    const { accountId, sessionId, bus } = this;
    // In simulated time events are repeated with the session. Otherwise each is said once and belongs to the account: a
    // consumer that has missed the session's beginning must not drop it, and knows by its sequence what it has already.
    const eventSessionId = this.isStepped ? sessionId : '';
    const accepted: Promise<void>[] = [];
    crashPoint('execution.events.publishing');
    for (const value of messages) {
      const body = { $case: 'event', value } as const;
      const publish = () => bus.publish(TOPICS.orderEvent, accountId, { accountId, sessionId: eventSessionId, body });
      accepted.push(runInTrace(traceOf(value.seq), publish));
    }
    for (const value of positions) {
      const body = { $case: 'position', value } as const;
      const publish = () => bus.publish(TOPICS.positionEvent, accountId, { accountId, sessionId, body });
      accepted.push(runInTrace(traceOf(value.seq), publish));
    }
    await Promise.all(accepted);
    crashPoint('execution.events.published');
  }
}
