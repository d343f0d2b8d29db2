import { plainInstrument, TOPICS, type execution, type gateway, type market, type risk } from '@trading/contracts';
import type { BarrierMark, InputOf, SessionStart, Stage } from '@trading/platform-barrier';
import type { CheckpointStore } from '@trading/platform-database';
import { RpcError } from '@trading/platform-grpc';
import type { EventBus } from '@trading/platform-messaging';
import type { Logger } from '@trading/platform-logging';
import type { TimeSeriesStore } from '@trading/platform-timeseries';
import { captureTrace, currentTraceContext, runInTrace, withSharedSpan, type Trace } from '@trading/platform-tracing';
import { Decimal } from '@trading/trading-market';
import type { BooksState } from './account-books';
import type { AccountWriter } from './account-writer';
import { causeOf, happeningsOfDeal, happeningsOfResult, type FindOrder } from './broker-happenings';
import { advance, type Happening, type OrderRecord } from './order-record';
import { accountOf, type OrderStore } from './order-store';
import type { ReconciliationPort } from './reconciliation-port';
import { settleUnresolved } from './settle-unresolved';
import { StoredSteps } from './stored-steps';

export type ExecutionInput =
  | InputOf<NonNullable<market.MarketTickEvent['body']>>
  | { readonly $case: 'trade'; readonly value: gateway.TradeEvent }
  | { readonly $case: 'account'; readonly value: gateway.AccountEvent };

type SessionWord = Extract<
  NonNullable<execution.OrderEventMessage['body']>,
  { readonly $case: 'session' | 'progress' }
>;

interface TracedTrade {
  readonly event: gateway.TradeEvent;
  readonly trace: Trace | undefined;
}

export interface ExecutionPorts {
  readonly bus: EventBus;
  readonly store: OrderStore;
  readonly checkpoints: CheckpointStore;
  readonly timeSeries: TimeSeriesStore;
  readonly gateway: gateway.GatewayService;
  readonly riskManager: risk.RiskManagerService;
  readonly logger: Logger;
  readonly runId: string;
  /** Absent: books are not compared with the broker. */
  readonly reconciliation?: ReconciliationPort | undefined;
}

/**
 * The execution stage of one account's session: what the terminal reports becomes order events, positions and cash.
 * When a session goes back in simulated time, stored events are repeated at the barriers at which they happened, and
 * nothing is computed twice.
 */
export class ExecutionStage implements Stage<ExecutionInput> {
  /** With the traces in which they came. */
  private trades: TracedTrade[] = [];
  private stored = new StoredSteps();
  private terminal: gateway.TerminalSession | undefined;
  private announced: execution.Account | undefined;
  private live = false;
  /** Whether a session has begun since the stage was made. */
  hasSession = false;
  /** Orders that the terminal has proven not to know, and that may be delivered once more. */
  absent = new Set<string>();
  timeUs = 0;

  constructor(
    readonly writer: AccountWriter,
    private readonly ports: ExecutionPorts,
  ) {}

  /** Whether simulated time waits for this stage. */
  get isLockstep(): boolean {
    return this.hasSession && !this.live;
  }

  /** The account as the terminal announced it. */
  get account(): execution.Account | undefined {
    return this.announced;
  }

  async onSession(session: SessionStart): Promise<void> {
    const { writer, ports } = this;
    this.live = !session.lockstep;
    await writer.exclusive(async () => {
      this.timeUs = session.timeUs;
      this.trades = [];
      const row = await ports.store.account(writer.accountId);
      writer.lastSeq = row?.lastSeq ?? 0;
      writer.barrier = row?.barrier ?? 0;
      this.announced = row?.data;
      this.absent = await settleUnresolved(writer, session, ports);
      writer.barrier = session.resumeFrom;
      writer.books.restore(await ports.checkpoints.load<BooksState>(writer.accountId, session.resumeFrom));
      this.stored = new StoredSteps(await ports.store.eventsBeyond(writer.accountId, session.resumeFrom));
      writer.sessionId = session.sessionId;
      await this.announce({ $case: 'session', value: { ...session, symbols: [...session.symbols] } });
      await writer.replay(this.stored.takeAfter(session.resumeFrom));
      await this.releaseReservations();
      this.hasSession = true;
    });
  }

