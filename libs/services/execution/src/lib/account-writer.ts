import type { common, execution } from '@trading/contracts';
import { silentAlerts, type AlertSink } from '@trading/platform-alerting';
import { TransientDatabaseError } from '@trading/platform-database';
import type { EventBus } from '@trading/platform-messaging';
import { captureTrace } from '@trading/platform-tracing';
import { isTerminal } from '@trading/trading-orders';
import type { LedgerEntry } from '@trading/trading-portfolio';
import { tradeMessage, type AccountBooks } from './account-books';
import { LeaseLost, type AccountLease } from './account-lease';
import type { BookNote, StoredNote } from './book-note';
import { EventOutbox } from './event-outbox';
import type { OrderCommand } from './order-command';
import { orderAlerts } from './order-alerts';
import { countOrders } from './order-metrics';
import { advance, eventMessage, type Happening, type OrderRecord } from './order-record';
import type { OrderStore, OrderWrites, StoredEvent } from './order-store';
import type { Protection } from './protection';
import type { StoredItem } from './stored-steps';

const RETRY_MS = 200;

/** An event of an order, or what changed the books without one. */
export type Entry = Happening | { readonly note: BookNote };

export interface CommitOptions {
  /** Caused by a barrier's inputs, and so part of what is known at that barrier. */
  readonly inStep: boolean;
  /** Stored with the first order. */
  readonly approval?: common.Approval | undefined;
  /** Not published: the events are repeated in their place when the stored ones are played again. */
  readonly isQuiet?: boolean;
  /** Commands that begin or are answered by these events. */
  readonly commands?: readonly OrderCommand[];
  readonly protections?: readonly Protection[];
  /** Booked after the entries. */
  readonly notes?: readonly BookNote[];
}

export interface Committed {
  readonly messages: execution.OrderEvent[];
  /** Resolves when the bus has accepted them. */
  readonly accepted: Promise<void>;
}

type Draft = OrderWrites & { readonly barrier: number; readonly isEmpty: boolean };

/**
 * The only writer of one account, for as long as it has the account's lease. Happenings become events with the account's
 * next sequences, are committed with all that follows from them in one transaction, and only then reach the books'
 * readers and the bus.
 */
export class AccountWriter {
  /** The last barrier whose step was committed. */
  barrier = 0;
  lastSeq = 0;
  /** How many notes are booked. */
  noteCount = 0;
  lease: AccountLease | undefined;
  /** Orders that risk-manager is being asked about: they may hold reservations before they have an event. */
  readonly inCheck = new Set<string>();
  readonly outbox: EventOutbox;
  /** Commands that the terminal has not answered, by request id. */
  readonly pending = new Map<string, OrderCommand>();
  /** Entries whose position is without its stops, by client order id. */
  readonly protections = new Map<string, Protection>();
  private readonly records = new Map<string, OrderRecord>();
  private tail: Promise<unknown> = Promise.resolve();
  private readonly listeners = new Set<(event: execution.OrderEvent) => void>();

  constructor(
    readonly accountId: string,
    readonly books: AccountBooks,
    private readonly store: OrderStore,
    bus: EventBus,
    private readonly alerts: AlertSink = silentAlerts,
  ) {
    this.outbox = new EventOutbox(accountId, store, bus);
  }

  /** The fencing epoch of what this writer sends and stores; 0 without a lease, which nobody accepts. */
  get epoch(): number {
    return this.lease?.epoch ?? 0;
  }

  /** Runs one piece of work at a time for this account. */
  exclusive<R>(work: () => Promise<R>): Promise<R> {
    const run = this.tail.then(work, work);
    this.tail = run.catch(() => undefined);
    return run;
  }

  /** The same, but for work that is part of a barrier's step, which is at it already. */
  within<R>(inStep: boolean, work: () => Promise<R>): Promise<R> {
    return inStep ? work() : this.exclusive(work);
  }

