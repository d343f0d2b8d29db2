import { gateway, plainInstrument, TOPICS, type execution, type market, type risk } from '@trading/contracts';
import type { BarrierMark, SessionStart, Stage } from '@trading/platform-barrier';
import type { CheckpointStore } from '@trading/platform-database';
import type { EventBus } from '@trading/platform-messaging';
import type { Logger } from '@trading/platform-logging';
import type { TimeSeriesStore } from '@trading/platform-timeseries';
import { Decimal } from '@trading/trading-market';
import type { BooksState } from './account-books';
import type { AccountWriter } from './account-writer';
import { happeningsOfDeal, happeningsOfResult } from './broker-happenings';
import { advance, type Happening, type OrderRecord } from './order-record';
import { accountOf, type OrderStore } from './order-store';

export type ExecutionInput =
  | NonNullable<market.MarketTickEvent['body']>
  | { readonly $case: 'trade'; readonly value: gateway.TradeEvent }
  | { readonly $case: 'account'; readonly value: gateway.AccountEvent };

export interface ExecutionPorts {
  readonly bus: EventBus;
  readonly store: OrderStore;
  readonly checkpoints: CheckpointStore;
  readonly timeSeries: TimeSeriesStore;
  readonly gateway: gateway.GatewayService;
  readonly riskManager: risk.RiskManagerService;
  readonly logger: Logger;
  readonly runId: string;
}

/**
 * The execution stage of one account's session: what the terminal reports becomes order events, positions and cash.
 * When a session goes back in simulated time, stored events are repeated at the barriers at which they happened, and
 * nothing is computed twice.
 */
export class ExecutionStage implements Stage<ExecutionInput> {
  private trades: gateway.TradeEvent[] = [];
  /** Stored events by barrier, of the part that is played again. */
  private stored = new Map<number, { inStep: execution.OrderEvent[]; after: execution.OrderEvent[] }>();
  private terminal: gateway.TerminalSession | undefined;
  private announced: execution.Account | undefined;
  private live = false;
  /** Orders that the terminal has proven not to know, and that may be delivered once more. */
  readonly absent = new Set<string>();
  timeUs = 0;