  /** To be called within the writer's `exclusive`. Throws UNAVAILABLE while new orders cannot be taken. */
  requireUpToDate(): void {
    const unavailable = (code: string, message: string) => new RpcError('UNAVAILABLE', code, message);
    const { accountId } = this.writer;
    if (!this.hasSession) {
      throw unavailable('NO_SESSION', `No terminal of account ${accountId} has called since the start.`);
    }
    if (this.announced === undefined) {
      throw unavailable('ACCOUNT_UNREPORTED', `The terminal has not reported account ${accountId} yet.`);
    }
    if (!this.stored.isDone) {
      throw unavailable('CATCHING_UP', `Account ${accountId} goes again through what happened before the restart.`);
    }
  }

  async onInput(input: ExecutionInput): Promise<void> {
    switch (input.$case) {
      case 'batch':
        this.onTicks(input.value);
        return;
      case 'account':
        return this.onAccount(input.value);
      case 'trade':
        this.trades.push({ event: input.value, trace: captureTrace() });
        // Between barriers, or after the last: a checkpoint does not hold it, so it is repeated after one.
        if (this.live) await this.writer.exclusive(() => this.book(false));
        return;
    }
  }

  async onBarrier(mark: BarrierMark): Promise<void> {
    const { writer } = this;
    await writer.exclusive(async () => {
      this.timeUs = mark.timeUs;
      writer.barrier = mark.n;
      await writer.replay(this.stored.inStep(mark.n));
      await this.book(true);
      this.recordEquity(mark);
      if (mark.checkpoint) await this.checkpoint(mark.n);
      const { sessionId } = writer;
      await this.announce({ $case: 'progress', value: { ...mark, source: 'execution', sessionId, symbol: '' } });
      await writer.replay(this.stored.takeAfter(mark.n));
    });
    if (mark.end) this.live = true;
  }

  /**
   * Turns the collected events of the terminal into order events, all in one transaction. What is stored has happened:
   * played again, its events come from the store.
   */
  private async book(inStep: boolean): Promise<void> {
    const trades = this.trades.splice(0);
    if (trades.length === 0) return;
    const traces = trades.map(({ trace }) => trace);
    const attributes = { 'trading.account_id': this.writer.accountId, 'trading.trades': trades.length };
    await withSharedSpan(traces, 'book trades', { attributes }, () => this.bookAll(trades, inStep));
  }

  private async bookAll(trades: readonly TracedTrade[], inStep: boolean): Promise<void> {
    const { writer, ports } = this;
    const stored = await ports.store.storedCauses(
      writer.accountId,
      trades.map(({ event }) => causeOf(event)),
    );
    const drafted = new Map<string, OrderRecord>();
    const find = async (coid: string) => drafted.get(coid) ?? (await writer.record(coid));
    const happenings: Happening[] = [];
    for (const { event, trace } of trades) {
      if (stored.has(causeOf(event))) continue;
      for (const happening of await this.happeningsOf(event, find)) {
        drafted.set(happening.coid, advance(await find(happening.coid), happening, 0));
        happenings.push(isElsewhere(trace) ? { ...happening, trace } : happening);
      }
    }
    await writer.commit(happenings, { inStep });
  }

  private async happeningsOf(event: gateway.TradeEvent, find: FindOrder): Promise<Happening[]> {
    if (event.body?.$case === 'result') return happeningsOfResult(event, event.body.value, find);
    if (event.body?.$case !== 'deal') return [];
    const deal = event.body.value;
    const happenings = await happeningsOfDeal(event, deal, find);
    if (deal.origin === 'ORIGIN_EXTERNAL' && happenings.length > 0) await this.haltForForeignOrder(deal);
    return happenings;
  }

