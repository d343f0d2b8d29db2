import { plainInstrument, TOPICS, type execution, type gateway, type market } from '@trading/contracts';
import type { BarrierMark, SessionStart, Stage } from '@trading/platform-barrier';
import { crashPoint } from '@trading/platform-crash-points';
import { RpcError } from '@trading/platform-grpc';
import { captureTrace, withSharedSpan } from '@trading/platform-tracing';
import { LeaseLost } from './account-lease';
import { adopting, openBooks } from './account-opening';
import type { AccountWriter } from './account-writer';
import { fenceTerminal, recallWriter, resumeAtBarrier, resumeLive, unpublished } from './begin-session';
import { recordEquity } from './equity-series';
import type { ExecutionInput, ExecutionPorts } from './execution-ports';
import { haltForHuman } from './human-trades';
import { LiveClock } from './live-clock';
import type { OrderFollowUps } from './order-follow-ups';
import { accountOf } from './account-of';
import { settleUnresolved } from './settle-unresolved';
import { StoredSteps } from './stored-steps';
import { TradeBooking, type TracedTrade } from './trade-booking';

type SessionWord = Extract<
  NonNullable<execution.OrderEventMessage['body']>,
  { readonly $case: 'session' | 'progress' }
>;

/** How often a live account's state is kept, in order events. */
const CHECKPOINT_EVERY = 500;
/** So many order events at most can be on their way to risk-manager. */
const MOST_EVENTS_UNHEARD = 5_000;

/**
 * The execution stage of one account's session: what the terminal reports becomes order events, positions and cash.
 * When a session goes back in simulated time, stored events are repeated at the barriers at which they happened, and
 * nothing is computed twice.
 */
export class ExecutionStage implements Stage<ExecutionInput> {
  private trades: TracedTrade[] = [];
  private stored = new StoredSteps();
  private terminal: gateway.TerminalSession | undefined;
  private announced: execution.Account | undefined;
  private live = false;
  private barrierUs = 0;
  private readonly clock: LiveClock;
  private keptSeq = 0;
  /** Whether the session has said after which reliable event it begins. */
  private isPlaced = false;
  /** Whether a session has begun since the stage was made. */
  hasSession = false;
  /** Whether the session is one of simulated time, also after the end of its data. */
  isSimulated = false;
  /** Orders that the terminal has proven not to know, and that may be delivered once more. */
  absent = new Set<string>();
  /** The last reliable event of the terminal that is booked, or lies before the session. */
  heard: { readonly journalId: string; readonly seq: number } | undefined;
  /** Called when an order's outcome is not known. */
  onUnknown: () => void = () => undefined;
  /** Called when a session has begun. */
  onBegun: () => void = () => undefined;

  constructor(
    readonly writer: AccountWriter,
    private readonly ports: ExecutionPorts,
    private readonly followUps: OrderFollowUps,
  ) {
    this.clock = new LiveClock(ports.monotonicMs);
  }

  /** Event time of the account. */
  get timeUs(): number {
    return this.isSimulated ? this.barrierUs : this.clock.nowUs;
  }

  /** Whether simulated time waits for this stage. */
  get isLockstep(): boolean {
    return this.hasSession && !this.live;
  }

  /** Whether something can be done for the account now. */
  get isReady(): boolean {
    return this.hasSession && this.announced !== undefined && this.stored.isDone && this.writer.lease?.isLost === false;
  }

  /** The account as the terminal announced it. */
  get account(): execution.Account | undefined {
    return this.announced;
  }

