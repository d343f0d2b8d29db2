import { common, TOPICS, type execution, type market } from '@trading/contracts';
import { BarrierJoin, feed } from '@trading/platform-barrier';
import { RpcError } from '@trading/platform-grpc';
import type { Subscription } from '@trading/platform-messaging';
import { operatorOrderId } from '@trading/trading-orders';
import { Observable } from 'rxjs';
import { AccountBooks, type BooksState } from './account-books';
import { AccountWriter } from './account-writer';
import { ExecutionStage, type ExecutionInput, type ExecutionPorts } from './execution-stage';
import type { AccountRow } from './order-store';
import { OrderSubmission } from './submit-order';

interface AccountStage {
  readonly writer: AccountWriter;
  readonly stage: ExecutionStage;
  readonly join: BarrierJoin<ExecutionInput>;
}

/** Sources of an account's session, in the order in which a barrier's inputs are applied: quotes before fills. */
const SOURCES = ['market', 'account', 'trade'];

/** The use-cases of execution. */
export class ExecutionUseCases implements execution.ExecutionService {
  private readonly accounts = new Map<string, AccountStage>();
  private readonly submission: OrderSubmission;
  private subscriptions: Subscription[] = [];

  constructor(private readonly ports: ExecutionPorts) {
    this.submission = new OrderSubmission(ports.store, ports.gateway, ports.riskManager, ports.logger);
  }

  /** Rebuilds the books of the accounts that the store knows, then takes events. */
  async start(): Promise<void> {
    for (const row of await this.ports.store.accounts()) await this.rebuild(row);
    const { bus } = this.ports;
    const group = { group: 'execution' };
    this.subscriptions = [
      await bus.subscribe(TOPICS.marketTick, group, ({ message }) => this.takeTicks(message)),
      await bus.subscribe(TOPICS.accountEvent, group, ({ message }) => {
        const { body } = message;
        const isTime = body?.$case === 'mark' || body?.$case === 'session';
        return feed(this.of(message.accountId).join, 'account', isTime ? body : { $case: 'account', value: message });
      }),
      await bus.subscribe(TOPICS.tradeEvent, group, ({ message }) => {
        const { body } = message;
        const isTime = body?.$case === 'mark' || body?.$case === 'session';
        return feed(this.of(message.accountId).join, 'trade', isTime ? body : { $case: 'trade', value: message });
      }),
    ];
  }

  async stop(): Promise<void> {
    await Promise.all(this.subscriptions.map((s) => s.stop()));
  }

  async submitOrder(request: execution.SubmitOrderRequest): Promise<execution.SubmitOrderResponse> {
    const { writer, stage } = this.known(request.order?.accountId ?? '');
    return this.submission.submit(writer, stage, request);
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
    const { writer, stage } = this.known(request.accountId);
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
    const chosen = request.accountId === '' ? [...this.accounts.values()] : [this.known(request.accountId)];
    return { positions: chosen.flatMap(({ writer, stage }) => writer.books.positions(writer.lastSeq, stage.timeUs)) };
  }

  async listAccounts(): Promise<execution.ListAccountsResponse> {
    const rows = await this.ports.store.accounts();
    return {
      accounts: await Promise.all(
        rows.map(async ({ accountId, data, lastSeq }) => {
          const view = this.accounts.get(accountId)?.writer.books.equity();
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

  private takeTicks({ body }: market.MarketTickEvent): Promise<void> | void {
    if (body === undefined) return;
    return feed(this.of(body.value.accountId).join, 'market', body);
  }

  private known(accountId: string): AccountStage {
    const found = this.accounts.get(accountId);
    if (found === undefined)
      throw new RpcError('NOT_FOUND', 'ACCOUNT_UNKNOWN', `Execution knows no account ${accountId}.`);
    return found;
  }

  private of(accountId: string): AccountStage {
    let found = this.accounts.get(accountId);
    if (found === undefined) {
      const writer = new AccountWriter(accountId, new AccountBooks(accountId, 'USD'), this.ports.store, this.ports.bus);
      const stage = new ExecutionStage(writer, this.ports);
      found = { writer, stage, join: new BarrierJoin<ExecutionInput>(SOURCES, stage) };
      this.accounts.set(accountId, found);
    }
    return found;
  }

  /** Books of an account whose terminal has not called yet: the newest checkpoint and what was booked after it. */
  private async rebuild({ accountId, lastSeq }: AccountRow): Promise<void> {
    const { writer } = this.of(accountId);
    writer.lastSeq = lastSeq;
    const latest = await this.ports.checkpoints.latest<BooksState>(accountId);
    if (latest === undefined) return;
    writer.books.restore(latest.state);
    const beyond = await this.ports.store.eventsBeyond(accountId, latest.barrier);
    writer.rebook(beyond.map(({ message }) => message));
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
