import { common, execution, gateway, risk } from '@trading/contracts';
import { systemClock } from '@trading/platform-config';
import { crashPoint } from '@trading/platform-crash-points';
import { isUnavailable, RpcError } from '@trading/platform-grpc';
import type { Logger } from '@trading/platform-logging';
import { withCorrelation } from '@trading/platform-tracing';
import { LeaseLost } from './account-lease';
import type { AccountWriter } from './account-writer';
import type { ExecutionStage } from './execution-stage';
import { requestOf, type Happening, type OrderRecord } from './order-record';
import { withHeldStops } from './held-stops';
import { protectionsOf, withoutLateStops } from './late-stops';
import { checkForm } from './order-form';
import type { OrderStore } from './order-store';
import type { Protection } from './protection';
import type { TerminalDoor } from './terminal-door';

const RISK_UNAVAILABLE = 'RISK_UNAVAILABLE';
/** The gateway's words for a terminal that is not connected, or is being compared with the books: nothing was sent. */
const WAITED_FOR: readonly string[] = ['TERMINAL_OFFLINE', 'SYNCING'];
const NO_HOPS = common.Hops.fromPartial({});

/**
 * Takes an order through risk to the terminal, at most once per client order id: what was decided about an id is
 * committed before anything is sent, and answered again from the store.
 */
export class OrderSubmission {
  private readonly underWay = new Map<string, Promise<execution.SubmitOrderResponse>>();

  constructor(
    private readonly store: OrderStore,
    private readonly door: TerminalDoor,
    private readonly riskManager: risk.RiskManagerService,
    private readonly logger: Logger,
  ) {}

  submit(
    writer: AccountWriter,
    stage: ExecutionStage,
    request: execution.SubmitOrderRequest,
    /** Part of a barrier's step, and so within the writer's `exclusive` already. */
    inStep = false,
  ): Promise<execution.SubmitOrderResponse> {
    const { order } = request;
    if (order === undefined) throw new RpcError('INVALID_ARGUMENT', 'ORDER_MISSING', 'The request holds no order.');
    checkForm(order);
    const waiting = this.underWay.get(order.coid);
    if (waiting !== undefined && !inStep) return waiting;
    const { accountId, coid } = order;
    const work = withCorrelation({ accountId, coid }, () =>
      this.once(writer, stage, request, order, inStep).finally(() => this.underWay.delete(coid)),
    );
    this.underWay.set(coid, work);
    return work;
  }

