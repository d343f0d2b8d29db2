import { common, TOPICS, type execution } from '@trading/contracts';
import { StageHost } from '@trading/platform-barrier';
import { TransientDatabaseError } from '@trading/platform-database';
import { RpcError } from '@trading/platform-grpc';
import { route, type Share, type Subscription } from '@trading/platform-messaging';
import { operatorOrderId } from '@trading/trading-orders';
import { Observable } from 'rxjs';
import { AccountBooks, type BooksState } from './account-books';
import { AccountWriter, SequenceTaken } from './account-writer';
import { ExecutionStage, type ExecutionInput, type ExecutionPorts } from './execution-stage';
import type { AccountRow } from './order-store';
import type { ReconciliationPort } from './reconciliation-port';
import { OrderSubmission } from './submit-order';

/** Sources of an account's session, in the order in which a barrier's inputs are applied: quotes before fills. */
const SOURCES = ['market/*', 'account', 'trade'];

/** The use-cases of execution. */
export class ExecutionUseCases implements execution.ExecutionService {
  private readonly host: StageHost<ExecutionInput, ExecutionStage>;
  private readonly submission: OrderSubmission;
  private subscriptions: Subscription[] = [];

  constructor(private readonly ports: ExecutionPorts) {
    this.submission = new OrderSubmission(ports.store, ports.gateway, ports.riskManager, ports.logger);
    this.host = new StageHost<ExecutionInput, ExecutionStage>({
      sources: SOURCES,
      create: (accountId) => {
        const books = new AccountBooks(accountId, 'USD');
        return new ExecutionStage(new AccountWriter(accountId, books, ports.store, ports.bus), ports);
      },
      rejoin: (accountId, reason) => this.rejoin(accountId, reason),
      isTransient: (error) => error instanceof TransientDatabaseError || error instanceof SequenceTaken,
      log: ports.logger,
    });
  }

  /** Why accounts are out of step with their session. */
  get outOfStep(): ReadonlyMap<string, string> {
    return this.host.outOfStep;
  }

