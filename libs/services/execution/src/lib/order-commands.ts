import { common, execution, gateway, type risk } from '@trading/contracts';
import { RpcError } from '@trading/platform-grpc';
import type { Logger } from '@trading/platform-logging';
import { isWorking } from '@trading/trading-orders';
import type { AccountWriter, Entry } from './account-writer';
import { LeaseLost } from './account-lease';
import { epochOf } from './approval-epoch';
import type { ExecutionStage } from './execution-stage';
import type { CommandChanges, OrderCommand } from './order-command';
import { countCommand } from './order-metrics';
import type { OrderStore } from './order-store';
import type { TerminalDoor } from './terminal-door';

export interface CommandPorts {
  readonly store: OrderStore;
  readonly riskManager: risk.RiskManagerService;
  readonly door: TerminalDoor;
  readonly logger: Logger;
}

/** What was to be changed is not there any more. */
const IS_GONE: ReadonlySet<string> = new Set(['ORDER_NOT_WORKING', 'POSITION_UNKNOWN']);

/** What is wanted to be changed. */
export interface WantedChange {
  readonly requestId: string;
  /** The working order, or of a position's stops the order that opened it; empty: unknown. */
  readonly coid: string;
  readonly symbol: string;
  /** The key of the position whose stops are moved; empty: the order itself is meant. */
  readonly positionKey: string;
  readonly changes: CommandChanges;
  /** Part of a barrier's step. */
  readonly inStep?: boolean;
}

/**
 * Modifies and cancels, each request id once: what was decided about it is committed before anything is sent. The
 * terminal carries a request id out once, so that a command without an answer is simply sent again.
 */
export class OrderCommands {
  private readonly underWay = new Map<string, Promise<OrderCommand>>();

  constructor(private readonly ports: CommandPorts) {}

  /** Lets risk see the change, and sends it. Throws RpcError where there is nothing to be changed. */
  modify(stage: ExecutionStage, wanted: WantedChange): Promise<OrderCommand> {
    return this.once(stage.writer, wanted.requestId, wanted.inStep === true, () => this.modified(stage, wanted));
  }

  /** Needs no approval. */
  cancel(stage: ExecutionStage, coid: string, requestId: string, inStep = false): Promise<OrderCommand> {
    return this.once(stage.writer, requestId, inStep, () => this.canceled(stage, coid, requestId, inStep));
  }

  /** Sends what the terminal has not answered, once more. */
  async dispatch(stage: ExecutionStage, inStep: boolean, isDue: (command: OrderCommand) => boolean): Promise<void> {
    for (const command of [...stage.writer.pending.values()]) {
      if (!isDue(command)) continue;
      const signed = await this.signedForNow(stage, command, inStep);
      if (signed !== undefined) await this.send(stage.writer, signed, inStep);
    }
  }

  /** What risk let through for an older writer, for this one; undefined when it cannot be had, or no more. */
  private async signedForNow(
    stage: ExecutionStage,
    command: OrderCommand,
    inStep: boolean,
  ): Promise<OrderCommand | undefined> {
    const { writer } = stage;
    const { accountId, requestId, coid, verb } = command;
    if (verb === 'cancel' || epochOf(command.approval) === writer.epoch) return command;
    try {
      const verdict = await this.check(stage, await this.orderToCheck(writer, command), command);
      if (verdict.approved) return { ...command, approval: verdict.approval };
      const { code, message } = verdict;
      await writer.within(inStep, () =>
        this.refuse(writer, command, { status: 'SUBMIT_STATUS_REJECTED', code, message }),
      );
    } catch (error) {
      if (error instanceof LeaseLost) throw error;
      if (error instanceof RpcError && IS_GONE.has(error.code)) {
        // If the terminal had it, what it did has been told with what ended the order or the position.
        const { code, message } = error;
        await writer.within(inStep, () =>
          this.refuse(writer, command, { status: 'SUBMIT_STATUS_REJECTED', code, message }),
        );
        return undefined;
      }
      this.ports.logger.warn(
        { accountId, coid, requestId, error: String(error) },
        'A command could not be signed anew.',
      );
    }
    return undefined;
  }

