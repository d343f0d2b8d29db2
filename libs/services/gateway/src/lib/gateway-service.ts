import { common, gateway } from '@trading/contracts';
import { RpcError } from '@trading/platform-grpc';
import type { Logger } from '@trading/platform-logging';
import { withCorrelation } from '@trading/platform-tracing';
import { barsOf } from './backfill-bars';
import { refused, type CommandSender } from './command-sender';
import type { Fencing } from './fencing';
import type { Flattener } from './flattener';
import type { GatewayConfig } from './gateway-config';
import type { HaltFlags } from './halt-flags';
import { loosens } from './protection';
import type { TerminalReader } from './terminal-reader';
import type { TerminalServer } from './terminal-server';
import type { TerminalSession } from './terminal-session';

/** What the use-cases of a gateway are made of. */
export interface GatewayParts {
  readonly server: TerminalServer;
  readonly sender: CommandSender;
  readonly reader: TerminalReader;
  readonly fencing: Fencing;
  readonly flattener: Flattener;
  readonly halts: HaltFlags;
  readonly config: Pick<GatewayConfig, 'accounts' | 'commandTimeoutMs'>;
  readonly logger: Logger;
}

/** The use-cases of a gateway. */
export class GatewayUseCases implements gateway.GatewayService {
  constructor(private readonly parts: GatewayParts) {}

  submitOrder(request: gateway.SubmitOrderRequest): Promise<gateway.SubmitOrderResponse> {
    const { accountId = '', coid = '' } = request.order ?? {};
    return withCorrelation({ accountId, coid }, () => this.route(request, accountId));
  }

  async modifyOrder(request: gateway.ModifyOrderRequest): Promise<gateway.CommandAck> {
    const { accountId, coid } = request;
    return withCorrelation({ accountId, coid }, async () => {
      const session = this.parts.server.session(accountId);
      const refusal = await this.refusalOfChange(session, request);
      return ackOf(refusal ?? (await this.parts.sender.modify(session ?? this.online(accountId), request)));
    });
  }

  async cancelOrder(request: gateway.CancelOrderRequest): Promise<gateway.CommandAck> {
    const { accountId, coid } = request;
    const session = this.parts.server.session(accountId);
    if (session === undefined) return ackOf(offline(accountId));
    return withCorrelation({ accountId, coid }, async () => ackOf(await this.parts.sender.cancel(session, request)));
  }

  async queryOrder(request: gateway.QueryOrderRequest): Promise<gateway.QueryOrderResponse> {
    const { accountId, coid, tombstone } = request;
    const session = this.parts.server.session(accountId);
    if (session === undefined)
      return gateway.QueryOrderResponse.fromPartial({ status: gateway.QueryStatus.UNREACHABLE });
    return withCorrelation({ accountId, coid }, () => this.parts.sender.query(session, coid, tombstone));
  }

  fence(request: gateway.FenceRequest): Promise<gateway.FenceResponse> {
    return this.parts.fencing.fence(request);
  }

  async endSync(request: gateway.EndSyncRequest): Promise<gateway.EndSyncResponse> {
    const session = this.online(request.accountId);
    if (session.sessionId !== request.sessionId) {
      const sentence = `The session of account ${request.accountId} is another one by now.`;
      throw new RpcError('FAILED_PRECONDITION', 'SESSION_REPLACED', sentence);
    }
    await session.endSync();
    this.parts.server.showSessions();
    return {};
  }

  listHistory(request: gateway.ListHistoryRequest): Promise<gateway.ListHistoryResponse> {
    return this.parts.reader.history(this.online(request.accountId), request);
  }

  getSnapshot(request: gateway.GetSnapshotRequest): Promise<gateway.Snapshot> {
    return this.parts.reader.snapshot(this.online(request.accountId));
  }

  async listSymbols(request: gateway.ListSymbolsRequest): Promise<gateway.ListSymbolsResponse> {
    return { instruments: this.online(request.accountId).listInstruments() };
  }

