import { common, execution, gateway, type risk } from '@trading/contracts';
import { systemClock } from '@trading/platform-config';
import { RpcError } from '@trading/platform-grpc';
import type { Logger } from '@trading/platform-logging';
import { withCorrelation } from '@trading/platform-tracing';
import { Decimal } from '@trading/trading-market';
import type { AccountWriter } from './account-writer';
import type { ExecutionStage } from './execution-stage';
import { requestOf, type Happening, type OrderRecord } from './order-record';
import type { OrderStore } from './order-store';

const RISK_UNAVAILABLE = 'RISK_UNAVAILABLE';
/** The gateway's word for a terminal that is not connected: nothing was sent. */
const TERMINAL_OFFLINE = 'TERMINAL_OFFLINE';
/** Statuses of a call that nobody was there to answer. */
const AWAY: readonly string[] = ['UNAVAILABLE', 'DEADLINE_EXCEEDED'];
const NO_HOPS = common.Hops.fromPartial({});

/**
 * Takes an order through risk to the terminal, at most once per client order id: what was decided about an id is
 * committed before anything is sent, and answered again from the store.
 */
export class OrderSubmission {
  private readonly underWay = new Map<string, Promise<execution.SubmitOrderResponse>>();

  constructor(
    private readonly store: OrderStore,
    private readonly gatewayClient: gateway.GatewayService,
    private readonly riskManager: risk.RiskManagerService,
    private readonly logger: Logger,
  ) {}

  submit(
    writer: AccountWriter,
    stage: ExecutionStage,
    request: execution.SubmitOrderRequest,
  ): Promise<execution.SubmitOrderResponse> {
    const { order } = request;
    if (order === undefined) throw new RpcError('INVALID_ARGUMENT', 'ORDER_MISSING', 'The request holds no order.');
    checkForm(order);
    const waiting = this.underWay.get(order.coid);
    if (waiting !== undefined) return waiting;
    const { accountId, coid } = order;
    const work = withCorrelation({ accountId, coid }, () =>
      this.once(writer, stage, request, order).finally(() => this.underWay.delete(coid)),
    );
    this.underWay.set(coid, work);
    return work;
  }

  private async once(
    writer: AccountWriter,
    stage: ExecutionStage,
    request: execution.SubmitOrderRequest,
    order: common.OrderRequest,
  ): Promise<execution.SubmitOrderResponse> {
    const stored = await writer.record(order.coid);
    if (stored !== undefined) return this.again(writer, stage, stored);
    await writer.exclusive(async () => stage.requireUpToDate());
    writer.inCheck.add(order.coid);
    try {
      return await this.fresh(writer, stage, request, order);
    } finally {
      writer.inCheck.delete(order.coid);
    }
  }

  /** Answers from the store; an order that is known never to have arrived is delivered first, if it still may be. */
  private async again(
    writer: AccountWriter,
    stage: ExecutionStage,
    stored: OrderRecord,
  ): Promise<execution.SubmitOrderResponse> {
    const { coid, accountId } = stored.view.request;
    if (accountId !== writer.accountId) {
      throw new RpcError('ALREADY_EXISTS', 'COID_CONFLICT', `The client order id ${coid} is another account's.`);
    }
    if (stage.absent.delete(coid)) await this.deliverAgain(writer, stage, coid);
    const { order } = (await writer.record(coid)) ?? stored;
    return { order, checks: order.checks, duplicate: true };
  }

  private async fresh(
    writer: AccountWriter,
    stage: ExecutionStage,
    request: execution.SubmitOrderRequest,
    order: common.OrderRequest,
  ): Promise<execution.SubmitOrderResponse> {
    const asOfUs = request.asOfUs > 0 ? request.asOfUs : stage.timeUs;
    const verdict = await this.check(writer, stage, order, asOfUs);
    const hops = common.Hops.fromPartial({ ...request.hops, riskCheckedUs: systemClock.nowUs() });
    const routed: common.OrderRequest = verdict.approved ? { ...order, worstPrice: verdict.worstPrice } : order;
    const { accepted } = await writer.exclusive(async () => {
      stage.requireUpToDate();
      const opening = openingHappenings(writer, routed, verdict, asOfUs, hops);
      return writer.commitAhead(opening, { inStep: false, approval: verdict.approval });
    });
    if (verdict.approved) {
      const committed = { ...hops, orderCommittedUs: systemClock.nowUs() };
      await this.send(writer, stage, routed, verdict.approval, committed);
    }
    // The order is stored: its way to the terminal does not lead over the bus.
    await accepted;
    const record = await writer.record(order.coid);
    return { order: record?.order, checks: verdict.checks, duplicate: false };
  }

  /**
   * Without risk-manager nothing is let through; the denial says so. A strategy's order of simulated time is not denied
   * for that: time has not gone on, and its decision is sent again when risk-manager is back.
   */
  private async check(
    writer: AccountWriter,
    stage: ExecutionStage,
    order: common.OrderRequest,
    asOfUs: number,
  ): Promise<risk.CheckOrderResponse> {
    try {
      return await this.riskManager.checkOrder({
        order,
        asOfUs,
        epoch: EPOCH,
        barrier: writer.barrier,
        change: undefined,
      });
    } catch (error) {
      const isAway = error instanceof RpcError && AWAY.includes(error.status);
      if (isAway && stage.isLockstep && order.origin === common.Origin.STRATEGY) throw error;
      const message = `risk-manager did not answer: ${error instanceof Error ? error.message : String(error)}`;
      this.logger.error({ coid: order.coid, message }, 'An order could not be checked.');
      const failed = { code: RISK_UNAVAILABLE, passed: false, observed: '', limit: '', message };
      return {
        approved: false,
        approval: undefined,
        code: failed.code,
        message,
        checks: [failed],
        duplicate: false,
        worstPrice: '',
        maxVolumeLots: '',
        protectiveClose: undefined,
      };
    }
  }

