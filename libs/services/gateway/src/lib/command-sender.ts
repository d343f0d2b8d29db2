import { gateway, terminal, type common } from '@trading/contracts';
import { systemClock } from '@trading/platform-config';
import { crashPoint } from '@trading/platform-crash-points';
import { annotateSpan, withSpan, type TraceMap } from '@trading/platform-tracing';
import type { ApprovalVerifier } from './approval-verifier';
import { answerForm, askTerminal, type AnswerForm } from './ask-terminal';
import { cancelFrame, modifyFrame, submitFrame } from './command-frames';
import type { Fences } from './fences';
import { countCommand, type CommandOutcome } from './gateway-metrics';
import { PeerFault } from './peer-fault';
import { NoAnswer } from './pending-requests';
import type { TerminalSession } from './terminal-session';

type Answer = gateway.SubmitOrderResponse;
type Verb = 'submit' | 'modify' | 'cancel' | 'flatten';

const OUTCOMES: Partial<Record<gateway.SubmitStatus, CommandOutcome>> = {
  [gateway.SubmitStatus.JOURNALLED]: 'journalled',
  [gateway.SubmitStatus.UNKNOWN]: 'unknown',
};

const answer = (status: gateway.SubmitStatus, code: string, message: string): Answer =>
  gateway.SubmitOrderResponse.fromPartial({ status, code, message });
/** Nothing was sent. */
export const refused = (code: string, message: string): Answer => answer(gateway.SubmitStatus.REJECTED, code, message);

/** Sends commands to a terminal: at most once, approved, within the fence, and honest about what it does not know. */
export class CommandSender {
  constructor(
    private readonly verifier: ApprovalVerifier,
    private readonly fences: Pick<Fences, 'of'>,
    /** Where the traces of orders are left for what their terminals say of them later. */
    private readonly orderTraces: TraceMap,
    private readonly timeoutMs: number,
    private readonly platform: string,
  ) {}

  /** Routes an approved order or close. Never sends twice: without an acknowledgement the outcome is UNKNOWN. */
  async submit(session: TerminalSession, request: gateway.SubmitOrderRequest): Promise<Answer> {
    const { order, approval, epoch } = request;
    if (order === undefined) return refused('ORDER_MISSING', 'The request holds no order.');
    const approved = this.verifier.check(order, approval, epoch, session.timeUs);
    if (!approved.ok) return this.counted('submit', refused(approved.code, approved.message));
    return this.send(session, order, epoch, approved.envelope.notAfterUs, approved.envelope.fillingModes, 'submit');
  }

  /** Sends without an approval: only for closes that the gateway bounded by the terminal's own snapshot. */
  async send(
    session: TerminalSession,
    order: common.OrderRequest,
    epoch: number,
    notAfterUs: number,
    fillingModes: readonly common.FillingMode[],
    verb: Verb = 'flatten',
  ): Promise<Answer> {
    // A close may be of a symbol that the terminal has stopped to offer.
    if (session.instrument(order.symbol) === undefined && !order.reduceOnly) {
      return this.counted(verb, refused('SYMBOL_UNKNOWN', `The account's terminal has no symbol ${order.symbol}.`));
    }
    this.orderTraces.remember(order.coid);
    let command: terminal.OrderSubmit;
    try {
      command = submitFrame(session, order, epoch, notAfterUs, fillingModes);
    } catch (error) {
      return this.counted(verb, refused('ORDER_INVALID', error instanceof Error ? error.message : String(error)));
    }
    return this.deliver(session, 'order.submit', verb, command, order.symbol);
  }

  /** Routes an approved change of a working order, or of a position's stops. */
  async modify(session: TerminalSession, request: gateway.ModifyOrderRequest): Promise<Answer> {
    const approved = this.verifier.checkModify(request, session.timeUs);
    if (!approved.ok) return this.counted('modify', refused(approved.code, approved.message));
    const command = modifyFrame(session, request, approved.envelope.notAfterUs);
    return this.deliver(session, 'order.modify', 'modify', command, request.symbol);
  }