  /** Calls back with every event as it is published. Returns how to stop. */
  listen(listener: (event: execution.OrderEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async record(coid: string): Promise<OrderRecord | undefined> {
    return this.records.get(coid) ?? (await this.store.load(coid));
  }

  /** Orders that the broker may hold. */
  working(): OrderRecord[] {
    return [...this.records.values()].filter(({ view }) => !isTerminal(view.state));
  }

  /** Reads what is open from the store; to be called within {@link exclusive} when a session begins. */
  async recall(): Promise<void> {
    const { store, accountId } = this;
    this.records.clear();
    for (const coid of await store.working(accountId)) {
      const record = await store.load(coid);
      if (record !== undefined) this.records.set(coid, record);
    }
    this.pending.clear();
    for (const command of await store.commands.pending(accountId)) this.pending.set(command.requestId, command);
    this.protections.clear();
    for (const protection of await store.protections.open(accountId)) this.protections.set(protection.coid, protection);
  }

  /** Remembers facts of an order that no event carries; they are stored with its next event. */
  remember(coid: string, facts: Partial<execution.Order>): void {
    const record = this.records.get(coid);
    if (record !== undefined) this.records.set(coid, { ...record, order: { ...record.order, ...facts } });
  }

  /**
   * Commits happenings, books their fills and publishes them. To be called within {@link exclusive}.
   * Throws the kernel's errors before anything is written, and {@link LeaseLost} or {@link SequenceTaken} when another
   * process writes this account.
   */
  async commit(entries: readonly Entry[], options: CommitOptions): Promise<execution.OrderEvent[]> {
    const { messages, accepted } = await this.commitAhead(entries, options);
    await accepted;
    return messages;
  }

  /** The same for who has better to do than wait for the bus: what is committed is on its way there, in its order. */
  async commitAhead(entries: readonly Entry[], options: CommitOptions): Promise<Committed> {
    const { notes = [] } = options;
    const draft = await this.draft([...entries, ...notes.map((note) => ({ note }))], options);
    if (draft.isEmpty) return { messages: [], accepted: Promise.resolve() };
    await this.persist(draft, options.approval);
    this.lastSeq = draft.events.at(-1)?.message.seq ?? this.lastSeq;
    this.noteCount += draft.notes.length;
    for (const record of draft.orders) this.keep(record);
    this.keepOpen(draft);
    const messages = draft.events.map((event) => event.message);
    countOrders(messages);
    for (const alert of orderAlerts(messages)) this.alerts.raise(alert);
    if (options.isQuiet === true) return { messages, accepted: Promise.resolve() };
    const [here, first = 0] = [captureTrace(), messages[0]?.seq];
    const happenings = entries.filter((entry): entry is Happening => !('note' in entry));
    this.tell(messages);
    const accepted = this.outbox.publish(messages, draft.positions, (seq) => happenings[seq - first]?.trace ?? here);
    // Whoever waits for it hears of a failure.
    accepted.catch(() => undefined);
    return { messages, accepted };
  }

  /** Applies stored items to the books again and publishes them again. To be called within {@link exclusive}. */
  async replay(items: readonly StoredItem[]): Promise<void> {
    const positions = this.rebook(items);
    const messages = items.flatMap((item) => ('message' in item ? [item.message] : []));
    this.tell(messages);
    await this.outbox.publish(messages, positions);
  }

  /** Applies stored items to the books again. */
  rebook(items: readonly StoredItem[]): execution.Position[] {
    const positions: execution.Position[] = [];
    for (const item of items) {
      if ('note' in item) {
        this.books.applyNote(item.note);
        positions.push(...this.noted(item.note, this.lastSeq));
        continue;
      }
      const { fill, order, seq } = item.message;
      if (fill === undefined || order?.request === undefined) continue;
      this.books.book(fill, order.request);
      positions.push(this.books.positionMessage(this.books.keyOf(fill), fill.symbol, seq, fill.timeUs));
    }
    return positions;
  }

  private async draft(entries: readonly Entry[], { inStep, commands = [], protections = [] }: CommitOptions) {
    const { barrier, books } = this;
    const touched = new Map<string, OrderRecord>();
    const events: StoredEvent[] = [];
    const ledger: LedgerEntry[] = [];
    const trades: execution.Trade[] = [];
    const positions: execution.Position[] = [];
    const fills: execution.Fill[] = [];
    const notes: StoredNote[] = [];
    let seq = this.lastSeq;
    for (const entry of entries) {
      if ('note' in entry) {
        const { note } = entry;
        notes.push({ note, afterSeq: seq, ordinal: this.noteCount + notes.length + 1, barrier, inStep });
        const booked = books.applyNote(note);
        if (booked !== undefined) ledger.push(booked);
        positions.push(...this.noted(note, seq));
        continue;
      }
      const before = touched.get(entry.coid) ?? (await this.record(entry.coid));
      const after = advance(before, entry, ++seq);
      touched.set(entry.coid, after);
      let fill = entry.fill;
      if (fill !== undefined && after.order.request !== undefined) {
        const effect = books.book(fill, after.order.request);
        fill = { ...fill, realised: effect.realised.toFixed(2) };
        ledger.push(...effect.ledger);
        trades.push(...effect.trades.map((trade) => tradeMessage(this.accountId, trade)));
        fills.push(fill);
        positions.push(books.positionMessage(books.keyOf(fill), fill.symbol, seq, fill.timeUs));
      }
      const complete = fill === undefined ? entry : { ...entry, fill };
      events.push({ inStep, message: eventMessage(after, complete, { seq, barrier }) });
    }
    const isEmpty = entries.length + commands.length + protections.length === 0;
    const orders = [...touched.values()];
    const draft: Draft = {
      ...{ barrier, isEmpty, events, orders, fills, positions, ledger, trades, notes, commands, protections },
    };
    return draft;
  }

  private noted(note: BookNote, seq: number): execution.Position[] {
    return note.kind === 'stops' ? [this.books.positionMessage(note.subject, note.symbol, seq, note.timeUs)] : [];
  }

  /** The draft is fixed by now: a commit that fails for the moment is tried again as it is. */
  private async persist(draft: Draft, approval?: common.Approval): Promise<void> {
    const { accountId, epoch, barrier, lastSeq: expectedSeq, outbox } = this;
    const lastSeq = draft.events.at(-1)?.message.seq ?? expectedSeq;
    const publishedSeq = outbox.isStepped ? 0 : outbox.accepted;
    for (let isRetry = false; ; isRetry = true) {
      try {
        // The connection may have broken after the commit took place; notes alone would be refused as stored twice.
        if (isRetry && (await this.store.isStored(accountId, draft))) return;
        const append = { accountId, expectedSeq, lastSeq, barrier, epoch, publishedSeq, writes: draft, approval };
        if (await this.store.append(append)) return;
        // It may also have taken place meanwhile.
        if (isRetry && (await this.store.isStored(accountId, draft))) return;
        const end = await this.store.end(accountId);
        if (end.epoch === epoch) throw new SequenceTaken(accountId, expectedSeq, end.lastSeq);
        this.lease?.lose();
        throw new LeaseLost(accountId, epoch);
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

  private keepOpen({ commands, protections }: Draft): void {
    for (const command of commands) {
      if (command.state === 'PENDING') this.pending.set(command.requestId, command);
      else this.pending.delete(command.requestId);
    }
    for (const protection of protections) {
      if (protection.state === 'DONE') this.protections.delete(protection.coid);
      else this.protections.set(protection.coid, { ...this.protections.get(protection.coid), ...protection });
    }
  }

  private tell(messages: readonly execution.OrderEvent[]): void {
    for (const message of messages) for (const listener of this.listeners) listener(message);
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
