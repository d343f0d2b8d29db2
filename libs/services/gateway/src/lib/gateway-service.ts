import { createHash } from 'node:crypto';
import { common, gateway, terminal } from '@trading/contracts';
import { RpcError } from '@trading/platform-grpc';
import type { Logger } from '@trading/platform-logging';
import { withCorrelation } from '@trading/platform-tracing';
import { barsOf } from './backfill-bars';
import type { CommandSender } from './command-sender';
import type { GatewayConfig } from './gateway-config';
import type { HaltFlags } from './halt-flags';
import type { TerminalServer } from './terminal-server';
import type { TerminalSession } from './terminal-session';
import { snapshotOf } from './wire';

/** How long a close of the gateway's own flatten may be carried out, in event time. */
const FLATTEN_LIFETIME_US = 7 * 86_400_000_000;

/** The use-cases of a gateway. */
export class GatewayUseCases implements gateway.GatewayService {
  constructor(
    private readonly server: TerminalServer,
    private readonly sender: CommandSender,
    private readonly halts: HaltFlags,
    private readonly config: Pick<GatewayConfig, 'accounts' | 'commandTimeoutMs'>,
    private readonly logger: Logger,
  ) {}

  async submitOrder(request: gateway.SubmitOrderRequest): Promise<gateway.SubmitOrderResponse> {
    return this.routed(request, 'submit');
  }

  async closePosition(request: gateway.ClosePositionRequest): Promise<gateway.SubmitOrderResponse> {
    return this.routed(request, 'close');
  }

  async modifyOrder(_request: gateway.ModifyOrderRequest): Promise<gateway.CommandAck> {
    throw new RpcError('UNIMPLEMENTED', 'MODIFY_UNSUPPORTED', 'This gateway does not modify orders yet.');
  }

  async cancelOrder(_request: gateway.CancelOrderRequest): Promise<gateway.CommandAck> {
    throw new RpcError(
      'UNIMPLEMENTED',
      'CANCEL_UNSUPPORTED',
      'This gateway routes market orders only: there is nothing to cancel.',
    );
  }

  async queryOrder(request: gateway.QueryOrderRequest): Promise<gateway.QueryOrderResponse> {
    const session = this.server.session(request.accountId);
    if (session === undefined)
      return gateway.QueryOrderResponse.fromPartial({ status: gateway.QueryStatus.UNREACHABLE });
    const { accountId, coid, tombstone } = request;
    return withCorrelation({ accountId, coid }, () => this.sender.query(session, coid, tombstone));
  }

  async getSnapshot(request: gateway.GetSnapshotRequest): Promise<gateway.Snapshot> {
    const session = this.online(request.accountId);
    const reply = await session.connection.request('snapshot.get', {}, this.config.commandTimeoutMs).catch(() => {
      throw new RpcError('UNAVAILABLE', 'TERMINAL_NO_ANSWER', 'The terminal did not answer with its snapshot.');
    });
    const frame = terminal.snapshotSchema.parse(reply.d);
    return snapshotOf(
      frame,
      session.accountId,
      session.greeting.hello,
      session.symbolOf,
      session.greeting.hello.connected,
    );
  }

  async fence(_request: gateway.FenceRequest): Promise<gateway.FenceResponse> {
    throw new RpcError('UNIMPLEMENTED', 'FENCE_UNSUPPORTED', 'This gateway does not fence yet.');
  }

  async endSync(_request: gateway.EndSyncRequest): Promise<gateway.EndSyncResponse> {
    return {};
  }

  async listHistory(_request: gateway.ListHistoryRequest): Promise<gateway.ListHistoryResponse> {
    throw new RpcError('UNIMPLEMENTED', 'HISTORY_UNSUPPORTED', 'This gateway does not read the history yet.');
  }

  async listSymbols(request: gateway.ListSymbolsRequest): Promise<gateway.ListSymbolsResponse> {
    return { instruments: this.online(request.accountId).listInstruments() };
  }

  async getHistory(request: gateway.GetHistoryRequest): Promise<gateway.GetHistoryResponse> {
    return { bars: await barsOf(this.online(request.accountId), request, this.config.commandTimeoutMs) };
  }

  async listSessions(): Promise<gateway.ListSessionsResponse> {
    return { sessions: this.server.list().map((s) => s.describe()) };
  }