  /**
   * An order that the terminal has proven not to know, in a session where nothing can be in flight elsewhere. Risk is
   * asked again, because the account may have been halted since; without an answer the order stays UNKNOWN.
   */
  private async deliverAgain(writer: AccountWriter, stage: ExecutionStage, coid: string): Promise<void> {
    const record = await writer.record(coid);
    const order = record?.order.request;
    if (record === undefined || order === undefined || record.view.state !== 'UNKNOWN') return;
    const { worstPrice: _worstPrice, ...asked } = order;
    const verdict = await this.check(writer, stage, asked, record.order.createdUs).catch((error: unknown) => {
      stage.absent.add(coid);
      throw error;
    });
    if (!verdict.approved) {
      if (verdict.code === RISK_UNAVAILABLE) stage.absent.add(coid);
      else await this.settle(writer, coid, 'REJECTED', verdict.code, verdict.message);
      return;
    }
    this.logger.warn({ coid }, 'The terminal never had this order; it is delivered now, under the same id.');
    await this.send(writer, stage, order, await this.store.approval(coid), record.order.hops ?? NO_HOPS);
  }

  private async send(
    writer: AccountWriter,
    stage: ExecutionStage,
    order: common.OrderRequest,
    approval: common.Approval | undefined,
    hops: common.Hops,
  ): Promise<void> {
    const request = { order, approval, epoch: EPOCH };
    const answer = await this.gatewayClient.submitOrder(request).catch((error: unknown) =>
      gateway.SubmitOrderResponse.fromPartial({
        status: gateway.SubmitStatus.UNKNOWN,
        code: 'GATEWAY_UNAVAILABLE',
        message: error instanceof Error ? error.message : String(error),
      }),
    );
    writer.remember(order.coid, { hops: { ...hops, gatewaySentUs: answer.sentUs, terminalAckedUs: answer.ackedUs } });
    if (answer.status === gateway.SubmitStatus.JOURNALLED) return;
    // A strategy's order of simulated time is delivered when its terminal is back: the data has not gone on without it.
    const waits = answer.code === TERMINAL_OFFLINE && order.origin === common.Origin.STRATEGY && stage.isLockstep;
    const isRejected = answer.status === gateway.SubmitStatus.REJECTED && !waits;
    await this.settle(writer, order.coid, isRejected ? 'REJECTED' : 'UNKNOWN', answer.code, answer.message);
  }

  /** Books what became of the sending, unless the terminal has told already. */
  private async settle(
    writer: AccountWriter,
    coid: string,
    kind: 'REJECTED' | 'UNKNOWN',
    code: string,
    message: string,
  ): Promise<void> {
    await writer.exclusive(async () => {
      const record = await writer.record(coid);
      if (record?.view.state !== 'SUBMITTED' && record?.view.state !== 'UNKNOWN') return;
      const event = { kind, timeUs: record.order.updatedUs, code, message };
      await writer.commit([{ coid, cause: `sent:${coid}`, event }], { inStep: false });
    });
  }
}

/** The fencing epoch until accounts are leased to one of several writers. */
const EPOCH = 1;

function openingHappenings(
  writer: AccountWriter,
  order: common.OrderRequest,
  verdict: risk.CheckOrderResponse,
  timeUs: number,
  hops: common.Hops,
): Happening[] {
  const base = { coid: order.coid, cause: `submit:${order.coid}` };
  const facts = { checks: verdict.checks, barrier: writer.barrier, epoch: EPOCH, hops };
  return [
    { ...base, request: order, facts, event: { kind: 'INITIALIZED', timeUs, request: requestOf(order) } },
    verdict.approved
      ? { ...base, event: { kind: 'SUBMITTED', timeUs } }
      : { ...base, event: { kind: 'DENIED', timeUs, code: verdict.code, message: verdict.message } },
  ];
}

/** Throws INVALID_ARGUMENT naming the field that is not of its form. */
function checkForm(order: common.OrderRequest): void {
  const invalid = (field: string, expected: string): never => {
    throw new RpcError('INVALID_ARGUMENT', 'FIELD_INVALID', `${field}: expected ${expected}.`, { field });
  };
  if (!/^[A-Za-z0-9_-]{4,40}$/.test(order.coid)) invalid('coid', '4 to 40 letters, digits, - or _');
  if (order.symbol === '') invalid('symbol', 'a symbol');
  if (order.side === common.Side.UNSPECIFIED) invalid('side', 'BUY or SELL');
  if (order.type !== common.OrderType.MARKET) invalid('type', 'MARKET, the only type that is routed now');
  if (order.timeInForce === common.TimeInForce.UNSPECIFIED) invalid('time_in_force', 'a time in force');
  if (order.origin !== common.Origin.STRATEGY && order.origin !== common.Origin.OPERATOR)
    invalid('origin', 'STRATEGY or OPERATOR');
  const decimals = { volume_lots: order.volumeLots, stop_loss: order.stopLoss, take_profit: order.takeProfit };
  for (const [field, text] of Object.entries(decimals)) {
    if (text !== undefined && !(/^\d+(\.\d+)?$/.test(text) && new Decimal(text).gt(0)))
      invalid(field, 'a positive decimal number');
  }
}
