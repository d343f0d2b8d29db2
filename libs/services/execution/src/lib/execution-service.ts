import { TOPICS, type execution, type risk } from '@trading/contracts';
import { StageHost } from '@trading/platform-barrier';
import { TransientDatabaseError } from '@trading/platform-database';
import { RpcError } from '@trading/platform-grpc';
import { route, type Share, type Subscription } from '@trading/platform-messaging';
import { from, mergeMap, type Observable } from 'rxjs';
import { AccountBooks } from './account-books';
import { LeaseLost } from './account-lease';
import { AllPositions } from './all-positions';
import { AccountWriter, SequenceTaken } from './account-writer';
import { rebuildWithoutSession } from './begin-session';
import { ExecutionQueries } from './execution-queries';
import type { ExecutionInput } from './execution-ports';
import { ExecutionStage } from './execution-stage';
import { Forwarding, FROM_HERE, orUnavailable, type IncomingCall } from './forwarding';
import { ExecutionParts, type ExecutionDependencies } from './execution-parts';
import { AccountNotHalted } from './human-trades';
import type { ReconciliationPort } from './reconciliation-port';

/** Sources of an account's session, in the order in which a barrier's inputs are applied: quotes before fills. */
const SOURCES = ['market/*', 'account', 'trade'];
const TICK_MS = 1_000;
const TRANSIENT = [TransientDatabaseError, SequenceTaken, LeaseLost, AccountNotHalted];

/** The use-cases of execution. */
export class ExecutionUseCases implements execution.ExecutionService {
  private readonly host: StageHost<ExecutionInput, ExecutionStage>;
  private readonly parts: ExecutionParts;
  private readonly forwarding: Forwarding;
  private readonly queries: ExecutionQueries;
  private readonly positions: AllPositions;
  private subscriptions: Subscription[] = [];
  private timer: NodeJS.Timeout | undefined;
  private readonly tickMs: number;

  constructor(dependencies: ExecutionDependencies) {
    this.tickMs = dependencies.tickMs ?? TICK_MS;
    this.parts = new ExecutionParts(dependencies);
    const { ports, followUps, schedule, flattens, own } = this.parts;
    this.forwarding = new Forwarding(ports.leases, own, dependencies.peers);
    this.queries = new ExecutionQueries(ports.store, ports.timeSeries, ports.leases, ports.adopts);
    this.positions = new AllPositions(this.forwarding, ports.leases);
    this.host = new StageHost<ExecutionInput, ExecutionStage>({
      sources: SOURCES,
      create: (accountId) => {
        const books = new AccountBooks(accountId, 'USD');
        const writer = new AccountWriter(accountId, books, ports.store, ports.bus, ports.alerts);
        const stage = new ExecutionStage(writer, ports, followUps);
        stage.onUnknown = () => void schedule?.look(stage);
        stage.onBegun = () => [schedule, flattens].forEach((each) => each?.onSession(stage));
        return stage;
      },
      rejoin: (accountId, reason) => this.rejoin(accountId, reason),
      isTransient: (error) => TRANSIENT.some((kind) => error instanceof kind),
      log: ports.logger,
    });
  }

  /** Why accounts are out of step with their session. */
  get outOfStep(): ReadonlyMap<string, string> {
    return this.host.outOfStep;
  }

  /** Takes events; the books of the accounts that the store knows are rebuilt before the first of theirs. */
  async start(): Promise<void> {
    const { bus, leases } = this.parts.ports;
    leases.start();
    this.subscriptions = [
      await bus.consume({ group: 'execution', delivery: 'everything' }, [
        route(TOPICS.marketTick, ({ key: symbol, message }) => {
          const { body } = message;
          if (body === undefined) return;
          return this.host.feed(body.value.accountId, `market/${symbol}`, message, (input) => input);
        }),
      ]),
      await bus.consume({ group: 'execution', onShare: (share) => this.onShare(share) }, [
        route(TOPICS.accountEvent, ({ message }) =>
          this.host.feed(message.accountId, 'account', message, () => ({ $case: 'account', value: message })),
        ),
        route(TOPICS.tradeEvent, ({ message }) =>
          this.host.feed(message.accountId, 'trade', message, () => ({ $case: 'trade', value: message })),
        ),
        route(TOPICS.riskEvent, ({ message }) => this.onRisk(message)),
      ]),
    ];
    if (this.tickMs === 0) return;
    this.timer = setInterval(() => void this.tick(), this.tickMs);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.host.stop();
    await Promise.all(this.subscriptions.map((s) => s.stop()));
    await this.parts.ports.leases.stop();
  }

