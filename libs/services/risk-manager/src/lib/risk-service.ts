import { bare, TOPICS, type risk } from '@trading/contracts';
import { StageHost } from '@trading/platform-barrier';
import { systemClock } from '@trading/platform-config';
import { TransientDatabaseError } from '@trading/platform-database';
import { RpcError } from '@trading/platform-grpc';
import { route, type Share, type Subscription } from '@trading/platform-messaging';
import { withCorrelation } from '@trading/platform-tracing';
import { UNSET_LIMITS } from '@trading/trading-risk';
import { Observable } from 'rxjs';
import { AccountLimits, requireEnforceable } from './account-limits';
import { accountRisk } from './account-risk';
import { ApprovalSigner, type SigningKeys } from './approval-signer';
import { OrderChecks, type VersionedLimits } from './check-order';
import { KeyringFile } from './keyring-file';
import { limitsMessage, limitsOf } from './limits-message';
import { signingKeysOf } from './risk-config';
import type { RiskInputEvent, RiskPorts } from './risk-ports';
import { RiskStage, stateMessage } from './risk-stage';

/** Sources of an account's session, in the order in which a barrier's inputs are applied. */
const SOURCES = ['market/*', 'account', 'orders', 'positions'];

/** How long an operator waits for a change to be announced. It is stored and holds in any case. */
const ANNOUNCE_MS = 2_000;

/** The use-cases of risk-manager. */
export class RiskUseCases implements risk.RiskManagerService {
  private readonly host: StageHost<RiskInputEvent, RiskStage>;
  private readonly checks: OrderChecks;
  private subscriptions: Subscription[] = [];
  private readonly limits: AccountLimits;
  private readonly signer: ApprovalSigner;
  private readonly keyring: KeyringFile | undefined;

  /** @throws LimitsRefused */
  constructor(private readonly ports: RiskPorts) {
    this.limits = new AccountLimits(ports.config.defaultLimits);
    this.signer = new ApprovalSigner(signingKeysOf(ports.config));
    const { signingKeyringFile: path } = ports.config;
    this.keyring =
      path === undefined ? undefined : new KeyringFile(path, (keys) => this.useSigningKeys(keys), ports.logger);
    this.checks = new OrderChecks(ports.store, this.signer, (accountId, limits) => this.learnLimits(accountId, limits));
    this.host = new StageHost<RiskInputEvent, RiskStage>({
      sources: SOURCES,
      create: (accountId) => new RiskStage(accountId, () => this.limits.of(accountId).limits, ports),
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
    this.keyring?.open();
    for (const { accountId } of await this.ports.store.accounts()) {
      const stored = await this.ports.store.history.limits(accountId);
      if (stored !== undefined) this.limits.learn(accountId, stored);
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
        route(TOPICS.orderEvent, ({ message }) => {
          const { accountId, sessionId, body } = message;
          // In real time they belong to no session and are said once: none waits in memory for one to begin.
          if (body?.$case === 'event' && sessionId === '') return this.host.of(accountId).book(body.value);
          return this.host.feed(accountId, 'orders', message, (input) => input);
        }),
        route(TOPICS.positionEvent, ({ message }) =>
          this.host.feed(message.accountId, 'positions', message, (input) => input),
        ),
      ]),
    ];
  }