  private async once(
    writer: AccountWriter,
    requestId: string,
    inStep: boolean,
    work: () => Promise<OrderCommand>,
  ): Promise<OrderCommand> {
    if (requestId === '' || requestId.length > 64)
      throw new RpcError('INVALID_ARGUMENT', 'FIELD_INVALID', 'request_id: expected 1 to 64 characters.');
    const { accountId } = writer;
    const name = `${accountId}|${requestId}`;
    const waiting = this.underWay.get(name);
    if (waiting !== undefined && !inStep) return waiting;
    const run = async (): Promise<OrderCommand> =>
      (await this.ports.store.commands.find(accountId, requestId)) ?? (await work());
    const working = run().finally(() => this.underWay.delete(name));
    this.underWay.set(name, working);
    return working;
  }

  private async modified(stage: ExecutionStage, wanted: WantedChange): Promise<OrderCommand> {
    const { writer } = stage;
    const order = await this.orderToCheck(writer, wanted);
    const verdict = await this.check(stage, order, wanted);
    const { approved } = verdict;
    const draft: OrderCommand = {
      ...this.draft(writer, wanted, stage.timeUs),
      verb: 'modify',
      state: approved ? 'PENDING' : 'DENIED',
      code: verdict.code,
      message: verdict.message,
      checks: verdict.checks,
      approval: verdict.approval,
    };
    const begun = await writer.within(wanted.inStep === true, async () => {
      if (wanted.inStep !== true) stage.requireUpToDate();
      const command = { ...draft, barrier: writer.barrier };
      const entries: Entry[] = [];
      if (approved && wanted.positionKey === '') {
        const { state, isCanceling } = await this.working(writer, wanted.coid);
        if (state === 'SUBMITTED' || state === 'UNKNOWN') throw notWorking(wanted.coid, state);
        if (isCanceling) throw notWorking(wanted.coid, 'being canceled');
        const event = { kind: 'MODIFY_REQUESTED', timeUs: stage.timeUs } as const;
        entries.push({ coid: wanted.coid, cause: `modify:${wanted.requestId}`, event });
      }
      await writer.commit(entries, { inStep: wanted.inStep === true, commands: [command] });
      return command;
    });
    if (begun.state === 'PENDING') await this.send(writer, begun, wanted.inStep === true);
    else countCommand('modify', begun.state);
    return (await this.ports.store.commands.find(writer.accountId, wanted.requestId)) ?? begun;
  }

  private async canceled(
    stage: ExecutionStage,
    coid: string,
    requestId: string,
    inStep: boolean,
  ): Promise<OrderCommand> {
    const { writer } = stage;
    const begun = await writer.within(inStep, async () => {
      if (!inStep) stage.requireUpToDate();
      const { symbol } = await this.working(writer, coid);
      const wanted = { requestId, coid, symbol, positionKey: '', changes: {}, inStep };
      const command: OrderCommand = { ...this.draft(writer, wanted, stage.timeUs), verb: 'cancel' };
      const event = { kind: 'CANCEL_REQUESTED', timeUs: stage.timeUs } as const;
      await writer.commit([{ coid, cause: `cancel:${requestId}`, event }], { inStep, commands: [command] });
      return command;
    });
    await this.send(writer, begun, inStep);
    return (await this.ports.store.commands.find(writer.accountId, requestId)) ?? begun;
  }

  private draft(writer: AccountWriter, wanted: WantedChange, timeUs: number): OrderCommand {
    const { requestId, coid, symbol, positionKey, changes, inStep = false } = wanted;
    const positionId = positionKey === '' ? '' : writer.books.brokerIdOf(positionKey);
    const { accountId, barrier } = writer;
    return {
      ...{ accountId, requestId, verb: 'modify', coid, symbol, positionKey, positionId, changes },
      ...{ state: 'PENDING', code: '', message: '', timeUs, barrier, inStep, checks: [] },
    };
  }

  private async working(
    writer: AccountWriter,
    coid: string,
  ): Promise<{ state: string; symbol: string; isCanceling: boolean }> {
    const record = await writer.record(coid);
    if (record === undefined || record.view.request.accountId !== writer.accountId)
      throw new RpcError('NOT_FOUND', 'ORDER_UNKNOWN', `No order of the account has the client order id ${coid}.`);
    const { state, request, pendingCommand } = record.view;
    if (!isWorking(state)) throw notWorking(coid, state);
    return { state, symbol: request.symbol, isCanceling: pendingCommand === 'cancel' };
  }

