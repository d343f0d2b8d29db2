import { TOPICS, type common, type execution } from '@trading/contracts';
import { TransientDatabaseError } from '@trading/platform-database';
import type { EventBus } from '@trading/platform-messaging';
import { captureTrace, runInTrace, type Trace } from '@trading/platform-tracing';
import { isTerminal } from '@trading/trading-orders';
import type { FillEffect } from '@trading/trading-portfolio';
import { tradeMessage, type AccountBooks } from './account-books';
import { countOrders } from './order-metrics';
import { advance, eventMessage, type Happening, type OrderRecord } from './order-record';
import type { OrderStore, OrderWrites, StoredEvent } from './order-store';

const RETRY_MS = 200;

export interface CommitOptions {
  /** Caused by a barrier's inputs, and so part of what is known at that barrier. */
  readonly inStep: boolean;
  /** Stored with the first order. */
  readonly approval?: common.Approval | undefined;
  /** Not published: the events are repeated in their place when the stored ones are played again. */
  readonly isQuiet?: boolean;
}

export interface Committed {
  readonly messages: execution.OrderEvent[];
  /** Resolves when the bus has accepted them. */
  readonly accepted: Promise<void>;
}

/**
 * The only writer of one account. Happenings become events with the account's next sequences, are committed with all
 * that follows from them in one transaction, and only then reach the books' readers and the bus.
 */
export class AccountWriter {
  /** The last barrier whose step was committed. */
  barrier = 0;
  lastSeq = 0;
  /** The session in which events are published. */
  sessionId = '';
  /** Orders that risk-manager is being asked about: they may hold reservations before they have an event. */
  readonly inCheck = new Set<string>();
  private readonly records = new Map<string, OrderRecord>();
  private tail: Promise<unknown> = Promise.resolve();
  private readonly listeners = new Set<(event: execution.OrderEvent) => void>();

  constructor(
    readonly accountId: string,
    readonly books: AccountBooks,
    private readonly store: OrderStore,
    private readonly bus: EventBus,
  ) {}

  /** Runs one piece of work at a time for this account. */
  exclusive<R>(work: () => Promise<R>): Promise<R> {
    const run = this.tail.then(work, work);
    this.tail = run.catch(() => undefined);
    return run;
  }

