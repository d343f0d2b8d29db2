import { bare, risk, TOPICS, wire } from '@trading/contracts';
import { StageHost } from '@trading/platform-barrier';
import { TransientDatabaseError } from '@trading/platform-database';
import { RpcError } from '@trading/platform-grpc';
import { route, type Share, type Subscription } from '@trading/platform-messaging';
import { withCorrelation } from '@trading/platform-tracing';
import { invalidLimits, invalidLossLimits, unsupportedLimits, type RiskLimits } from '@trading/trading-risk';
import { Observable } from 'rxjs';
import { ApprovalSigner } from './approval-signer';
import { OrderChecks } from './check-order';
import { limitsMessage, limitsOf } from './limits-message';
import { RiskStage, stateMessage, type RiskInputEvent, type RiskPorts } from './risk-stage';

/** Sources of an account's session, in the order in which a barrier's inputs are applied. */
const SOURCES = ['market/*', 'account', 'orders'];

/** Limits that are configured but that nothing enforces, or that cannot be read: risk-manager does not start with them. */
export class LimitsRefused extends Error {
  readonly code = 'LIMITS_REFUSED';
}

/** The use-cases of risk-manager. */
export class RiskUseCases implements risk.RiskManagerService {
  private readonly host: StageHost<RiskInputEvent, RiskStage>;
  private readonly checks: OrderChecks;
  private subscriptions: Subscription[] = [];
  private readonly storedLimits = new Map<string, RiskLimits>();

  constructor(private readonly ports: RiskPorts) {
    this.checks = new OrderChecks(ports.store, new ApprovalSigner(ports.config.signingKey, ports.config.signingKeyId));
    this.host = new StageHost<RiskInputEvent, RiskStage>({
      sources: SOURCES,
      create: (accountId) => new RiskStage(accountId, this.limitsOf(accountId).lossLimits, ports),
      rejoin: (accountId, reason) => this.rejoin(accountId, reason),
      isTransient: (error) => error instanceof TransientDatabaseError,
      log: ports.logger,
    });
  }

  /** Why accounts are out of step with their session. */
  get outOfStep(): ReadonlyMap<string, string> {
    return this.host.outOfStep;
  }

  /** Refuses limits that it cannot enforce, then takes events. Throws {@link LimitsRefused}. */
  async start(): Promise<void> {
    requireEnforceable(this.ports.config.defaultLimits);
    for (const { accountId } of await this.ports.store.accounts()) {
      const stored = await this.ports.store.limits(accountId);
      if (stored === undefined) continue;
      requireEnforceable(stored.limits);
      this.storedLimits.set(accountId, stored.limits);
    }
    const { bus } = this.ports;
    this.subscriptions = [
      await bus.consume({ group: 'risk-manager', delivery: 'everything' }, [
        route(TOPICS.marketTick, ({ key: symbol, message }) => {
          const { body } = message;
          if (body === undefined) return;
          return this.host.feed(body.value.accountId, `market/${symbol}`, message, (input) => input);
        }),
      ]),
      await bus.consume({ group: 'risk-manager', onShare: (share) => this.onShare(share) }, [
        route(TOPICS.accountEvent, ({ message }) =>
          this.host.feed(message.accountId, 'account', message, () => ({ $case: 'account', value: message })),
        ),
        route(TOPICS.orderEvent, ({ message }) =>
          this.host.feed(message.accountId, 'orders', message, (input) => input),
        ),
      ]),
    ];
  }

  async stop(): Promise<void> {
    this.host.stop();
    await Promise.all(this.subscriptions.map((s) => s.stop()));
  }

  async checkOrder(request: risk.CheckOrderRequest): Promise<risk.CheckOrderResponse> {
    const accountId = request.order?.accountId ?? '';
    const stage = this.host.get(accountId);
    if (accountId !== '' && stage?.hasSession !== true && (await this.ports.store.accounts(accountId)).length > 0) {
      const message = `No session of account ${accountId} has begun since the start: what it holds is not known yet.`;
      throw new RpcError('UNAVAILABLE', 'NO_SESSION', message);
    }
    const { coid = '' } = request.order ?? {};
    return withCorrelation({ accountId, coid }, () =>
      this.checks.check(request, stage?.view, this.limitsOf(accountId)),
    );
  }

