import { TOPICS, gateway, risk, type common, type execution, type market } from '@trading/contracts';
import {
  CheckpointStore,
  createTestDatabase,
  openDatabase,
  type Database,
  type TestDatabase,
} from '@trading/platform-database';
import type { Alert } from '@trading/platform-alerting';
import { memoryLogger } from '@trading/platform-logging';
import { InProcessBus, route, type EventBus } from '@trading/platform-messaging';
import type { SeriesColumns, TimeSeriesStore } from '@trading/platform-timeseries';
import type { ExecutionConfig } from '../lib/execution-config';
import { EXECUTION_MIGRATIONS } from '../lib/execution-migrations';
import type { ExecutionClientMaker } from '../lib/forwarding';
import { ExecutionUseCases } from '../lib/execution-service';
import { OrderStore } from '../lib/order-store';
import { reconciliationsOf, type Reconciliations } from '../lib/reconcile-service';
import { FakeRiskManager } from './fake-risk-manager';
import { FakeTerminal } from './fake-terminal';
import { ACCOUNT, INSTRUMENT, SNAPSHOT, ticks, timeOf } from './messages';
import { until } from './until';

type TradeBody = NonNullable<gateway.TradeEvent['body']>;

export const LEASE_MS = 10_000;

/** What the terminal says between two barriers. */
export interface Step {
  readonly ticks?: readonly market.TickBatch[];
  readonly account?: readonly gateway.AccountSnapshot[];
  /** Results and deals, in their order. */
  readonly trades?: readonly TradeBody[];
}

const TABLES =
  'account, order_event, orders, fill, position, ledger, trade, checkpoint, account_lease, order_command, book_note, protection, difference, difference_audit, reconciled, flatten_wanted';

/**
 * Execution on a real database, between a terminal, a risk-manager and a bus of the test. {@link crash} leaves nothing
 * but the database, the terminal and risk-manager, as `kill -9` would.
 */
export class ExecutionFixture {
  readonly terminal = new FakeTerminal();
  readonly riskManager = new FakeRiskManager();
  readonly logger = memoryLogger();
  /** What people were told. */
  readonly raised: Alert[] = [];
  readonly alerts = { raise: (alert: Alert) => void this.raised.push(alert) };

  /** What handlers threw. */
  errors: unknown[] = [];
  /** What execution published since its start. */
  published: execution.OrderEventMessage[] = [];
  positions: execution.PositionEventMessage[] = [];
  equity: SeriesColumns[] = [];
  bus!: InProcessBus;
  service!: ExecutionUseCases;
  /** The terminal's journal; another one counts its events anew. */
  journalId = 'journal-1';
  /** What the process's clock shows, which goes on only when told to. */
  nowMs = 1_000;
  /** Of the next start. */
  config: Partial<ExecutionConfig> = {};
  /** Called where a comparison waits a little before it looks again. */
  onPause: () => Promise<void> = async () => undefined;
  /** Whether the next start compares books with the terminal. */
  reconciles = false;
  /** Of the account that the next session opens. */
  snapshot = SNAPSHOT;
  instrument = INSTRUMENT;
  private seq = 0;
  private sessions = 0;
  private barrier = 0;

  private constructor(
    private readonly created: TestDatabase,
    readonly database: Database,
  ) {}

  static async open(): Promise<ExecutionFixture> {
    const created = await createTestDatabase();
    const database = await openDatabase({ url: created.url, schema: 'execution', migrations: EXECUTION_MIGRATIONS });
    return new ExecutionFixture(created, database);
  }

  /** Empties everything and starts. */
  async reset(): Promise<void> {
    await this.database.query(`TRUNCATE ${TABLES}`);
    this.config = {};
    this.reconciles = false;
    this.onPause = async () => undefined;
    this.snapshot = SNAPSHOT;
    this.instrument = INSTRUMENT;
    this.journalId = 'journal-1';
    this.terminal.way = 'up';
    this.terminal.reset();
    this.terminal.journal.length = this.terminal.submitted.length = this.terminal.halts.length = 0;
    this.terminal.tombstones.clear();
    const { riskManager } = this;
    riskManager.protects = false;
    riskManager.denial = riskManager.pause = this.terminal.pause = undefined;
    riskManager.isDown = false;
    riskManager.reserved.clear();
    riskManager.asked.length = riskManager.halts.length = riskManager.releases.length = 0;
    this.logger.entries.length = this.raised.length = 0;
    this.errors = [];
    this.seq = this.sessions = 0;
    await this.start();
  }