  /** Calls back with every event as it is published. Returns how to stop. */
  listen(listener: (event: execution.OrderEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async record(coid: string): Promise<OrderRecord | undefined> {
    return this.records.get(coid) ?? (await this.store.load(coid));
  }

  /** Remembers facts of an order that no event carries; they are stored with its next event. */
  remember(coid: string, facts: Partial<execution.Order>): void {
    const record = this.records.get(coid);
    if (record !== undefined) this.records.set(coid, { ...record, order: { ...record.order, ...facts } });
  }

  /**
   * Commits happenings, books their fills and publishes them. To be called within {@link exclusive}.
   * Throws the kernel's errors before anything is written.
   */
  async commit(happenings: readonly Happening[], options: CommitOptions): Promise<execution.OrderEvent[]> {
    const { messages, accepted } = await this.commitAhead(happenings, options);
    await accepted;
    return messages;
  }

  /** The same for who has better to do than wait for the bus: what is committed is on its way there, in its order. */
  async commitAhead(happenings: readonly Happening[], options: CommitOptions): Promise<Committed> {
    if (happenings.length === 0) return { messages: [], accepted: Promise.resolve() };
    const draft = await this.draft(happenings, options.inStep);
    await this.persist(draft, options.approval);
    this.lastSeq = draft.events.at(-1)?.message.seq ?? this.lastSeq;
    for (const record of draft.orders) this.keep(record);
    const messages = draft.events.map((event) => event.message);
    countOrders(messages);
    if (options.isQuiet === true) return { messages, accepted: Promise.resolve() };
    const [here, first = 0] = [captureTrace(), messages[0]?.seq];
    const accepted = this.publish(messages, draft.positions, (seq) => happenings[seq - first]?.trace ?? here);
    // Whoever waits for it hears of a failure.
    accepted.catch(() => undefined);
    return { messages, accepted };
  }

  /** Applies stored events to the books again and publishes them again. To be called within {@link exclusive}. */
  async replay(messages: readonly execution.OrderEvent[]): Promise<void> {
    await this.publish(messages, this.rebook(messages), () => undefined);
  }

  /** Applies stored events to the books again. */
  rebook(messages: readonly execution.OrderEvent[]): execution.Position[] {
    const positions: execution.Position[] = [];
    for (const message of messages) {
      const { fill, order } = message;
      if (fill === undefined || order?.request === undefined) continue;
      this.books.book(fill, order.request);
      positions.push(this.books.positionMessage(fill.symbol, message.seq, fill.timeUs));
    }
    return positions;
  }

  private async draft(happenings: readonly Happening[], inStep: boolean): Promise<OrderWrites & { barrier: number }> {
    const touched = new Map<string, OrderRecord>();
    const events: StoredEvent[] = [];
    const effects: FillEffect[] = [];
    const positions: execution.Position[] = [];
    const fills: execution.Fill[] = [];
    let seq = this.lastSeq;
    for (const happening of happenings) {
      const before = touched.get(happening.coid) ?? (await this.record(happening.coid));
      const after = advance(before, happening, ++seq);
      touched.set(happening.coid, after);
      let fill = happening.fill;
      if (fill !== undefined && after.order.request !== undefined) {
        const effect = this.books.book(fill, after.order.request);
        fill = { ...fill, realised: effect.realised.toFixed(2) };
        effects.push(effect);
        fills.push(fill);
        positions.push(this.books.positionMessage(fill.symbol, seq, fill.timeUs));
      }
      const complete = fill === undefined ? happening : { ...happening, fill };
      events.push({ inStep, message: eventMessage(after, complete, { seq, barrier: this.barrier }) });
    }
    return {
      barrier: this.barrier,
      events,
      orders: [...touched.values()],
      fills,
      positions,
      ledger: effects.flatMap((effect) => effect.ledger),
      trades: effects.flatMap((effect) => effect.trades.map((trade) => tradeMessage(this.accountId, trade))),
    };
  }

  /** The draft is fixed by now: a commit that fails for the moment is tried again as it is. */
  private async persist(draft: OrderWrites & { barrier: number }, approval?: common.Approval): Promise<void> {
    const lastSeq = draft.events.at(-1)?.message.seq ?? this.lastSeq;
    for (let isRetry = false; ; isRetry = true) {
      try {
        const { accountId, lastSeq: expectedSeq } = this;
        if (
          await this.store.append({ accountId, expectedSeq, lastSeq, barrier: draft.barrier, writes: draft, approval })
        )
          return;
        // The connection may have broken after the commit took place.
        if (isRetry && (await this.store.isStored(draft.events.at(-1)?.message))) return;
        throw new SequenceTaken(accountId, expectedSeq, await this.store.lastSeq(accountId));
      } catch (error) {
        if (!(error instanceof TransientDatabaseError)) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  private keep(record: OrderRecord): void {
    const { coid } = record.view.request;
    if (isTerminal(record.view.state)) this.records.delete(coid);
    else this.records.set(coid, record);
  }

  /** Each message in the trace of what it tells of, by its sequence. */
  private async publish(
    messages: readonly execution.OrderEvent[],
    positions: readonly execution.Position[],
    traceOf: (seq: number) => Trace | undefined,
  ): Promise<void> {
    const { accountId, sessionId, bus } = this;
    const accepted: Promise<void>[] = [];
    for (const value of messages) {
      for (const listener of this.listeners) listener(value);
      const body = { $case: 'event', value } as const;
      const publish = () => bus.publish(TOPICS.orderEvent, accountId, { accountId, sessionId, body });
      accepted.push(runInTrace(traceOf(value.seq), publish));
    }
    for (const value of positions) {
      const body = { $case: 'position', value } as const;
      const publish = () => bus.publish(TOPICS.positionEvent, accountId, { accountId, sessionId, body });
      accepted.push(runInTrace(traceOf(value.seq), publish));
    }
    await Promise.all(accepted);
  }
}

/** Somebody else wrote this account's events: this writer must not go on. */
export class SequenceTaken extends Error {
  readonly code = 'SEQUENCE_TAKEN';
  constructor(
    readonly accountId: string,
    readonly expected: number,
    readonly found: number,
  ) {
    super(`The events of account ${accountId} end at ${found}, not at ${expected}: another writer is at work.`);
  }
}
