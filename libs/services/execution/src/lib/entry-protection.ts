import { common, type risk } from '@trading/contracts';
import type { Logger } from '@trading/platform-logging';
import { isTerminal, operatorOrderId } from '@trading/trading-orders';
import { LeaseLost } from './account-lease';
import type { AccountWriter } from './account-writer';
import { epochOf } from './approval-epoch';
import type { ExecutionStage } from './execution-stage';
import type { OrderCommands } from './order-commands';
import { countProtectiveClose } from './order-metrics';
import type { Happening, OrderRecord } from './order-record';
import type { OrderStore } from './order-store';
import type { Protection } from './protection';
import type { OrderSubmission } from './submit-order';

export interface ProtectionPorts {
  readonly store: OrderStore;
  readonly commands: OrderCommands;
  readonly riskManager: risk.RiskManagerService;
  readonly submission: OrderSubmission;
  readonly logger: Logger;
}

/** Until a close that was refused is tried in another way, event time. */
const TRY_AGAIN_US = 5_000_000;
const MOST_CLOSES = 20;

/** The first fill of an entry starts the time within which its position must have its stops. */
export function protectionsAfter(
  writer: AccountWriter,
  happenings: readonly Happening[],
  withinMs: number,
): Protection[] {
  if (writer.protections.size === 0) return [];
  const begun = new Map<string, Protection>();
  for (const { coid, event } of happenings) {
    const protection = writer.protections.get(coid);
    if (event.kind !== 'FILLED' || protection?.deadlineUs !== 0 || begun.has(coid)) continue;
    begun.set(coid, { ...protection, deadlineUs: event.timeUs + withinMs * 1_000 });
  }
  return [...begun.values()];
}

export function protectRequestId(coid: string): string {
  return `protect-${coid}`;
}

/**
 * Brackets where the broker takes stops only after the entry: the stops are set on the position, and if that has not
 * succeeded in time, or is refused, the close that risk let through together with the entry is sent. Each step is named
 * after the entry and stored before it is sent, so that a crash repeats none and leaves none out.
 */
export class EntryProtection {
  constructor(private readonly ports: ProtectionPorts) {}

  /** One look at everything that is not protected yet; not within the writer's `exclusive`. */
  async advance(stage: ExecutionStage, inStep: boolean): Promise<void> {
    for (const protection of [...stage.writer.protections.values()]) await this.one(stage, protection, inStep);
  }

  private async one(stage: ExecutionStage, found: Protection, inStep: boolean): Promise<void> {
    const { writer } = stage;
    const record = await writer.record(found.coid);
    if (record === undefined) return;
    const protection = await this.signedForNow(stage, found, record, inStep);
    const { request, positionId } = record.order;
    if (request === undefined || record.view.filledLots.isZero()) {
      if (isTerminal(record.view.state)) await this.settle(writer, protection, 'DONE', inStep);
      return;
    }
    const key = writer.books.keyOf({ positionId, symbol: request.symbol });
    const held = writer.books.position(key);
    if (held.lots.isZero() || hasStops(held, request)) {
      if (isTerminal(record.view.state) || held.lots.isZero()) await this.settle(writer, protection, 'DONE', inStep);
      return;
    }
    const isFailed = protection.state === 'CLOSING' || stage.timeUs >= protection.deadlineUs;
    const command = await this.ports.store.commands.find(writer.accountId, protectRequestId(protection.coid));
    if (!isFailed && command === undefined) return this.protect(stage, record, key, inStep);
    if (!isFailed && (command?.state === 'PENDING' || command?.state === 'DONE')) return;
    await this.close(stage, protection, record, key, inStep);
  }

  /** The close is worth something only when it is signed for this writer. */
  private async signedForNow(
    stage: ExecutionStage,
    protection: Protection,
    record: OrderRecord,
    inStep: boolean,
  ): Promise<Protection> {
    const { writer } = stage;
    const { request } = record.order;
    if (protection.state !== 'WAITING' || request === undefined) return protection;
    if (protection.close === undefined || epochOf(protection.close) === writer.epoch) return protection;
    const { worstPrice: _worstPrice, ...order } = request;
    try {
      const { epoch, barrier } = writer;
      const asked = { order, asOfUs: record.order.createdUs, epoch, barrier, change: undefined };
      const { protectiveClose: close } = await this.ports.riskManager.checkOrder(asked);
      if (close === undefined) return protection;
      return await writer.within(inStep, async () => {
        // Its fill may have started the time meanwhile.
        const current = writer.protections.get(protection.coid);
        if (current === undefined) return protection;
        const signed = { ...current, close };
        await writer.commit([], { inStep, protections: [signed] });
        return signed;
      });
    } catch (error) {
      if (error instanceof LeaseLost) throw error;
      const { coid } = protection;
      this.ports.logger.warn({ coid, error: String(error) }, 'The close of an entry could not be signed anew.');
      return protection;
    }
  }