  async releaseReservations(request: risk.ReleaseReservationsRequest): Promise<risk.ReleaseReservationsResponse> {
    return { released: await this.ports.store.releaseOthers(request.accountId, request.coids) };
  }

  async getLimits(request: risk.GetLimitsRequest): Promise<risk.Limits> {
    const stored = await this.ports.store.limits(request.accountId);
    return limitsMessage(request.accountId, stored?.version ?? 0, stored?.limits ?? this.ports.config.defaultLimits);
  }

  async setLimits(request: risk.SetLimitsRequest): Promise<risk.Limits> {
    if (request.limits === undefined)
      throw new RpcError('INVALID_ARGUMENT', 'LIMITS_MISSING', 'The request holds no limits.');
    const { accountId } = request.limits;
    const limits = limitsOf(request.limits);
    try {
      requireEnforceable(limits);
    } catch (error) {
      throw new RpcError('INVALID_ARGUMENT', 'LIMITS_REFUSED', error instanceof Error ? error.message : String(error));
    }
    const { store } = this.ports;
    await store.database.transaction(async (tx) => {
      await store.saveLimits(tx, accountId, limits);
      await store.audit(tx, accountId, 'operator', { limits, reason: request.reason });
    });
    const stage = this.host.of(accountId);
    this.storedLimits.set(accountId, limits);
    stage.view.changeLossLimits(limits.lossLimits);
    return this.getLimits({ accountId });
  }

  async getTradingState(request: risk.GetTradingStateRequest): Promise<risk.GetTradingStateResponse> {
    return { accounts: (await this.ports.store.accounts(request.accountId)).map(stateMessage) };
  }

  async setTradingState(
    request: risk.SetTradingStateRequest,
    changedBy = 'operator',
  ): Promise<risk.GetTradingStateResponse> {
    const state = bare('TRADING_STATE', request.state);
    const known = await this.ports.store.accounts(request.accountId);
    if (known.length === 0) {
      throw new RpcError('NOT_FOUND', 'ACCOUNT_UNKNOWN', `risk-manager knows no account ${request.accountId}.`);
    }
    for (const { accountId } of known) await this.host.of(accountId).changeState(state, request.reason, changedBy);
    return this.getTradingState({ accountId: request.accountId });
  }

  async getAccountRisk({ accountId }: risk.GetAccountRiskRequest): Promise<risk.AccountRisk> {
    const [state] = await this.ports.store.accounts(accountId);
    if (accountId === '' || state === undefined)
      throw new RpcError('NOT_FOUND', 'ACCOUNT_UNKNOWN', `risk-manager knows no account ${accountId}.`);
    return risk.AccountRisk.fromPartial({ accountId, state: wire('TRADING_STATE', state.state) });
  }

  async listAudit(request: risk.ListAuditRequest): Promise<risk.ListAuditResponse> {
    return { entries: await this.ports.store.auditEntries(request.accountId, request.limit) };
  }

  streamRiskEvents(request: risk.StreamRiskEventsRequest): Observable<risk.RiskEvent> {
    const stage = this.host.of(request.accountId);
    return new Observable((subscriber) => stage.listen((event) => subscriber.next(event)));
  }

  private async onShare(share: Share): Promise<void> {
    await this.host.share(
      (accountId) => share.owns(accountId),
      async () => (await this.ports.store.accounts()).map(({ accountId }) => accountId),
    );
  }

  private rejoin(accountId: string, reason: string): Promise<void> {
    const body = { $case: 'rejoin', value: { source: 'risk-manager', accountId, symbol: '', reason } } as const;
    return this.ports.bus.publish(TOPICS.riskEvent, accountId, { accountId, sessionId: '', seq: 0, timeUs: 0, body });
  }

  private limitsOf(accountId: string): RiskLimits {
    return this.storedLimits.get(accountId) ?? this.ports.config.defaultLimits;
  }
}

function requireEnforceable(limits: RiskLimits): void {
  const unsupported = unsupportedLimits(limits);
  if (unsupported.length > 0)
    throw new LimitsRefused(`These limits are set but not built yet: ${unsupported.join(', ')}.`);
  const invalid = [...invalidLimits(limits), ...invalidLossLimits(limits.lossLimits)];
  if (invalid.length > 0) throw new LimitsRefused(invalid.join(' '));
}