  async onSession(session: SessionStart): Promise<void> {
    const { writer, ports } = this;
    this.live = !session.lockstep;
    this.isSimulated = session.lockstep;
    await writer.exclusive(async () => {
      this.hasSession = false;
      this.barrierUs = session.timeUs;
      this.clock.start(session.timeUs);
      this.trades = [];
      this.heard = undefined;
      this.isPlaced = false;
      writer.lease = await ports.leases.take(writer.accountId);
      await fenceTerminal(writer, ports);
      const row = await recallWriter(writer, ports, session);
      this.announced = row && adopting(row.data, ports);
      this.absent = await settleUnresolved(writer, session, ports);
      if (session.lockstep) {
        writer.barrier = session.resumeFrom;
        this.stored = await resumeAtBarrier(writer, session.resumeFrom, ports);
      } else {
        this.stored = new StoredSteps();
        await resumeLive(writer, ports);
        this.keptSeq = writer.lastSeq;
      }
      await this.announce({ $case: 'session', value: { beginning: 0, ...session, symbols: [...session.symbols] } });
      if (session.lockstep) {
        // What lies beyond the barrier is repeated at its own.
        await writer.outbox.publish(await unpublished(writer, row?.publishedSeq ?? 0, session.resumeFrom, ports), []);
        await writer.replay(this.stored.takeAfter(session.resumeFrom));
      } else {
        await writer.outbox.catchUp();
        await writer.outbox.publish([], writer.books.positions(writer.lastSeq, this.timeUs));
      }
      await this.releaseReservations();
      this.hasSession = true;
    });
    this.onBegun();
    if (!session.lockstep) this.followUps.soon(this);
  }

  /** To be called within the writer's `exclusive`. Throws UNAVAILABLE while new orders cannot be taken. */
  requireUpToDate(): void {
    const unavailable = (code: string, message: string) => new RpcError('UNAVAILABLE', code, message);
    const { accountId, lease, epoch } = this.writer;
    if (!this.hasSession) {
      throw unavailable('NO_SESSION', `No terminal of account ${accountId} has called since the start.`);
    }
    if (lease?.isLost !== false) throw new LeaseLost(accountId, epoch);
    if (this.announced === undefined) {
      throw unavailable('ACCOUNT_UNREPORTED', `The terminal has not reported account ${accountId} yet.`);
    }
    if (!this.stored.isDone) {
      throw unavailable('CATCHING_UP', `Account ${accountId} goes again through what happened before the restart.`);
    }
  }

  async onInput(input: ExecutionInput): Promise<void> {
    if (this.writer.lease?.isLost === true) throw new LeaseLost(this.writer.accountId, this.writer.epoch);
    switch (input.$case) {
      case 'batch':
        this.onTicks(input.value);
        if (!this.isSimulated && this.writer.books.trailingStops().length > 0) this.followUps.soon(this);
        return;
      case 'account':
        this.clock.hear(input.value.timeUs);
        return this.onAccount(input.value);
      case 'trade':
        this.clock.hear(input.value.timeUs);
        this.trades.push({ event: input.value, trace: captureTrace() });
        // Between barriers, or after the last: a checkpoint does not hold it, so it is repeated after one.
        if (this.live) await this.bookNow();
        return;
    }
  }

  async onBarrier(mark: BarrierMark): Promise<void> {
    const { writer } = this;
    await writer.exclusive(async () => {
      this.barrierUs = mark.timeUs;
      writer.barrier = mark.n;
      await writer.replay(this.stored.inStep(mark.n));
      await this.book(true);
      await this.followUps.inStep(this, mark.n);
      recordEquity(writer, mark, this.ports.timeSeries);
      if (mark.checkpoint) await this.checkpoint(mark.n);
      const { sessionId } = writer.outbox;
      await this.announce({ $case: 'progress', value: { ...mark, source: 'execution', sessionId, symbol: '' } });
      await writer.replay(this.stored.takeAfter(mark.n));
    });
    if (mark.end) this.live = true;
  }

  /** What is to be done now and then in a live session. */
  async tick(): Promise<void> {
    const { writer, ports } = this;
    if (!this.isReady || this.isSimulated) return;
    if (writer.outbox.isBehind) await writer.outbox.catchUp();
    const { accountId, epoch, outbox } = writer;
    await ports.store.markPublished(ports.store.database, accountId, epoch, outbox.accepted);
    if (writer.lastSeq - this.keptSeq >= CHECKPOINT_EVERY)
      await writer.exclusive(async () => {
        await this.checkpoint(writer.barrier);
        this.keptSeq = writer.lastSeq;
      });
    this.followUps.soon(this);
  }

  /**
   * Gives back what risk-manager holds for orders that were never submitted. The others give it back with their own
   * events, which also add their fills: those of which it may not have heard yet are left to it.
   */
  async releaseReservations(): Promise<void> {
    const { accountId, inCheck, lastSeq } = this.writer;
    const { riskManager, store, logger } = this.ports;
    const stored = await store.working(accountId, lastSeq - MOST_EVENTS_UNHEARD);
    const coids = [...new Set([...stored, ...inCheck])];
    await riskManager
      .releaseReservations({ accountId, coids })
      .catch((error: unknown) =>
        logger.warn({ accountId, error: String(error) }, 'Reservations could not be released at the start.'),
      );
  }