  get store(): OrderStore {
    return new OrderStore(this.database);
  }

  async start(): Promise<void> {
    this.published = [];
    this.positions = [];
    this.equity = [];
    const { errors } = this;
    // What a process that was killed still fails at reaches nobody.
    const onError = ({ error }: { readonly error: unknown }): void => {
      if (this.bus === bus) errors.push(error);
    };
    const bus = new InProcessBus({ onError, retryMaxMs: 1 });
    this.bus = bus;
    this.service = this.process(bus);
    await this.service.start();
    await bus.consume({ group: 'test' }, [
      route(TOPICS.orderEvent, ({ message }) => {
        if (message.body?.$case !== 'rejoin') this.published.push(message);
      }),
      route(TOPICS.positionEvent, ({ message }) => void this.positions.push(message)),
    ]);
  }

  /** One more process of execution on the same store, terminal and risk-manager. */
  process(bus: EventBus, config: Partial<ExecutionConfig> = {}, peers?: ExecutionClientMaker): ExecutionUseCases {
    return new ExecutionUseCases({
      bus,
      store: this.store,
      checkpoints: new CheckpointStore(this.database),
      timeSeries: this.series(),
      gateway: this.terminal.client,
      riskManager: this.riskManager.client,
      alerts: this.alerts,
      logger: this.logger,
      config: { runId: 'run-1', leaseMs: LEASE_MS, ...this.config, ...config },
      monotonicMs: () => this.nowMs,
      // Only when a test says so: a real timer would go on in processes that are gone, and in the middle of a step.
      tickMs: 0,
      ...(this.reconciles ? { reconciliation: this.reconciliations(bus) } : {}),
      peers,
    });
  }

  /** The process is gone: what its instance still does reaches nobody. */
  async crash(): Promise<void> {
    // Handlers that hang, as those of a killed process do, would be waited for.
    void this.bus.close();
    await this.start();
  }

  /** The process stands still, with all that it knows, and another starts. */
  async freeze(): Promise<void> {
    await this.bus.close();
    this.nowMs += 2 * LEASE_MS;
    await this.start();
  }

  async untilSubmitted(coid: string): Promise<void> {
    await until(() => this.terminal.submitted.includes(coid));
  }

  /** A session from a barrier on, with what a terminal says first. `tradeSeq` is its last reliable event before that. */
  async session(resumeFrom = 0, { lockstep = true, tradeSeq = this.seq } = {}): Promise<void> {
    this.barrier = resumeFrom;
    this.seq = tradeSeq;
    const value: common.SessionStarted = {
      accountId: ACCOUNT,
      sessionId: `session-${++this.sessions}`,
      resumeFrom,
      timeUs: timeOf(resumeFrom),
      lockstep,
      symbols: ['EURUSD'],
      beginning: lockstep ? 0 : 1,
    };
    await this.everywhere({ $case: 'session', value });
    const tradeMode = 'TRADE_MODE_DEMO';
    await this.onAccount({
      $case: 'terminal',
      value: gateway.TerminalSession.fromPartial({
        accountId: ACCOUNT,
        login: '1',
        platform: 'PLATFORM_MT5',
        tradeMode,
        journalId: this.journalId,
        eventSeq: lockstep ? 0 : this.seq,
      }),
    });
    await this.onAccount({ $case: 'instrument', value: this.instrument });
    if (resumeFrom === 0) await this.onAccount({ $case: 'account', value: this.snapshot });
    await this.idle();
  }

  /** The inputs of the next barrier, and the barrier. */
  async step(step: Step = {}, { checkpoint = false, end = false } = {}): Promise<void> {
    for (const batch of step.ticks ?? []) await this.market({ $case: 'batch', value: batch });
    for (const value of step.account ?? []) await this.onAccount({ $case: 'account', value });
    for (const body of step.trades ?? []) await this.onTrade(body);
    const n = ++this.barrier;
    await this.everywhere({
      $case: 'mark',
      value: { accountId: ACCOUNT, sessionId: this.sessionId, n, timeUs: timeOf(n), checkpoint, end },
    });
    await this.idle();
  }

  /** One quote without simulated time. */
  async quote(bid: number, ask: number): Promise<void> {
    await this.market({ $case: 'batch', value: ticks(bid, ask) });
    await this.idle();
  }

  /** risk-manager says that the account is to be flat. */
  async wantFlat(requestId: string): Promise<void> {
    const body = { $case: 'flatten', value: { requestId, reason: 'The week ends.' } } as const;
    await this.bus.publish(TOPICS.riskEvent, ACCOUNT, risk.RiskEvent.fromPartial({ accountId: ACCOUNT, body }));
    await this.idle();
  }