  /** Through risk-manager, and while that is away by the flag of the gateway, which it adopts on its return. */
  private async haltForForeignOrder(deal: gateway.Deal): Promise<void> {
    const { accountId } = this.writer;
    const { riskManager, gateway: gatewayClient, logger } = this.ports;
    const reason = `Somebody traded ${deal.symbol} in the terminal (deal ${deal.dealTicket}).`;
    try {
      await riskManager.setTradingState({ accountId, state: 'TRADING_STATE_HALTED', reason });
    } catch (error) {
      logger.error(
        { accountId, error: String(error) },
        'risk-manager could not halt the account; the gateway is asked.',
      );
      await gatewayClient.setHalt({ accountId, halted: true, reason });
    }
  }

  /** Gives back what risk-manager holds for orders that were never submitted. */
  private async releaseReservations(): Promise<void> {
    const { accountId, inCheck } = this.writer;
    const { riskManager, store, logger } = this.ports;
    const coids = [...new Set([...(await store.working(accountId)), ...inCheck])];
    await riskManager
      .releaseReservations({ accountId, coids })
      .catch((error: unknown) =>
        logger.warn({ accountId, error: String(error) }, 'Reservations could not be released at the start.'),
      );
  }

  private onTicks(batch: market.TickBatch): void {
    for (let i = batch.timeUs.length - 1; i >= 0; i--) {
      const [bid = 0, ask = 0] = [batch.bid[i], batch.ask[i]];
      if (bid > ask) continue;
      this.writer.books.onQuote(batch.symbol, bid, ask);
      return;
    }
  }

  private async announce(body: SessionWord): Promise<void> {
    const { accountId, sessionId } = this.writer;
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
        return;
      case 'account': {
        if (writer.books.isOpen || this.terminal === undefined) return;
        await this.openAccount(this.terminal, body.value, timeUs);
        return;
      }
      default:
        return;
    }
  }

  /** The first balance that the terminal reports is the account's opening deposit. */
  private async openAccount(
    terminal: gateway.TerminalSession,
    snapshot: gateway.AccountSnapshot,
    timeUs: number,
  ): Promise<void> {
    const { writer, ports } = this;
    const entry = writer.books.open(snapshot.currency, new Decimal(snapshot.balance), timeUs);
    const account = accountOf(terminal, snapshot, ports.runId);
    await ports.store.database.transaction(async (tx) => {
      await ports.store.saveAccount(tx, account);
      if (entry !== undefined) await ports.store.writeLedger(tx, writer.accountId, entry);
    });
    this.announced = account;
  }

  private recordEquity(mark: BarrierMark): void {
    const view = this.writer.books.equity();
    if (view === undefined || !this.writer.books.isOpen) return;
    this.ports.timeSeries.write(
      'equity',
      { account: this.writer.accountId },
      {
        seq: [mark.n],
        timeUs: [mark.timeUs],
        fields: {
          balance: [view.balance.toNumber()],
          equity: [view.equity.toNumber()],
          lots: [this.writer.books.netLots().toNumber()],
        },
      },
    );
  }

  private async checkpoint(n: number): Promise<void> {
    const { ports, writer } = this;
    await ports.timeSeries.flush();
    await ports.store.database.transaction(async (tx) => {
      await ports.checkpoints.save(tx, writer.accountId, n, writer.books.snapshot());
      await tx.query('UPDATE account SET published_seq = last_seq WHERE account_id = $1', [writer.accountId]);
    });
  }
}

/** Whether work of this trace is done in the name of another: one span cannot be the parent of both. */
function isElsewhere(trace: Trace | undefined): boolean {
  return runInTrace(trace, currentTraceContext)?.traceId !== currentTraceContext()?.traceId;
}