  private async bookNow(): Promise<void> {
    await this.writer.exclusive(() => this.book(false));
    if (this.isSimulated) return;
    if (this.writer.working().some(({ view }) => view.state === 'UNKNOWN')) this.onUnknown();
    this.followUps.soon(this);
  }

  /**
   * Turns the collected events of the terminal into order events, all in one transaction. What is stored has happened:
   * played again, its events come from the store. So the account is halted for what humans did before that is stored: a
   * process that dies in between halts again.
   */
  private async book(inStep: boolean): Promise<void> {
    const trades = this.trades.splice(0);
    if (trades.length === 0) return;
    const traces = trades.map(({ trace }) => trace);
    const attributes = { 'trading.account_id': this.writer.accountId, 'trading.trades': trades.length };
    await withSharedSpan(traces, 'book trades', { attributes }, async () => {
      const { entries, commands, protections, byHand } = await TradeBooking.of(this.writer, trades, this.ports, {
        inStep,
        takesOldCauses: this.isSimulated,
      });
      for (const sentence of byHand) await haltForHuman(this.writer.accountId, sentence, this.ports);
      crashPoint('execution.trades.booking');
      await this.writer.commit(entries, { inStep, commands, protections });
      crashPoint('execution.trades.booked');
      const last = trades.at(-1)?.event;
      if (last !== undefined && last.seq > 0) this.heard = { journalId: last.journalId, seq: last.seq };
    });
  }

  private onTicks(batch: market.TickBatch): void {
    this.clock.hear(batch.timeUs.at(-1) ?? 0);
    for (let i = batch.timeUs.length - 1; i >= 0; i--) {
      const [bid = 0, ask = 0] = [batch.bid[i], batch.ask[i]];
      if (bid > ask) continue;
      this.writer.books.onQuote(batch.symbol, bid, ask);
      return;
    }
  }

  private async announce(body: SessionWord): Promise<void> {
    const { accountId, outbox } = this.writer;
    const { sessionId } = outbox;
    const { bus } = this.ports;
    await Promise.all([
      bus.publish(TOPICS.orderEvent, accountId, { accountId, sessionId, body }),
      bus.publish(TOPICS.positionEvent, accountId, { accountId, sessionId, body }),
    ]);
  }

  private async onAccount({ body, timeUs }: gateway.AccountEvent): Promise<void> {
    const { writer } = this;
    switch (body?.$case) {
      case 'instrument':
        writer.books.learnInstrument(plainInstrument(body.value));
        return;
      case 'terminal':
        this.terminal = body.value;
        this.hearBeginning(body.value);
        return;
      case 'account': {
        if (writer.books.isOpen || this.terminal === undefined) return;
        const account = adopting(accountOf(this.terminal, body.value, this.ports.runId), this.ports);
        await openBooks(writer, account, body.value, timeUs, this.isSimulated, this.ports);
        this.announced = account;
        return;
      }
      default:
        return;
    }
  }

  /**
   * The first word on a terminal comes with the session, and that after all that was said before it: nothing older is on
   * its way any more.
   */
  private hearBeginning({ journalId, eventSeq }: gateway.TerminalSession): void {
    if (this.isSimulated || this.isPlaced || journalId === '') return;
    this.isPlaced = true;
    this.heard ??= { journalId, seq: eventSeq };
  }

  /** @throws {LeaseLost} */
  private async checkpoint(n: number): Promise<void> {
    const { ports, writer } = this;
    const { accountId, epoch, lastSeq: seq, noteCount: notes, outbox } = writer;
    await ports.timeSeries.flush();
    // What comes before a checkpoint is not repeated after it.
    await outbox.drained();
    await ports.store.database.transaction(async (tx) => {
      const published = this.isSimulated ? seq : outbox.accepted;
      if (!(await ports.store.markPublished(tx, accountId, epoch, published))) throw new LeaseLost(accountId, epoch);
      // In simulated time barriers say what a state holds: repeated events have sequences beyond their place.
      const booked = this.isSimulated ? {} : { seq, notes };
      await ports.checkpoints.save(tx, accountId, n, writer.books.snapshot(booked));
    });
  }
}