  private async once(
    writer: AccountWriter,
    stage: ExecutionStage,
    request: execution.SubmitOrderRequest,
    order: common.OrderRequest,
    inStep: boolean,
  ): Promise<execution.SubmitOrderResponse> {
    const stored = await writer.record(order.coid);
    if (stored !== undefined) return this.again(writer, stage, stored);
    if (!inStep) await writer.exclusive(async () => stage.requireUpToDate());
    writer.inCheck.add(order.coid);
    try {
      return await this.fresh(writer, stage, request, withHeldStops(writer, order), inStep);
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
    inStep: boolean,
  ): Promise<execution.SubmitOrderResponse> {
    const asOfUs = request.asOfUs > 0 ? request.asOfUs : stage.timeUs;
    const verdict = await this.check(writer, stage, order, asOfUs);
    const hops = common.Hops.fromPartial({ ...request.hops, riskCheckedUs: systemClock.nowUs() });
    const routed: common.OrderRequest = verdict.approved ? { ...order, worstPrice: verdict.worstPrice } : order;
    const { accepted, isSent } = await writer.within(inStep, async () => {
      if (!inStep) stage.requireUpToDate();
      const outcome = await this.unlessGroupIsDone(writer, order, verdict);
      const opening = openingHappenings(writer, routed, outcome, asOfUs, hops);
      crashPoint('execution.order.committing');
      const protections = outcome.approved ? protectionsOf(writer, order, verdict.protectiveClose) : [];
      const options = { inStep, approval: outcome.approval, protections };
      return { ...(await writer.commitAhead(opening, options)), isSent: outcome.approved };
    });
    crashPoint('execution.order.committed');
    if (isSent) {
      const committed = { ...hops, orderCommittedUs: systemClock.nowUs() };
      await this.send(writer, stage, routed, verdict.approval, committed, inStep);
    }
    // The order is stored: its way to the terminal does not lead over the bus.
    await accepted;
    const record = await writer.record(order.coid);
    return { order: record?.order, checks: verdict.checks, duplicate: false };
  }

  /** Commits and sends an order that risk has let through before. Once per client order id. */
  async sendApproved(
    stage: ExecutionStage,
    order: common.OrderRequest,
    approval: common.Approval | undefined,
    options: { readonly inStep: boolean; readonly protections: readonly Protection[] },
  ): Promise<void> {
    const { writer } = stage;
    const { inStep, protections } = options;
    const verdict = risk.CheckOrderResponse.fromPartial({ approved: true });
    const opening = openingHappenings(writer, order, verdict, stage.timeUs, NO_HOPS);
    await writer.within(inStep, () => writer.commit(opening, { inStep, approval, protections }));
    await this.send(writer, stage, order, approval, NO_HOPS, inStep);
  }

  /** Delivers what the terminal never had of a part that is played again, and that nobody else submits anew. */
  async deliverUnsubmitted(stage: ExecutionStage, barrier: number): Promise<void> {
    for (const coid of [...stage.absent]) {
      const order = (await stage.writer.record(coid))?.order;
      if (order?.barrier !== barrier || (order.request?.parentCoid ?? '') === '') continue;
      stage.absent.delete(coid);
      await this.deliverAgain(stage.writer, stage, coid, true);
    }
  }

  /** An order whose group has had its fill is not sent any more: nobody would cancel it. */
  private async unlessGroupIsDone(
    writer: AccountWriter,
    { ocoGroup }: common.OrderRequest,
    verdict: risk.CheckOrderResponse,
  ): Promise<risk.CheckOrderResponse> {
    if (ocoGroup === '' || !verdict.approved) return verdict;
    if ((await this.store.firstFilled(writer.accountId, ocoGroup)) === undefined) return verdict;
    const message = `An order of the group ${ocoGroup} is filled already.`;
    return { ...verdict, approved: false, approval: undefined, code: 'OCO_GROUP_DONE', message };
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
        epoch: writer.epoch,
        barrier: writer.barrier,
        change: undefined,
      });
    } catch (error) {
      if (error instanceof LeaseLost) throw error;
      const isAway = isUnavailable(error);
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
  private async deliverAgain(
    writer: AccountWriter,
    stage: ExecutionStage,
    coid: string,
    inStep = false,
  ): Promise<void> {
    const record = await writer.record(coid);
    const order = record?.order.request;
    if (record === undefined || order === undefined || record.view.state !== 'UNKNOWN') return;
    const { worstPrice: _worstPrice, ...asked } = order;
    const asking = this.check(writer, stage, asked, record.order.createdUs).catch((error: unknown) => {
      stage.absent.add(coid);
      throw error;
    });
    const verdict = await this.unlessGroupIsDone(writer, order, await asking);
    if (!verdict.approved) {
      if (verdict.code === RISK_UNAVAILABLE) stage.absent.add(coid);
      else await this.settle(writer, coid, 'REJECTED', verdict.code, verdict.message, inStep);
      return;
    }
    this.logger.warn({ coid }, 'The terminal never had this order; it is delivered now, under the same id.');
    // Signed for this writer's epoch, which the one that is stored with the order may not be.
    const approval = verdict.approval ?? (await this.store.approval(coid));
    await this.send(writer, stage, order, approval, record.order.hops ?? NO_HOPS, inStep);
  }

  private async send(
    writer: AccountWriter,
    stage: ExecutionStage,
    order: common.OrderRequest,
    approval: common.Approval | undefined,
    hops: common.Hops,
    inStep: boolean,
  ): Promise<void> {
    const sent = withoutLateStops(writer, order);
    const answer = await this.door.submit(writer, sent, approval).catch((error: unknown) => {
      // Nothing was sent, and whoever has the lease now finds that out.
      if (error instanceof LeaseLost) throw error;
      return gateway.SubmitOrderResponse.fromPartial({
        status: gateway.SubmitStatus.UNKNOWN,
        code: 'GATEWAY_UNAVAILABLE',
        message: error instanceof Error ? error.message : String(error),
      });
    });
    crashPoint('execution.order.acknowledged');
    writer.remember(order.coid, { hops: { ...hops, gatewaySentUs: answer.sentUs, terminalAckedUs: answer.ackedUs } });
    if (answer.status === gateway.SubmitStatus.JOURNALLED) return;
    // A strategy's order of simulated time is delivered when its terminal is back: the data has not gone on without it.
    const waits = WAITED_FOR.includes(answer.code) && order.origin === common.Origin.STRATEGY && stage.isLockstep;
    const isRejected = answer.status === gateway.SubmitStatus.REJECTED && !waits;
    await this.settle(writer, order.coid, isRejected ? 'REJECTED' : 'UNKNOWN', answer.code, answer.message, inStep);
    if (!isRejected) stage.onUnknown();
  }

  /** Books what became of the sending, unless the terminal has told already. */
  private async settle(
    writer: AccountWriter,
    coid: string,
    kind: 'REJECTED' | 'UNKNOWN',
    code: string,
    message: string,
    inStep: boolean,
  ): Promise<void> {
    await writer.within(inStep, async () => {
      const record = await writer.record(coid);
      if (record?.view.state !== 'SUBMITTED' && record?.view.state !== 'UNKNOWN') return;
      const event = { kind, timeUs: record.order.updatedUs, code, message };
      await writer.commit([{ coid, cause: `sent:${coid}`, event }], { inStep });
    });
  }
}

function openingHappenings(
  writer: AccountWriter,
  order: common.OrderRequest,
  verdict: risk.CheckOrderResponse,
  timeUs: number,
  hops: common.Hops,
): Happening[] {
  const base = { coid: order.coid, cause: `submit:${order.coid}` };
  const facts = { checks: verdict.checks, barrier: writer.barrier, epoch: writer.epoch, hops };
  return [
    { ...base, request: order, facts, event: { kind: 'INITIALIZED', timeUs, request: requestOf(order) } },
    verdict.approved
      ? { ...base, event: { kind: 'SUBMITTED', timeUs } }
      : { ...base, event: { kind: 'DENIED', timeUs, code: verdict.code, message: verdict.message } },
  ];
}