  /** The terminal trades one more symbol, on the terms of the first. */
  learn(symbol: string): Promise<void> {
    return this.onAccount({ $case: 'instrument', value: { ...this.instrument, symbol } });
  }

  /** One reliable event of the terminal, with the next sequence. */
  async onTrade(body: TradeBody): Promise<void> {
    await this.bus.publish(TOPICS.tradeEvent, ACCOUNT, this.trade(body, ++this.seq));
  }

  idle(): Promise<void> {
    return this.bus.idle();
  }

  /** Resolves when what follows from what was said so far is done, too. */
  async settled(): Promise<void> {
    await this.bus.idle();
    await this.service.settled();
    await this.bus.idle();
  }

  /** Events that were published since the start. */
  get events(): execution.OrderEvent[] {
    return this.published.flatMap(({ body }) => (body?.$case === 'event' ? [body.value] : []));
  }

  /** What was published since the start, in short. */
  get words(): string[] {
    return this.published.map(({ body }) => {
      if (body?.$case === 'event') return `${body.value.coid} ${body.value.kind.replace('ORDER_EVENT_KIND_', '')}`;
      if (body?.$case === 'progress') return `barrier ${body.value.n}`;
      return body?.$case === 'session' ? `session from ${body.value.resumeFrom}` : '';
    });
  }

  async stateOf(coid: string): Promise<string> {
    return (await this.service.getOrder({ accountId: ACCOUNT, coid })).state.replace('ORDER_STATE_', '');
  }

  async lots(): Promise<string> {
    const { positions } = await this.service.listPositions({ accountId: ACCOUNT });
    return positions.map((p) => p.volumeLots).join();
  }

  /** Rows of every table, to be compared. */
  async rows(): Promise<Record<string, unknown[]>> {
    const tables = ['order_event', 'orders', 'fill', 'position', 'ledger', 'trade'];
    const read = tables.map(async (table) => {
      const rows = await this.database.query<{ row: unknown }>(
        `SELECT to_jsonb(t) AS row FROM ${table} t ORDER BY to_jsonb(t)::text`,
      );
      return [table, rows.map(({ row }) => row)] as const;
    });
    return Object.fromEntries(await Promise.all(read));
  }

  async close(): Promise<void> {
    await this.bus.close();
    await this.database.close();
    await this.created.drop();
  }

  private async everywhere(
    body: { $case: 'mark'; value: common.Mark } | { $case: 'session'; value: common.SessionStarted },
  ): Promise<void> {
    await this.bus.publish(TOPICS.tradeEvent, ACCOUNT, this.trade(body, 0));
    await this.onAccount(body);
    await this.market(body);
  }

  private get sessionId(): string {
    return `session-${this.sessions}`;
  }

  private market(body: NonNullable<market.MarketTickEvent['body']>): Promise<void> {
    const symbol = body.$case === 'batch' ? body.value.symbol : 'EURUSD';
    return this.bus.publish(TOPICS.marketTick, symbol, { sessionId: this.sessionId, body });
  }

  private trade(body: TradeBody, seq: number): gateway.TradeEvent {
    const at = { timeUs: timeOf(this.barrier), ingestUs: 0, barrier: this.barrier };
    return { accountId: ACCOUNT, sessionId: `session-${this.sessions}`, seq, journalId: this.journalId, ...at, body };
  }

  private onAccount(body: NonNullable<gateway.AccountEvent['body']>): Promise<void> {
    const { sessionId, barrier } = this;
    const event = { accountId: ACCOUNT, sessionId, timeUs: timeOf(barrier), barrier, body };
    return this.bus.publish(TOPICS.accountEvent, ACCOUNT, event);
  }

  private reconciliations(bus: EventBus): Reconciliations {
    const { database, store, riskManager, alerts, logger } = this;
    const ports = {
      bus,
      database,
      store,
      gateway: this.terminal.client,
      riskManager: riskManager.client,
      alerts,
      logger,
    };
    return reconciliationsOf({ ...ports, monotonicMs: () => this.nowMs, pause: () => this.onPause() });
  }

  private series(): TimeSeriesStore {
    return {
      write: (_measurement, _tags, columns) => void this.equity.push(columns),
      pressure: () => Promise.resolve(),
      flush: () => Promise.resolve({ kind: 'stored' } as const),
      query: () => Promise.resolve([]),
      count: () => Promise.resolve(0),
      close: () => Promise.resolve(),
    };
  }
}
