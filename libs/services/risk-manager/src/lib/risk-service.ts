import { bare, TOPICS, type market, type risk } from '@trading/contracts';
import { BarrierJoin, feed } from '@trading/platform-barrier';
import { RpcError } from '@trading/platform-grpc';
import type { Subscription } from '@trading/platform-messaging';
import { invalidLimits, invalidLossLimits, unsupportedLimits, type RiskLimits } from '@trading/trading-risk';
import { Observable } from 'rxjs';
import { ApprovalSigner } from './approval-signer';
import { OrderChecks } from './check-order';
import { limitsMessage, limitsOf } from './limits-message';
import { RiskStage, stateMessage, type RiskInputEvent, type RiskPorts } from './risk-stage';

interface AccountStage {
  readonly stage: RiskStage;
  readonly join: BarrierJoin<RiskInputEvent>;
  limits: RiskLimits;
}

/** Sources of an account's session, in the order in which a barrier's inputs are applied. */
const SOURCES = ['market', 'account', 'orders'];

/** Limits that are configured but that nothing enforces, or that cannot be read: risk-manager does not start with them. */
export class LimitsRefused extends Error {
  readonly code = 'LIMITS_REFUSED';
}

/** The use-cases of risk-manager. */
export class RiskUseCases implements risk.RiskManagerService {
  private readonly accounts = new Map<string, AccountStage>();
  private readonly checks: OrderChecks;
  private subscriptions: Subscription[] = [];
  private readonly storedLimits = new Map<string, RiskLimits>();

  constructor(private readonly ports: RiskPorts) {
    this.checks = new OrderChecks(ports.store, new ApprovalSigner(ports.config.signingKey, ports.config.signingKeyId));
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
    const group = { group: 'risk-manager' };
    this.subscriptions = [
      await bus.subscribe(TOPICS.marketTick, group, ({ message }) => this.takeTicks(message)),
      await bus.subscribe(TOPICS.accountEvent, group, ({ message }) => {
        const { body } = message;
        const isTime = body?.$case === 'mark' || body?.$case === 'session';
        return feed(this.of(message.accountId).join, 'account', isTime ? body : { $case: 'account', value: message });
      }),
      await bus.subscribe(TOPICS.orderEvent, group, ({ message }) =>
        feed(this.of(message.accountId).join, 'orders', message.body),
      ),
    ];
  }

  async stop(): Promise<void> {
    await Promise.all(this.subscriptions.map((s) => s.stop()));
  }

  async checkOrder(request: risk.CheckOrderRequest): Promise<risk.CheckOrderResponse> {
    const account = this.accounts.get(request.order?.accountId ?? '');
    const limits = account?.limits ?? this.limitsOf(request.order?.accountId ?? '');
    return this.checks.check(request, account?.stage.view, limits);
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
    const account = this.of(accountId);
    account.limits = limits;
    account.stage.view.changeLossLimits(limits.lossLimits);
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
    for (const { accountId } of known) await this.of(accountId).stage.changeState(state, request.reason, changedBy);
    return this.getTradingState({ accountId: request.accountId });
  }

  streamRiskEvents(request: risk.StreamRiskEventsRequest): Observable<risk.RiskEvent> {
    const { stage } = this.of(request.accountId);
    return new Observable((subscriber) => stage.listen((event) => subscriber.next(event)));
  }

  private takeTicks({ body }: market.MarketTickEvent): Promise<void> | void {
    if (body === undefined) return;
    return feed(this.of(body.value.accountId).join, 'market', body);
  }

  private limitsOf(accountId: string): RiskLimits {
    return this.storedLimits.get(accountId) ?? this.ports.config.defaultLimits;
  }

  private of(accountId: string): AccountStage {
    let found = this.accounts.get(accountId);
    if (found === undefined) {
      const limits = this.limitsOf(accountId);
      const stage = new RiskStage(accountId, limits.lossLimits, this.ports);
      found = { stage, limits, join: new BarrierJoin(SOURCES, stage) };
      this.accounts.set(accountId, found);
    }
    return found;
  }
}

function requireEnforceable(limits: RiskLimits): void {
  const unsupported = unsupportedLimits(limits);
  if (unsupported.length > 0)
    throw new LimitsRefused(`These limits are set but not built yet: ${unsupported.join(', ')}.`);
  const invalid = [...invalidLimits(limits), ...invalidLossLimits(limits.lossLimits)];
  if (invalid.length > 0) throw new LimitsRefused(invalid.join(' '));
}