  async stop(): Promise<void> {
    this.keyring?.close();
    this.host.stop();
    await Promise.all(this.subscriptions.map((s) => s.stop()));
    await Promise.all([...this.host.stages.values()].map((stage) => stage.stop()));
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
      this.checks.check(request, stage?.view, this.limits.of(accountId)),
    );
  }

  async releaseReservations(request: risk.ReleaseReservationsRequest): Promise<risk.ReleaseReservationsResponse> {
    return { released: await this.ports.store.releaseOthers(request.accountId, request.coids) };
  }

  async getLimits({ accountId }: risk.GetLimitsRequest): Promise<risk.Limits> {
    const stored = await this.ports.store.history.limits(accountId);
    if (stored !== undefined) return limitsMessage(accountId, stored.version, { ...UNSET_LIMITS, ...stored.limits });
    return limitsMessage(accountId, 0, this.ports.config.defaultLimits);
  }

  /** Takes new limits in place of those of the version that they name, 0: the account has none of its own. */
  async setLimits(request: risk.SetLimitsRequest): Promise<risk.Limits> {
    if (request.limits === undefined)
      throw new RpcError('INVALID_ARGUMENT', 'LIMITS_MISSING', 'The request holds no limits.');
    const { accountId, version } = request.limits;
    if (accountId === '') throw new RpcError('INVALID_ARGUMENT', 'ACCOUNT_MISSING', 'The limits name no account.');
    const limits = limitsOf(request.limits);
    try {
      requireEnforceable(limits);
    } catch (error) {
      throw new RpcError('INVALID_ARGUMENT', 'LIMITS_REFUSED', error instanceof Error ? error.message : String(error));
    }
    const { store } = this.ports;
    const stored = await store.database.transaction(async (tx) => {
      // A check that has read the limits before finds the account changed.
      await store.lock(tx, accountId);
      const before = (await store.history.limits(accountId, tx))?.limits ?? this.ports.config.defaultLimits;
      const saved = await store.history.saveLimits(tx, accountId, version, limits);
      if (saved === undefined) return undefined;
      const { reason } = request;
      await store.history.audit(tx, accountId, { kind: 'limits', who: 'operator', reason, before, after: limits });
      const value = limitsMessage(accountId, saved, limits);
      await store.history.announce(tx, {
        ...{ accountId, sessionId: '', seq: 0, timeUs: systemClock.nowUs() },
        body: { $case: 'limits', value },
      });
      return { version: saved, limits };
    });
    if (stored === undefined) {
      const now = (await this.getLimits({ accountId })).version;
      const message = `The limits of account ${accountId} are of version ${now}, not ${version}: somebody changed them.`;
      throw new RpcError('FAILED_PRECONDITION', 'LIMITS_CHANGED', message);
    }
    this.limits.learn(accountId, stored);
    await this.announced(accountId, this.host.of(accountId).changeLimits(limits));
    return limitsMessage(accountId, stored.version, limits);
  }

  /** Another process has stored limits that were not known here. */
  private learnLimits(accountId: string, stored: VersionedLimits): void {
    const { limits } = this.limits.learn(accountId, stored);
    this.host.get(accountId)?.view.changeLossLimits(limits.lossLimits);
  }

  /** From now on these keys sign approvals. @throws SigningKeyMissing */
  useSigningKeys(keys: SigningKeys): void {
    this.signer.use(keys);
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
    for (const { accountId } of known) {
      const stage = this.host.of(accountId);
      await stage.setTradingState(state, request.reason, changedBy);
      await this.announced(accountId, stage.announce());
    }
    return this.getTradingState({ accountId: request.accountId });
  }

  async getAccountRisk({ accountId }: risk.GetAccountRiskRequest): Promise<risk.AccountRisk> {
    const stage = this.host.get(accountId);
    const view = stage?.hasSession === true ? stage.view : undefined;
    const found = await accountRisk(this.ports.store, accountId, view, this.limits.of(accountId).version);
    if (found === undefined)
      throw new RpcError('NOT_FOUND', 'ACCOUNT_UNKNOWN', `risk-manager knows no account ${accountId}.`);
    return found;
  }

  async listAudit(request: risk.ListAuditRequest): Promise<risk.ListAuditResponse> {
    return { entries: await this.ports.store.history.audits(request.accountId, request.limit) };
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

  /**
   * Waits for a change to be published, but not for ever: what is stored holds without the bus, and is announced when
   * that is back and the account's next change or session comes.
   */
  private async announced(accountId: string, work: Promise<void>): Promise<void> {
    const failed = (error: unknown): void =>
      this.ports.logger.error({ accountId, error: String(error) }, 'A change could not be announced yet.');
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        failed('The bus did not answer in time.');
        resolve();
      }, ANNOUNCE_MS);
    });
    await Promise.race([work.catch(failed), late]);
    clearTimeout(timer);
  }
}