  /** Routes a cancellation: it needs no approval, only the fence. */
  cancel(
    session: TerminalSession,
    request: gateway.CancelOrderRequest,
    verb: 'cancel' | 'flatten' = 'cancel',
  ): Promise<Answer> {
    return this.deliver(session, 'order.cancel', verb, cancelFrame(request), '');
  }

  async query(session: TerminalSession, coid: string, tombstone: boolean): Promise<gateway.QueryOrderResponse> {
    const { lockstep } = session;
    try {
      const query: terminal.QueryCoid = { coid, tombstone };
      const found = await askTerminal(session.connection, 'query.coid', query, queryForm(coid), this.timeoutMs);
      return gateway.QueryOrderResponse.fromPartial({
        status: found.known ? gateway.QueryStatus.KNOWN : gateway.QueryStatus.ABSENT,
        journalledOnly: found.known && found.result === undefined,
        lockstep,
        tombstoned: found.tombstoned ?? false,
        connected: found.connected ?? session.isBrokerConnected,
      });
    } catch {
      return gateway.QueryOrderResponse.fromPartial({ status: gateway.QueryStatus.UNREACHABLE, lockstep });
    }
  }

  /** The least epoch with which a command reaches the terminal, whose own journal may not hold it yet. */
  epochOf({ epoch, accountId }: TerminalSession): number {
    return Math.max(epoch, this.fences.of(accountId));
  }

  private async deliver(
    session: TerminalSession,
    type: 'order.submit' | 'order.modify' | 'order.cancel',
    verb: Verb,
    command: { readonly coid: string; readonly epoch: number },
    symbol: string,
  ): Promise<Answer> {
    const attributes = symbol === '' ? {} : { 'trading.symbol': symbol };
    const sent = await withSpan(`terminal ${type}`, { kind: 'client', attributes }, () => {
      // Looked at in the turn in which it is written: a fence that is raised later is written after it.
      const epoch = this.epochOf(session);
      if (command.epoch < epoch) return refused('EPOCH_STALE', `The epoch ${command.epoch} is below ${epoch}.`);
      return this.written(session, type, command);
    });
    return this.counted(verb, sent);
  }

  private async written(session: TerminalSession, type: string, command: { readonly coid: string }): Promise<Answer> {
    const sentUs = systemClock.nowUs();
    try {
      crashPoint('gateway.order.sending');
      const ack = await askTerminal(session.connection, type, command, ackForm(command.coid), this.timeoutMs);
      crashPoint('gateway.order.acknowledged');
      const status = ack.status === 'JOURNALLED' ? gateway.SubmitStatus.JOURNALLED : gateway.SubmitStatus.REJECTED;
      return { status, code: ack.code, message: ack.message, duplicate: ack.dup, sentUs, ackedUs: systemClock.nowUs() };
    } catch (error) {
      const why = error instanceof NoAnswer ? error.message : 'The answer of the terminal could not be read.';
      annotateSpan({}, 'NO_ACK');
      return { ...answer(gateway.SubmitStatus.UNKNOWN, 'NO_ACK', why), sentUs };
    }
  }

  private counted(verb: Verb, sent: Answer): Answer {
    countCommand(this.platform, verb, OUTCOMES[sent.status] ?? 'rejected');
    return sent;
  }
}

/** An acknowledgement of this command; one without a name is of what it answers. */
export function ackForm(coid: string): AnswerForm<terminal.CmdAck> {
  return sameCoid(coid, answerForm('cmd.ack', terminal.cmdAckSchema));
}

const queryForm = (coid: string): AnswerForm<terminal.QueryResult> =>
  sameCoid(coid, answerForm('query.result', terminal.queryResultSchema));

function sameCoid<T extends { readonly coid: string }>(coid: string, form: AnswerForm<T>): AnswerForm<T> {
  return (reply) => {
    const body = form(reply);
    if (body.coid !== coid) throw new PeerFault('MESSAGE_UNEXPECTED', 'The answer names another order.');
    return body;
  };
}