  submitOrder(
    request: execution.SubmitOrderRequest,
    call: IncomingCall = FROM_HERE,
  ): Promise<execution.SubmitOrderResponse> {
    return this.at(request.order?.accountId ?? '', call, {
      here: (stage) => this.parts.submission.submit(stage.writer, stage, request),
      there: (client) => client.submitOrder(request),
    });
  }

  modifyOrder(
    request: execution.ModifyOrderRequest,
    call: IncomingCall = FROM_HERE,
  ): Promise<execution.SubmitOrderResponse> {
    return this.at(request.accountId, call, {
      here: (stage) => this.parts.desk.modifyOrder(stage, request),
      there: (client) => client.modifyOrder(request),
    });
  }

  cancelOrder(
    request: execution.CancelOrderRequest,
    call: IncomingCall = FROM_HERE,
  ): Promise<execution.SubmitOrderResponse> {
    return this.at(request.accountId, call, {
      here: (stage) => this.parts.desk.cancelOrder(stage, request),
      there: (client) => client.cancelOrder(request),
    });
  }

  modifyPosition(
    request: execution.ModifyPositionRequest,
    call: IncomingCall = FROM_HERE,
  ): Promise<execution.ModifyPositionResponse> {
    return this.at(request.accountId, call, {
      here: (stage) => this.parts.desk.modifyPosition(stage, request),
      there: (client) => client.modifyPosition(request),
    });
  }

  closePosition(
    request: execution.ClosePositionRequest,
    call: IncomingCall = FROM_HERE,
  ): Promise<execution.SubmitOrderResponse> {
    return this.at(request.accountId, call, {
      here: (stage) => this.parts.desk.closePosition(stage, request),
      there: (client) => client.closePosition(request),
    });
  }

  flatten(request: execution.FlattenRequest, call: IncomingCall = FROM_HERE): Promise<execution.FlattenResponse> {
    return this.at(request.accountId, call, {
      here: async (stage) => ({ orders: [...(await this.parts.flattens.want(stage, request))] }),
      there: (client) => client.flatten(request),
    });
  }

  reconcile(request: execution.ReconcileRequest, call: IncomingCall = FROM_HERE): Promise<execution.Reconciliation> {
    return this.at(request.accountId, call, {
      here: (stage) => this.parts.schedule?.run(stage, 'operator') ?? this.reconciliation.reconcile(stage, 'operator'),
      there: (client) => client.reconcile(request),
    });
  }

  async listDifferences(request: execution.ListDifferencesRequest): Promise<execution.ListDifferencesResponse> {
    return this.reconciliation.listDifferences(request);
  }

  resolveDifference(
    request: execution.ResolveDifferenceRequest,
    call: IncomingCall = FROM_HERE,
  ): Promise<execution.Difference> {
    return this.at(request.accountId, call, {
      here: (stage) => this.reconciliation.resolveDifference(stage, request, 'operator'),
      there: (client) => client.resolveDifference(request),
    });
  }

  async listLedger(request: execution.ListLedgerRequest): Promise<execution.ListLedgerResponse> {
    return { entries: await this.parts.ports.store.ledger(request.accountId, request.afterNumber) };
  }

  getOrder(request: execution.GetOrderRequest): Promise<execution.Order> {
    return this.queries.order(request);
  }

  async listOrders(request: execution.ListOrdersRequest): Promise<execution.ListOrdersResponse> {
    return { orders: await this.parts.ports.store.listOrders(request) };
  }

  async listFills(request: execution.ListFillsRequest): Promise<execution.ListFillsResponse> {
    return { fills: await this.parts.ports.store.fills(request.accountId, request.coid) };
  }

  async listOrderEvents(request: execution.ListOrderEventsRequest): Promise<execution.ListOrderEventsResponse> {
    const events = await this.parts.ports.store.eventsOf(request.accountId, request.coid);
    return { events: events.map((event) => ({ ...event, order: undefined })) };
  }

  async listTrades(request: execution.ListTradesRequest): Promise<execution.ListTradesResponse> {
    return { trades: await this.parts.ports.store.trades(request.accountId) };
  }