  async setHalt(request: gateway.SetHaltRequest): Promise<gateway.SetHaltResponse> {
    const accountIds =
      request.accountId === '' ? this.config.accounts.map((account) => account.accountId) : [request.accountId];
    for (const accountId of accountIds) {
      if (request.halted) await this.halts.set(accountId, request.reason);
      else await this.halts.clear(accountId);
      this.logger.warn(
        { accountId, halted: request.halted, reason: request.reason },
        'The halt flag of the gateway was changed.',
      );
    }
    return { accountIds };
  }

  async flatten(request: gateway.FlattenRequest): Promise<gateway.FlattenResponse> {
    await this.setHalt({ accountId: request.accountId, halted: true, reason: request.reason });
    const session = this.online(request.accountId);
    const snapshot = await this.getSnapshot({ accountId: request.accountId });
    const coids: string[] = [];
    const failed: string[] = [];
    for (const position of snapshot.positions) {
      const order = closeOf(position, request);
      const notAfterUs = session.timeUs + FLATTEN_LIFETIME_US;
      const { accountId } = request;
      const sent = await withCorrelation({ accountId, coid: order.coid }, () =>
        this.sender.send(session, order, session.epoch, notAfterUs, fillingOf(session, order.symbol)),
      );
      coids.push(order.coid);
      if (sent.status === gateway.SubmitStatus.JOURNALLED) continue;
      const { code, message } = sent;
      this.logger.error(
        { accountId: request.accountId, coid: order.coid, code },
        'A close of the flatten was not taken.',
      );
      failed.push(`${position.volumeLots} ${position.symbol}: ${code}, ${message}`);
    }
    session.releaseBarriers();
    if (failed.length > 0) {
      throw new RpcError(
        'UNAVAILABLE',
        'FLATTEN_INCOMPLETE',
        `Not every position is being closed. ${failed.join(' ')}`,
      );
    }
    return { coids };
  }

  private routed(request: gateway.SubmitOrderRequest, verb: 'submit' | 'close'): Promise<gateway.SubmitOrderResponse> {
    const { accountId = '', coid = '' } = request.order ?? {};
    return withCorrelation({ accountId, coid }, () => this.route(request, verb));
  }

  private async route(
    request: gateway.SubmitOrderRequest,
    verb: 'submit' | 'close',
  ): Promise<gateway.SubmitOrderResponse> {
    const accountId = request.order?.accountId ?? '';
    const rejected = (code: string, message: string) =>
      gateway.SubmitOrderResponse.fromPartial({ status: gateway.SubmitStatus.REJECTED, code, message });
    const session = this.server.session(accountId);
    if (session === undefined) return rejected('TERMINAL_OFFLINE', `No terminal of account ${accountId} is connected.`);
    if (this.halts.has(accountId) && request.order?.reduceOnly !== true) {
      return rejected('GATEWAY_HALTED', `The gateway holds account ${accountId}: ${this.halts.reason(accountId)}`);
    }
    const answer = await this.sender.submit(session, request, verb);
    const isOperatorsClose = request.order?.origin === common.Origin.OPERATOR && request.order.reduceOnly;
    if (isOperatorsClose) session.releaseBarriers();
    return answer;
  }

  private online(accountId: string): TerminalSession {
    const session = this.server.session(accountId);
    if (session === undefined)
      throw new RpcError('UNAVAILABLE', 'TERMINAL_OFFLINE', `No terminal of account ${accountId} is connected.`);
    return session;
  }
}

/** The order that closes one position of a snapshot; repeatable by the request's id. */
function closeOf(position: gateway.PositionSnapshot, request: gateway.FlattenRequest): common.OrderRequest {
  const id = createHash('sha256')
    .update(`flatten|${request.accountId}|${request.requestId}|${position.positionId}`)
    .digest('hex')
    .slice(0, 26);
  return common.OrderRequest.fromPartial({
    coid: `G${id.toUpperCase()}`,
    accountId: request.accountId,
    symbol: position.symbol,
    side: position.side === common.Side.BUY ? common.Side.SELL : common.Side.BUY,
    type: common.OrderType.MARKET,
    volumeLots: position.volumeLots,
    timeInForce: common.TimeInForce.IOC,
    origin: common.Origin.OPERATOR,
    positionId: position.positionId,
    reduceOnly: true,
    comment: 'flatten',
  });
}

function fillingOf(session: TerminalSession, symbol: string): readonly common.FillingMode[] {
  return session.instrument(symbol)?.fillingModes ?? [];
}