  /** Takes events; the books of the accounts that the store knows are rebuilt before the first of theirs. */
  async start(): Promise<void> {
    const { bus } = this.ports;
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
      ]),
    ];
  }

  async stop(): Promise<void> {
    this.host.stop();
    await Promise.all(this.subscriptions.map((s) => s.stop()));
  }

  async submitOrder(request: execution.SubmitOrderRequest): Promise<execution.SubmitOrderResponse> {
    const stage = this.known(request.order?.accountId ?? '');
    return this.submission.submit(stage.writer, stage, request);
  }

  async modifyOrder(_request: execution.ModifyOrderRequest): Promise<execution.SubmitOrderResponse> {
    throw new RpcError(
      'UNIMPLEMENTED',
      'MODIFY_UNSUPPORTED',
      'Only market orders are routed; there is nothing to modify.',
    );
  }

  async cancelOrder(_request: execution.CancelOrderRequest): Promise<execution.SubmitOrderResponse> {
    throw new RpcError(
      'UNIMPLEMENTED',
      'CANCEL_UNSUPPORTED',
      'Only market orders are routed; there is nothing to cancel.',
    );
  }

  async flatten(request: execution.FlattenRequest): Promise<execution.FlattenResponse> {
    const stage = this.known(request.accountId);
    const { writer } = stage;
    const orders: execution.Order[] = [];
    const positions = await writer.exclusive(async () => {
      stage.requireUpToDate();
      return writer.books.positions(writer.lastSeq, stage.timeUs);
    });
    for (const position of positions) {
      const order = closeOf(position, request);
      const answer = await this.submission.submit(writer, stage, { order, asOfUs: 0, hops: undefined });
      if (answer.order !== undefined) orders.push(answer.order);
    }
    return { orders };
  }

  async modifyPosition(_request: execution.ModifyPositionRequest): Promise<execution.ModifyPositionResponse> {
    throw new RpcError('UNIMPLEMENTED', 'MODIFY_UNSUPPORTED', 'Stops of a position cannot be moved yet.');
  }

  async closePosition(_request: execution.ClosePositionRequest): Promise<execution.SubmitOrderResponse> {
    throw new RpcError('UNIMPLEMENTED', 'CLOSE_UNSUPPORTED', 'Single positions cannot be closed yet; see Flatten.');
  }

  async reconcile(request: execution.ReconcileRequest): Promise<execution.Reconciliation> {
    return this.reconciliation.reconcile(this.known(request.accountId), 'operator');
  }

  async listDifferences(request: execution.ListDifferencesRequest): Promise<execution.ListDifferencesResponse> {
    return this.reconciliation.listDifferences(request);
  }

  async resolveDifference(request: execution.ResolveDifferenceRequest): Promise<execution.Difference> {
    return this.reconciliation.resolveDifference(this.known(request.accountId), request, 'operator');
  }

  async listLedger(request: execution.ListLedgerRequest): Promise<execution.ListLedgerResponse> {
    return { entries: await this.ports.store.ledger(request.accountId, request.afterNumber) };
  }

  async getOrder(request: execution.GetOrderRequest): Promise<execution.Order> {
    const record = await this.ports.store.load(request.coid);
    if (record === undefined)
      throw new RpcError('NOT_FOUND', 'ORDER_UNKNOWN', `No order has the client order id ${request.coid}.`);
    return record.order;
  }

  async listOrders(request: execution.ListOrdersRequest): Promise<execution.ListOrdersResponse> {
    return { orders: await this.ports.store.listOrders(request) };
  }

  async listFills(request: execution.ListFillsRequest): Promise<execution.ListFillsResponse> {
    return { fills: await this.ports.store.fills(request.accountId, request.coid) };
  }

  async listTrades(request: execution.ListTradesRequest): Promise<execution.ListTradesResponse> {
    return { trades: await this.ports.store.trades(request.accountId) };
  }

  /** First the stored events after `after_seq`, then new ones as they happen, without a gap between. */
  streamOrderEvents(request: execution.StreamOrderEventsRequest): Observable<execution.OrderEvent> {
    const { writer } = this.known(request.accountId);
    return new Observable((subscriber) => {
      let last = request.afterSeq;
      let early: execution.OrderEvent[] | undefined = [];
      const pass = (event: execution.OrderEvent): void => {
        if (event.seq <= last) return;
        last = event.seq;
        subscriber.next(event);
      };
      const stop = writer.listen((event) => (early === undefined ? pass(event) : void early.push(event)));
      this.ports.store.eventsAfter(request.accountId, request.afterSeq).then(
        (stored) => {
          for (const event of [...stored, ...(early ?? [])]) pass(event);
          early = undefined;
        },
        (error: unknown) => subscriber.error(error),
      );
      return stop;
    });
  }

  async listPositions(request: execution.ListPositionsRequest): Promise<execution.ListPositionsResponse> {
    const chosen = request.accountId === '' ? [...this.host.stages.values()] : [this.known(request.accountId)];
    return {
      positions: chosen.flatMap(({ writer, timeUs }) => writer.books.positions(writer.lastSeq, timeUs)),
    };
  }

  async listAccounts(): Promise<execution.ListAccountsResponse> {
    const rows = await this.ports.store.accounts();
    return {
      accounts: await Promise.all(
        rows.map(async ({ accountId, data, lastSeq }) => {
          const view = this.host.get(accountId)?.writer.books.equity();
          return {
            ...data,
            lastSeq,
            balance: (await this.ports.store.ledgerSum(accountId)).toFixed(2),
            equity: view?.equity.toFixed(2) ?? '',
          };
        }),
      ),
    };
  }

  async getEquity(request: execution.GetEquityRequest): Promise<execution.GetEquityResponse> {
    const tags = { account: request.accountId };
    await this.ports.timeSeries.flush();
    const rows = await this.ports.timeSeries.query('equity', tags);
    return {
      points: rows.map(({ timeUs, fields }) => ({
        timeUs,
        balance: (fields['balance'] ?? 0).toFixed(2),
        equity: (fields['equity'] ?? 0).toFixed(2),
        positionLots: String(fields['lots'] ?? 0),
      })),
    };
  }

  private get reconciliation(): ReconciliationPort {
    const { reconciliation } = this.ports;
    if (reconciliation === undefined)
      throw new RpcError('UNAVAILABLE', 'RECONCILIATION_AWAY', 'This process does not compare books with the broker.');
    return reconciliation;
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
      async () => (await this.ports.store.accounts()).map(({ accountId }) => accountId),
    );
  }

  private async rejoin(accountId: string, reason: string): Promise<void> {
    const row = await this.ports.store.account(accountId);
    if (row !== undefined) await this.rebuild(row);
    const body = { $case: 'rejoin', value: { source: 'execution', accountId, symbol: '', reason } } as const;
    await this.ports.bus.publish(TOPICS.orderEvent, accountId, { accountId, sessionId: '', body });
  }

  /** Books of an account without a session: the newest checkpoint and what was booked after it. */
  private async rebuild({ accountId, lastSeq }: AccountRow): Promise<void> {
    const stage = this.host.of(accountId);
    const { writer } = stage;
    const latest = await this.ports.checkpoints.latest<BooksState>(accountId);
    if (latest === undefined) return;
    const beyond = await this.ports.store.eventsBeyond(accountId, latest.barrier);
    await writer.exclusive(async () => {
      if (stage.hasSession) return;
      writer.lastSeq = lastSeq;
      writer.books.restore(latest.state);
      writer.rebook(beyond.map(({ message }) => message));
    });
  }
}

/** The order that closes a position; the same request closes it once, whatever else is still open by then. */
function closeOf(position: execution.Position, request: execution.FlattenRequest): common.OrderRequest {
  const short = position.volumeLots.startsWith('-');
  return common.OrderRequest.fromPartial({
    coid: operatorOrderId(request.accountId, request.requestId, position.symbol),
    accountId: request.accountId,
    symbol: position.symbol,
    side: short ? common.Side.BUY : common.Side.SELL,
    type: common.OrderType.MARKET,
    volumeLots: position.volumeLots.replace('-', ''),
    timeInForce: common.TimeInForce.IOC,
    origin: common.Origin.OPERATOR,
    reduceOnly: true,
    comment: request.reason.slice(0, 16),
  });
}