  constructor(
    private readonly writer: AccountWriter,
    private readonly ports: ExecutionPorts,
  ) {}

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
      const row = (await ports.store.accounts()).find((a) => a.accountId === writer.accountId);
      writer.lastSeq = row?.lastSeq ?? 0;
      writer.barrier = row?.barrier ?? 0;
      this.announced = row?.data;
      await this.settleUnresolved(session);
      writer.barrier = session.resumeFrom;
      writer.books.restore(await ports.checkpoints.load<BooksState>(writer.accountId, session.resumeFrom));
      await this.indexStored(session.resumeFrom);
      const body = { $case: 'session', value: { ...session } } as const;
      await ports.bus.publish(TOPICS.orderEvent, writer.accountId, { accountId: writer.accountId, body });
      await ports.bus.publish(TOPICS.positionEvent, writer.accountId, { accountId: writer.accountId, body });
      await writer.replay(this.stored.get(session.resumeFrom)?.after ?? []);
      await ports.riskManager
        .releaseReservations({ accountId: writer.accountId, coids: await ports.store.unresolved(writer.accountId) })
        .catch((error: unknown) =>
          ports.logger.warn({ error: String(error) }, 'Reservations could not be released at the start.'),
        );
    });
  }

  async onInput(input: ExecutionInput): Promise<void> {
    switch (input.$case) {
      case 'batch':
        return this.onTicks(input.value);
      case 'account':
        return this.onAccount(input.value);
      case 'trade':
        this.trades.push(input.value);
        if (this.live) await this.writer.exclusive(() => this.book());
        return;
      case 'mark':
      case 'session':
        return;
    }
  }

  async onBarrier(mark: BarrierMark): Promise<void> {
    const { writer, ports } = this;
    await writer.exclusive(async () => {
      this.timeUs = mark.timeUs;
      writer.barrier = mark.n;
      const stored = this.stored.get(mark.n);
      if (stored !== undefined) await writer.replay(stored.inStep);
      await this.book();
      this.recordEquity(mark);
      if (mark.checkpoint) await this.checkpoint(mark.n);
      const body = { $case: 'progress', value: { ...mark, source: 'execution' } } as const;
      await ports.bus.publish(TOPICS.orderEvent, writer.accountId, { accountId: writer.accountId, body });
      await ports.bus.publish(TOPICS.positionEvent, writer.accountId, { accountId: writer.accountId, body });
      if (stored !== undefined) {
        await writer.replay(stored.after);
        this.stored.delete(mark.n);
      }
    });
    if (mark.end) this.live = true;
  }

  /** Turns the collected events of the terminal into order events, all in one transaction. */
  private async book(): Promise<void> {
    const drafted = new Map<string, OrderRecord>();
    const find = async (coid: string) => drafted.get(coid) ?? (await this.writer.record(coid));
    const happenings: Happening[] = [];
    for (const event of this.trades.splice(0)) {
      const made = await this.happeningsOf(event, find);
      for (const happening of made) drafted.set(happening.coid, advance(await find(happening.coid), happening, 0));
      happenings.push(...made);
    }
    const known = await this.causesStored(happenings);
    await this.writer.commit(
      happenings.filter((h) => !known.has(h.cause)),
      true,
    );
  }

  private async happeningsOf(
    event: gateway.TradeEvent,
    find: (coid: string) => Promise<OrderRecord | undefined>,
  ): Promise<Happening[]> {
    if (event.body?.$case === 'result') return happeningsOfResult(event, event.body.value, find);
    if (event.body?.$case !== 'deal') return [];
    const deal = event.body.value;
    if (deal.origin === 'ORIGIN_EXTERNAL') await this.haltForForeignOrder(deal);
    return happeningsOfDeal(event, deal, find);
  }

  /** A cause that is stored has happened: played again, its events come from the store. */
  private async causesStored(happenings: readonly Happening[]): Promise<ReadonlySet<string>> {
    if (happenings.length === 0) return new Set();
    const rows = await this.ports.store.database.query<{ cause: string }>(
      'SELECT DISTINCT cause FROM order_event WHERE account_id = $1 AND cause = ANY($2)',
      [this.writer.accountId, [...new Set(happenings.map((h) => h.cause))]],
    );
    return new Set(rows.map((row) => row.cause));
  }

  private async haltForForeignOrder(deal: gateway.Deal): Promise<void> {
    await this.ports.riskManager
      .setTradingState({
        accountId: this.writer.accountId,
        state: 'TRADING_STATE_HALTED',
        reason: `Somebody traded ${deal.symbol} in the terminal (deal ${deal.dealTicket}).`,
      })
      .catch((error: unknown) => this.ports.logger.error({ error: String(error) }, 'The account could not be halted.'));
  }

  /** Orders that were on their way when the last session ended: their outcome is unknown until the terminal has told. */
  private async settleUnresolved(session: SessionStart): Promise<void> {
    this.absent.clear();
    const { writer, ports } = this;
    for (const coid of await ports.store.unresolved(writer.accountId)) {
      const record = await writer.record(coid);
      if (record?.view.state === 'SUBMITTED') {
        const event = {
          kind: 'UNKNOWN',
          timeUs: this.timeUs,
          code: 'RESTARTED',
          message: 'The session ended before the outcome was known.',
        } as const;
        await writer.commit([{ coid, cause: `restart:${coid}:${session.sessionId}`, event }], false);
      }
      const fromStrategy = record?.view.request.origin === 'STRATEGY' && session.lockstep;
      const answer = await ports.gateway.queryOrder({ accountId: writer.accountId, coid, tombstone: !fromStrategy });
      if (answer.status !== gateway.QueryStatus.ABSENT) continue;
      if (fromStrategy) this.absent.add(coid);
      else {
        const event = {
          kind: 'REJECTED',
          timeUs: this.timeUs,
          code: 'NEVER_SENT',
          message: 'The order never reached the terminal.',
        } as const;
        await writer.commit([{ coid, cause: `query:${coid}`, event }], false);
      }
    }
  }

  private async indexStored(resumeFrom: number): Promise<void> {
    this.stored = new Map();
    for (const { inStep, message } of await this.ports.store.eventsBeyond(this.writer.accountId, resumeFrom)) {
      let at = this.stored.get(message.barrier);
      if (at === undefined) this.stored.set(message.barrier, (at = { inStep: [], after: [] }));
      (inStep ? at.inStep : at.after).push(message);
    }
  }

  private onTicks(batch: market.TickBatch): void {
    for (let i = batch.timeUs.length - 1; i >= 0; i--) {
      const [bid = 0, ask = 0] = [batch.bid[i], batch.ask[i]];
      if (bid > ask) continue;
      this.writer.books.onQuote(batch.symbol, bid, ask);
      return;
    }
  }

  private async onAccount({ body, timeUs }: gateway.AccountEvent): Promise<void> {
    const { writer, ports } = this;
    switch (body?.$case) {
      case 'instrument':
        return writer.books.learnInstrument(plainInstrument(body.value));
      case 'terminal':
        this.terminal = body.value;
        return;
      case 'account': {
        if (writer.books.hasCash || this.terminal === undefined) return;
        await this.openAccount(this.terminal, body.value, timeUs, ports);
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
    ports: ExecutionPorts,
  ): Promise<void> {
    const { writer } = this;
    const entry = writer.books.open(snapshot.currency, new Decimal(snapshot.balance), timeUs);
    this.announced = accountOf(terminal, snapshot, ports.runId);
    await ports.store.saveAccount(this.announced);
    await ports.store.database.transaction((tx) => ports.store.writeLedger(tx, writer.accountId, entry));
  }

  private recordEquity(mark: BarrierMark): void {
    const view = this.writer.books.equity();
    if (view === undefined || !this.writer.books.hasCash) return;
    this.ports.timeSeries.write(
      'equity',
      { account: this.writer.accountId },
      {
        seq: [mark.n],
        timeUs: [mark.timeUs],
        fields: { balance: [view.balance.toNumber()], equity: [view.equity.toNumber()] },
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