  private async protect(stage: ExecutionStage, record: OrderRecord, key: string, inStep: boolean): Promise<void> {
    const { coid, symbol, stopLoss, takeProfit } = record.view.request;
    const changes = {
      ...(stopLoss === undefined ? {} : { stopLoss }),
      ...(takeProfit === undefined ? {} : { takeProfit }),
    };
    const wanted = { requestId: protectRequestId(coid), coid, symbol, positionKey: key, changes, inStep };
    await this.ports.commands.modify(stage, wanted).catch((error: unknown) => {
      // Without risk-manager the deadline passes, and the close needs nobody's leave any more.
      this.ports.logger.error({ coid, error: String(error) }, 'The stops of a position could not be set.');
    });
  }

  private async close(
    stage: ExecutionStage,
    protection: Protection,
    record: OrderRecord,
    key: string,
    inStep: boolean,
  ): Promise<void> {
    const { writer } = stage;
    const { coid } = protection;
    const { accountId } = writer;
    if (protection.state === 'WAITING') {
      const isSigned = epochOf(protection.close) === writer.epoch;
      const close = protection.close && isSigned ? closeOrderOf(protection.close, record) : undefined;
      this.ports.logger.error(
        { accountId, coid, position: key, close: close?.coid },
        'The stops of a position could not be set in time; it is closed.',
      );
      countProtectiveClose();
      if (!isTerminal(record.view.state))
        await this.ports.commands.cancel(stage, coid, `unprotected-${coid}`, inStep).catch(() => undefined);
      const deadlineUs = stage.timeUs + TRY_AGAIN_US;
      const closing: Protection = { ...protection, state: 'CLOSING', deadlineUs };
      if (close === undefined || (await writer.record(close.coid)) !== undefined)
        return this.settle(writer, closing, 'CLOSING', inStep);
      await this.ports.submission.sendApproved(stage, close, protection.close, { inStep, protections: [closing] });
      return;
    }
    if (stage.timeUs < protection.deadlineUs) return;
    await this.settle(writer, { ...protection, deadlineUs: stage.timeUs + TRY_AGAIN_US }, 'CLOSING', inStep);
    await this.closeAnew(stage, protection, record, key, inStep);
  }

  /** The first close was refused, or took only a part: what is left is closed as an operator would. */
  private async closeAnew(
    stage: ExecutionStage,
    { coid }: Protection,
    entry: OrderRecord,
    key: string,
    inStep: boolean,
  ): Promise<void> {
    const { writer } = stage;
    const isOnItsWay = writer.working().some(({ order }) => order.request?.parentCoid === coid);
    if (isOnItsWay) return;
    const held = writer.books.position(key);
    for (let n = 1; n <= MOST_CLOSES; n++) {
      const closeCoid = operatorOrderId(writer.accountId, protectRequestId(coid), n);
      if ((await writer.record(closeCoid)) !== undefined) continue;
      const order = common.OrderRequest.fromPartial({
        ...closingFields(entry, closeCoid),
        side: held.lots.isNegative() ? common.Side.BUY : common.Side.SELL,
        volumeLots: held.lots.abs().toFixed(),
        positionId: writer.books.isHedging ? key : '',
        origin: common.Origin.OPERATOR,
      });
      await this.ports.submission.submit(writer, stage, { order, asOfUs: 0, hops: undefined }, inStep);
      return;
    }
    this.ports.logger.error({ coid, position: key }, 'A position without stops could not be closed; an operator must.');
  }

  private async settle(
    writer: AccountWriter,
    protection: Protection,
    state: Protection['state'],
    inStep: boolean,
  ): Promise<void> {
    await writer.within(inStep, () => writer.commit([], { inStep, protections: [{ ...protection, state }] }));
  }
}

function hasStops(
  held: { readonly stopLoss?: string; readonly takeProfit?: string },
  { stopLoss, takeProfit }: common.OrderRequest,
): boolean {
  // A stop that has moved since protects too.
  return (
    (stopLoss === undefined || held.stopLoss !== undefined) &&
    (takeProfit === undefined || held.takeProfit !== undefined)
  );
}

/** The close exactly as risk signed it. */
function closeOrderOf(approval: common.Approval, entry: OrderRecord): common.OrderRequest {
  const envelope = common.ApprovalEnvelope.decode(approval.envelope);
  return common.OrderRequest.fromPartial({
    ...closingFields(entry, envelope.coid),
    side: envelope.side,
    type: envelope.type,
    volumeLots: envelope.volumeLots,
    worstPrice: envelope.worstPrice,
    positionId: envelope.positionId,
    reduceOnly: envelope.reduceOnly,
    origin: common.Origin.STRATEGY,
  });
}

function closingFields(entry: OrderRecord, coid: string) {
  const { accountId, symbol } = entry.view.request;
  const { strategyId = '', magic = '', decisionId = '' } = entry.order.request ?? {};
  return {
    ...{ coid, accountId, symbol, strategyId, magic, decisionId },
    type: common.OrderType.MARKET,
    timeInForce: common.TimeInForce.IOC,
    reduceOnly: true,
    parentCoid: entry.view.request.coid,
    comment: 'unprotected',
  };
}
