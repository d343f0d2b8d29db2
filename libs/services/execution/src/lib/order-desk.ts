import type { common, execution } from '@trading/contracts';
import { operatorOrderId } from '@trading/trading-orders';
import type { ExecutionStage } from './execution-stage';
import { answerOf, type OrderCommands } from './order-commands';
import { checkPositive } from './order-form';
import { orderToClose } from './position-closing';
import type { OrderSubmission } from './submit-order';

/** What operators and services ask to be changed or closed, on the account's own writer. */
export class OrderDesk {
  constructor(
    private readonly commands: OrderCommands,
    private readonly submission: OrderSubmission,
  ) {}

  async modifyOrder(
    stage: ExecutionStage,
    request: execution.ModifyOrderRequest,
  ): Promise<execution.SubmitOrderResponse> {
    const { coid, requestId, price, stopLimitPrice, stopLoss, takeProfit, expiresUs } = request;
    checkPositive({ price, stop_limit_price: stopLimitPrice });
    checkStops(request);
    const symbol = (await stage.writer.record(coid))?.view.request.symbol ?? '';
    const changes = present({ price, stopLimitPrice, stopLoss, takeProfit, expiresUs });
    const command = await this.commands.modify(stage, { requestId, coid, symbol, positionKey: '', changes });
    return answerOf((await stage.writer.record(coid))?.order, command);
  }

  async cancelOrder(
    stage: ExecutionStage,
    { coid, requestId }: execution.CancelOrderRequest,
  ): Promise<execution.SubmitOrderResponse> {
    const command = await this.commands.cancel(stage, coid, requestId);
    return answerOf((await stage.writer.record(coid))?.order, command);
  }

  async modifyPosition(
    stage: ExecutionStage,
    request: execution.ModifyPositionRequest,
  ): Promise<execution.ModifyPositionResponse> {
    checkStops(request);
    const { positionId, requestId, stopLoss, takeProfit } = request;
    const { books } = stage.writer;
    const { symbol } = books.position(positionId);
    const changes = present({ stopLoss, takeProfit });
    const wanted = { requestId, coid: '', symbol, positionKey: positionId, changes };
    const { state, code, message } = await this.commands.modify(stage, wanted);
    const position = books.positionMessage(positionId, symbol, stage.writer.lastSeq, stage.timeUs);
    return { position, accepted: state === 'PENDING' || state === 'DONE', code, message };
  }

  async closePosition(
    stage: ExecutionStage,
    request: execution.ClosePositionRequest,
  ): Promise<execution.SubmitOrderResponse> {
    const { writer } = stage;
    const { accountId, requestId, positionId } = request;
    // Of a position that this request has closed already nothing is left to be looked at.
    const before = await writer.record(operatorOrderId(accountId, requestId, positionId));
    const order = before?.order.request ?? (await this.orderToClose(stage, request));
    return this.submission.submit(writer, stage, { order, asOfUs: 0, hops: undefined });
  }

  private async orderToClose(
    stage: ExecutionStage,
    request: execution.ClosePositionRequest,
  ): Promise<common.OrderRequest> {
    const { writer } = stage;
    return writer.exclusive(async () => {
      stage.requireUpToDate();
      const positions = writer.books.positions(writer.lastSeq, stage.timeUs);
      return orderToClose(request, positions, writer.books.isHedging);
    });
  }
}

/** An empty text takes a stop away. */
function checkStops({
  stopLoss,
  takeProfit,
}: {
  readonly stopLoss?: string | undefined;
  readonly takeProfit?: string | undefined;
}): void {
  checkPositive({
    stop_loss: stopLoss === '' ? undefined : stopLoss,
    take_profit: takeProfit === '' ? undefined : takeProfit,
  });
}

/** Without what is not said. */
function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
