import { bare, common, gateway, terminal } from '@trading/contracts';
import { systemClock } from '@trading/platform-config';
import { annotateSpan, withSpan, type TraceMap } from '@trading/platform-tracing';
import type { ApprovalVerifier } from './approval-verifier';
import type { TerminalSession } from './terminal-session';
import { NoAnswer } from './terminal-connection';

const answer = (status: gateway.SubmitStatus, code: string, message: string): gateway.SubmitOrderResponse =>
  gateway.SubmitOrderResponse.fromPartial({ status, code, message });
const refused = (code: string, message: string) => answer(gateway.SubmitStatus.REJECTED, code, message);

/** Sends commands to a terminal: at most once, approved, and honest about what it does not know. */
export class CommandSender {
  constructor(
    private readonly verifier: ApprovalVerifier,
    /** Where the traces of orders are left for what their terminals say of them later. */
    private readonly orderTraces: TraceMap,
    private readonly timeoutMs: number,
  ) {}

  /** Routes an approved order or close. Never sends twice: without an acknowledgement the outcome is UNKNOWN. */
  async submit(
    session: TerminalSession,
    request: gateway.SubmitOrderRequest,
    verb: 'submit' | 'close',
  ): Promise<gateway.SubmitOrderResponse> {
    const { order, approval, epoch } = request;
    if (order === undefined) return refused('ORDER_MISSING', 'The request holds no order.');
    const approved = this.verifier.check(order, approval, epoch, verb, session.timeUs);
    if (!approved.ok) return refused(approved.code, approved.message);
    const envelope = approvedEnvelope(approval);
    return this.send(session, order, epoch, envelope.notAfterUs, envelope.fillingModes);
  }

  /** Sends without an approval: only for closes that the gateway bounded by the terminal's own snapshot. */
  async send(
    session: TerminalSession,
    order: common.OrderRequest,
    epoch: number,
    notAfterUs: number,
    fillingModes: readonly common.FillingMode[],
  ): Promise<gateway.SubmitOrderResponse> {
    this.orderTraces.remember(order.coid);
    let command: terminal.OrderSubmit;
    try {
      command = submitFrame(session, order, epoch, notAfterUs, fillingModes);
    } catch (error) {
      return refused('ORDER_INVALID', error instanceof Error ? error.message : String(error));
    }
    const attributes = { 'trading.symbol': order.symbol };
    return withSpan('terminal order.submit', { kind: 'client', attributes }, () => this.deliver(session, command));
  }

  private async deliver(session: TerminalSession, command: terminal.OrderSubmit): Promise<gateway.SubmitOrderResponse> {
    const sentUs = systemClock.nowUs();
    try {
      const reply = await session.connection.request('order.submit', command, this.timeoutMs);
      const ack = terminal.cmdAckSchema.parse(reply.d);
      if (ack.coid !== command.coid) throw new terminal.FrameError('The answer names another order.');
      const status = ack.status === 'JOURNALLED' ? gateway.SubmitStatus.JOURNALLED : gateway.SubmitStatus.REJECTED;
      return { status, code: ack.code, message: ack.message, duplicate: ack.dup, sentUs, ackedUs: systemClock.nowUs() };
    } catch (error) {
      const why = error instanceof NoAnswer ? error.message : 'The answer of the terminal could not be read.';
      annotateSpan({}, 'NO_ACK');
      return { ...answer(gateway.SubmitStatus.UNKNOWN, 'NO_ACK', why), sentUs };
    }
  }

  async query(session: TerminalSession, coid: string, tombstone: boolean): Promise<gateway.QueryOrderResponse> {
    try {
      const reply = await session.connection.request(
        'query.coid',
        { coid, tombstone } satisfies terminal.QueryCoid,
        this.timeoutMs,
      );
      const found = terminal.queryResultSchema.parse(reply.d);
      return gateway.QueryOrderResponse.fromPartial({
        status: found.known ? gateway.QueryStatus.KNOWN : gateway.QueryStatus.ABSENT,
        journalledOnly: found.known && found.result === undefined,
        lockstep: session.lockstep,
      });
    } catch {
      return gateway.QueryOrderResponse.fromPartial({
        status: gateway.QueryStatus.UNREACHABLE,
        lockstep: session.lockstep,
      });
    }
  }
}

function approvedEnvelope(approval: common.Approval | undefined): common.ApprovalEnvelope {
  return common.ApprovalEnvelope.decode(approval?.envelope ?? Buffer.alloc(0));
}

function submitFrame(
  session: TerminalSession,
  order: common.OrderRequest,
  epoch: number,
  notAfterUs: number,
  fillingModes: readonly common.FillingMode[],
): terminal.OrderSubmit {
  const instrument = session.instrument(order.symbol);
  return {
    coid: order.coid,
    symbol: instrument?.brokerSymbol ?? order.symbol,
    side: bare('SIDE', order.side),
    type: bare('ORDER_TYPE', order.type),
    volume: order.volumeLots,
    ...(order.price === undefined ? {} : { price: order.price }),
    worstPrice: order.worstPrice ?? '0',
    ...(order.stopLoss === undefined ? {} : { sl: order.stopLoss }),
    ...(order.takeProfit === undefined ? {} : { tp: order.takeProfit }),
    fillings: fillingModes.map((mode) => bare('FILLING_MODE', mode)),
    tif: bare('TIME_IN_FORCE', order.timeInForce),
    magic: order.magic === '' ? '0' : order.magic,
    tag: terminal.orderTag(order.coid),
    notAfter: notAfterUs,
    epoch,
    ...(order.positionId === '' ? {} : { positionId: order.positionId }),
    reduceOnly: order.reduceOnly,
  };
}