  streamOrderEvents(
    request: execution.StreamOrderEventsRequest,
    call: IncomingCall = FROM_HERE,
  ): Observable<execution.OrderEvent> {
    const { accountId, afterSeq } = request;
    return from(this.forwarding.placeOf(accountId, call)).pipe(
      mergeMap((place) =>
        place === undefined
          ? this.queries.events(this.known(accountId).writer, afterSeq)
          : this.forwarding.send(place, call, (client) => client.streamOrderEvents(request)),
      ),
    );
  }

  async listPositions(
    request: execution.ListPositionsRequest,
    call: IncomingCall = FROM_HERE,
  ): Promise<execution.ListPositionsResponse> {
    const { accountId } = request;
    if (accountId === '') return { positions: await this.positions.everywhere(this.host.stages, call) };
    return this.at(accountId, call, {
      here: async ({ writer, timeUs }) => ({ positions: writer.books.positions(writer.lastSeq, timeUs) }),
      there: (client) => client.listPositions(request),
    });
  }

  async listAccounts(): Promise<execution.ListAccountsResponse> {
    const accounts = await this.queries.accounts((accountId) =>
      this.host.get(accountId)?.writer.books.equity()?.equity.toFixed(2),
    );
    return { accounts };
  }

  async getEquity(request: execution.GetEquityRequest): Promise<execution.GetEquityResponse> {
    return { points: await this.queries.equity(request.accountId) };
  }

  /** One round of what is due now and then. */
  async tick(): Promise<void> {
    const { ports, schedule } = this.parts;
    for (const stage of this.host.stages.values()) {
      try {
        await stage.tick();
      } catch (error) {
        const facts = { accountId: stage.writer.accountId, error: String(error) };
        ports.logger.warn(facts, 'An account could not be looked after.');
      }
      void schedule?.look(stage);
    }
  }

  /** Resolves when nothing that follows from orders by itself is under way. */
  settled(): Promise<void> {
    return this.parts.followUps.settled();
  }

  /** A limit, or the week's end, wants an account flat. */
  private async onRisk({ accountId, body }: risk.RiskEvent): Promise<void> {
    if (body?.$case !== 'flatten') return;
    const wanted = { accountId, ...body.value };
    await orUnavailable(() => this.parts.flattens.wish(this.host.get(accountId), wanted));
  }

  private get reconciliation(): ReconciliationPort {
    const { reconciliation } = this.parts.ports;
    if (reconciliation === undefined)
      throw new RpcError('UNAVAILABLE', 'RECONCILIATION_AWAY', 'This process does not compare books with the broker.');
    return reconciliation;
  }

  /** Where the account is written: here, or at the process that has its lease. */
  private async at<R>(
    accountId: string,
    call: IncomingCall,
    work: {
      readonly here: (stage: ExecutionStage) => Promise<R>;
      readonly there: (client: execution.ExecutionService) => Promise<R>;
    },
  ): Promise<R> {
    if (!this.parts.ports.leases.has(accountId)) {
      const place = await this.forwarding.placeOf(accountId, call);
      if (place !== undefined) return this.forwarding.send(place, call, work.there);
    }
    const stage = this.known(accountId);
    return orUnavailable(() => work.here(stage));
  }

  private known(accountId: string): ExecutionStage {
    const found = this.host.get(accountId);
    if (found === undefined)
      throw new RpcError('NOT_FOUND', 'ACCOUNT_UNKNOWN', `Execution knows no account ${accountId}.`);
    return found;
  }

  private async onShare(share: Share): Promise<void> {
    await this.host.share(
      (accountId) => share.owns(accountId),
      async () => (await this.parts.ports.store.accounts()).map(({ accountId }) => accountId),
    );
  }

  /** Books of an account without a session: the newest checkpoint and what was booked after it. */
  private async rejoin(accountId: string, reason: string): Promise<void> {
    const { ports } = this.parts;
    const row = await ports.store.account(accountId);
    if (row !== undefined) await rebuildWithoutSession(this.host.of(accountId), row.lastSeq, ports);
    const body = { $case: 'rejoin', value: { source: 'execution', accountId, symbol: '', reason } } as const;
    await ports.bus.publish(TOPICS.orderEvent, accountId, { accountId, sessionId: '', body });
  }
}