  async getHistory(request: gateway.GetHistoryRequest): Promise<gateway.GetHistoryResponse> {
    return { bars: await barsOf(this.online(request.accountId), request, this.parts.config.commandTimeoutMs) };
  }

  async listSessions(): Promise<gateway.ListSessionsResponse> {
    return { sessions: this.parts.server.list().map((s) => s.describe()) };
  }

  async setHalt({ accountId: named, halted, reason }: gateway.SetHaltRequest): Promise<gateway.SetHaltResponse> {
    const { halts, flattener, logger } = this.parts;
    const accountIds = this.accountIds(named);
    for (const accountId of accountIds) {
      if (halted) await halts.set(accountId, reason);
      else {
        await flattener.forget(accountId);
        await halts.clear(accountId);
      }
      logger.warn({ accountId, halted, reason }, 'The halt flag of the gateway was changed.');
      this.parts.server.session(accountId)?.tellStateSoon();
    }
    return { accountIds };
  }

  async flatten({ accountId: named, requestId, reason }: gateway.FlattenRequest): Promise<gateway.FlattenResponse> {
    const accountIds = this.accountIds(named);
    const flattening = accountIds.map((accountId) => this.parts.flattener.flatten({ accountId, requestId, reason }));
    // Each account's is tried before the first failure is told.
    await Promise.allSettled(flattening);
    return { coids: (await Promise.all(flattening)).flat() };
  }

  private accountIds(named: string): string[] {
    return named === '' ? this.parts.config.accounts.map(({ accountId }) => accountId) : [named];
  }

  private async route(request: gateway.SubmitOrderRequest, accountId: string): Promise<gateway.SubmitOrderResponse> {
    const { server, sender } = this.parts;
    const session = server.session(accountId);
    if (session === undefined) return offline(accountId);
    const { reduceOnly = false, origin } = request.order ?? {};
    const isOperatorsClose = origin === common.Origin.OPERATOR && reduceOnly;
    const hold = this.holdOn(session);
    if (hold?.code === HALTED && !reduceOnly) return hold;
    if (session.sync.isSyncing && !isOperatorsClose) return syncing(accountId);
    const answer = await sender.submit(session, request);
    if (isOperatorsClose) session.releaseBarriers();
    return answer;
  }

  /** Why a change may not be made; while an account is held, only a position's protection may be tightened. */
  private async refusalOfChange(
    session: TerminalSession | undefined,
    request: gateway.ModifyOrderRequest,
  ): Promise<gateway.SubmitOrderResponse | undefined> {
    if (session === undefined) return offline(request.accountId);
    const hold = this.holdOn(session);
    if (hold === undefined) return undefined;
    if (request.positionId === '') return hold;
    const { positions } = await this.parts.reader.snapshot(session);
    const position = positions.find(({ positionId }) => positionId === request.positionId);
    return position === undefined || loosens(request, position) ? hold : undefined;
  }

  private holdOn({ accountId, sync }: TerminalSession): gateway.SubmitOrderResponse | undefined {
    const { halts } = this.parts;
    if (halts.has(accountId)) {
      return refused(HALTED, `The gateway holds account ${accountId}: ${halts.reason(accountId)}`);
    }
    return sync.isSyncing ? syncing(accountId) : undefined;
  }

  private online(accountId: string): TerminalSession {
    const session = this.parts.server.session(accountId);
    if (session !== undefined) return session;
    const { code, message } = offline(accountId);
    throw new RpcError('UNAVAILABLE', code, message);
  }
}

const HALTED = 'GATEWAY_HALTED';

const offline = (accountId: string): gateway.SubmitOrderResponse =>
  refused('TERMINAL_OFFLINE', `No terminal of account ${accountId} is connected.`);

const syncing = (accountId: string): gateway.SubmitOrderResponse =>
  refused('SYNCING', `Account ${accountId} is being compared with its broker.`);

const ackOf = ({ status, code, message }: gateway.SubmitOrderResponse): gateway.CommandAck => ({
  status,
  code,
  message,
});