  /** What risk is shown: the order itself, or the position as the order that would close it. */
  private async orderToCheck(writer: AccountWriter, wanted: WantedChange): Promise<common.OrderRequest> {
    const { positionKey, coid, requestId, symbol } = wanted;
    if (positionKey === '') {
      await this.working(writer, coid);
      const { request } = (await writer.record(coid))?.order ?? {};
      if (request === undefined) throw notWorking(coid, 'UNKNOWN');
      return request;
    }
    const held = writer.books.position(positionKey);
    if (held.lots.isZero())
      throw new RpcError('NOT_FOUND', 'POSITION_UNKNOWN', `The account holds no position ${positionKey}.`);
    return common.OrderRequest.fromPartial({
      coid: coid === '' ? requestId : coid,
      accountId: writer.accountId,
      symbol,
      side: held.lots.isNegative() ? common.Side.SELL : common.Side.BUY,
      type: common.OrderType.MARKET,
      volumeLots: held.lots.abs().toFixed(),
      timeInForce: common.TimeInForce.GTC,
      origin: common.Origin.STRATEGY,
      positionId: writer.books.brokerIdOf(positionKey),
      stopLoss: held.stopLoss,
      takeProfit: held.takeProfit,
    });
  }

  private async check(
    stage: ExecutionStage,
    order: common.OrderRequest,
    { requestId, changes, positionKey }: WantedChange,
  ): Promise<risk.CheckOrderResponse> {
    const { writer } = stage;
    const positionId = positionKey === '' ? '' : writer.books.brokerIdOf(positionKey);
    const { price, stopLimitPrice, stopLoss, takeProfit, expiresUs } = changes;
    const change: risk.OrderChange = { requestId, price, stopLimitPrice, stopLoss, takeProfit, expiresUs, positionId };
    const { epoch, barrier } = writer;
    return this.ports.riskManager.checkOrder({ order, asOfUs: stage.timeUs, epoch, barrier, change });
  }

  /** The lease is looked at before; a command that got no answer stays pending. */
  private async send(writer: AccountWriter, command: OrderCommand, inStep: boolean): Promise<void> {
    const { coid, requestId, verb } = command;
    const ticket = command.positionKey === '' ? ((await writer.record(coid))?.order.brokerTicket ?? '') : '';
    let ack: gateway.CommandAck;
    try {
      ack = await this.ports.door.command(writer, command, ticket);
    } catch (error) {
      if (error instanceof LeaseLost) throw error;
      const fields = { accountId: writer.accountId, coid, requestId, verb, error: String(error) };
      this.ports.logger.warn(fields, 'A command was not acknowledged; it is sent again later.');
      countCommand(verb, 'unanswered');
      return;
    }
    if (ack.status !== gateway.SubmitStatus.REJECTED) {
      countCommand(verb, ack.status === gateway.SubmitStatus.JOURNALLED ? 'journalled' : 'unanswered');
      return;
    }
    if (isForTheMoment(ack.code)) return;
    countCommand(verb, 'refused');
    await writer.within(inStep, () => this.refuse(writer, command, ack));
  }

  private async refuse(writer: AccountWriter, command: OrderCommand, ack: gateway.CommandAck): Promise<void> {
    // The terminal's own word may have come first.
    if (!writer.pending.has(command.requestId)) return;
    const { coid, requestId } = command;
    const { code, message } = ack;
    const record = command.positionKey === '' ? await writer.record(coid) : undefined;
    const kind = command.verb === 'modify' ? ('MODIFY_REFUSED' as const) : ('CANCEL_REFUSED' as const);
    const timeUs = record?.order.updatedUs ?? command.timeUs;
    const cause = `sent:${requestId}`;
    const entries = record === undefined ? [] : [{ coid, cause, event: { kind, timeUs, code, message } }];
    await writer.commit(entries, { inStep: false, commands: [{ ...command, state: 'REFUSED', code, message }] });
  }
}

/** Refusals that say nothing about the command itself: the terminal is away, or is being compared with the books. */
function isForTheMoment(code: string): boolean {
  return code === 'TERMINAL_OFFLINE' || code === 'SYNCING' || code === 'EPOCH_STALE' || code.endsWith('_CONFLICT');
}

function notWorking(coid: string, state: string): RpcError {
  return new RpcError('FAILED_PRECONDITION', 'ORDER_NOT_WORKING', `Order ${coid} is ${state}: it cannot be changed.`);
}

/** The answer of an order's command: the order as it is, and the checks of a modification. */
export function answerOf(order: execution.Order | undefined, command: OrderCommand): execution.SubmitOrderResponse {
  return { order, checks: [...command.checks], duplicate: false };
}
