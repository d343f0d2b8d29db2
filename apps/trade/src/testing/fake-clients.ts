import { common, decision, execution, gateway, risk, type ServiceClients } from '@trading/contracts';

/** As clients throw it: the transport's own status when nobody answers, else a service's code. */
export class FakeRpcError extends Error {
  override readonly name = 'RpcError';
  constructor(
    readonly status: string,
    readonly code: string,
    message = '',
  ) {
    super(message);
  }
}

type Door = 'risk-manager' | 'gateway' | 'execution' | 'decision';

/**
 * A system of services and one broker that remember what was done to them. Each service can be down; closes go through
 * the gateway to the broker, whichever door ordered them, and only ever reduce.
 */
export class FakeSystem {
  readonly down = new Set<Door>();
  readonly states = new Map<string, common.TradingState>();
  readonly gatewayHalts = new Map<string, string>();
  /** Signed lots at the broker by account. */
  readonly positions = new Map<string, number>();
  /** What execution's own books lack. */
  readonly unbooked = new Set<string>();
  readonly stories = new Map<string, decision.ExplainResponse>();
  /** Why risk denies execution's closes, when it does. */
  denial: string | undefined;
  /** Closes reach the broker but are not dealt. */
  brokerSleeps = false;
  ended = false;
  /** Calls that changed something, in order. */
  readonly log: string[] = [];
  private readonly done = new Map<string, string[]>();

  constructor(...accountIds: string[]) {
    for (const id of accountIds) this.states.set(id, common.TradingState.ACTIVE);
  }

  get clients(): ServiceClients {
    // Only what the command line calls; anything else is a defect and fails as such.
    return {
      riskManager: this.riskManager(),
      gateway: this.gateway(),
      execution: this.execution(),
      decision: this.decision(),
      prediction: {},
    } as unknown as ServiceClients;
  }

  private reach(door: Door): void {
    if (this.down.has(door)) throw new FakeRpcError('UNAVAILABLE', 'UNAVAILABLE', 'connection refused');
  }

  /** Limits by account, of those that were set. */
  readonly limits = new Map<string, risk.Limits>();

  private riskManager(): Partial<risk.RiskManagerService> {
    const list = (accountId: string) => ({
      accounts: [...this.states]
        .filter(([id]) => accountId === '' || accountId === id)
        .map(([id, state]) => risk.AccountTradingState.fromPartial({ accountId: id, state, reason: 'as told' })),
    });
    return {
      getTradingState: async ({ accountId }) => {
        this.reach('risk-manager');
        return list(accountId);
      },
      getLimits: async ({ accountId }) => {
        this.reach('risk-manager');
        return this.limits.get(accountId) ?? risk.Limits.fromPartial({ accountId, maxOrderLots: '9' });
      },
      setLimits: async ({ limits, reason }) => {
        this.reach('risk-manager');
        if (limits === undefined) throw new FakeRpcError('INVALID_ARGUMENT', 'LIMITS_MISSING');
        const { accountId, version } = limits;
        if ((this.limits.get(accountId)?.version ?? 0) !== version)
          throw new FakeRpcError('FAILED_PRECONDITION', 'LIMITS_CHANGED', 'somebody changed them');
        const stored = { ...limits, version: version + 1 };
        this.limits.set(accountId, stored);
        this.log.push(`limits ${accountId} ${stored.version} ${reason}`);
        return stored;
      },
      getAccountRisk: async ({ accountId }) => {
        this.reach('risk-manager');
        return risk.AccountRisk.fromPartial({
          accountId,
          state: common.TradingState.ACTIVE,
          ...{ equity: '10000.00', worstCaseEquity: '9900.00', positionLots: { EURUSD: '0.1' } },
          anchors: [{ name: 'daily-loss', value: '10000.00', floor: '9500.00', resetsUs: 1_399_334_400_000_000 }],
          reservations: [{ coid: 'c1', symbol: 'EURUSD', side: common.Side.BUY, lots: '0.2' }],
        });
      },
      listAudit: async ({ accountId }) => {
        this.reach('risk-manager');
        const entry = { accountId, timeUs: 1_399_334_400_000_000, what: 'state', changedBy: 'operator' };
        return {
          entries: [risk.AuditEntry.fromPartial({ ...entry, reason: 'so', before: 'ACTIVE', after: 'HALTED' })],
        };
      },
      setTradingState: async ({ accountId, state }) => {
        this.reach('risk-manager');
        if (!this.states.has(accountId)) throw new FakeRpcError('NOT_FOUND', 'ACCOUNT_UNKNOWN', 'no such account');
        this.states.set(accountId, state);
        this.log.push(`risk ${accountId} ${state}`);
        return list(accountId);
      },
    };
  }

  private gateway(): Partial<gateway.GatewayService> {
    return {
      listSessions: async () => {
        this.reach('gateway');
        return {
          sessions: [...this.states.keys()].map((accountId) =>
            gateway.TerminalSession.fromPartial({
              accountId,
              connected: true,
              lockstep: true,
              ended: this.ended,
              halted: this.gatewayHalts.has(accountId),
            }),
          ),
        };
      },
      setHalt: async ({ accountId, halted, reason }) => {
        this.reach('gateway');
        if (halted) this.gatewayHalts.set(accountId, reason);
        else this.gatewayHalts.delete(accountId);
        this.log.push(`gateway ${accountId} ${halted ? 'halted' : 'open'}`);
        return { accountIds: [accountId] };
      },
      getSnapshot: async ({ accountId }) => {
        this.reach('gateway');
        const lots = this.positions.get(accountId) ?? 0;
        const position = { symbol: 'US500', side: common.Side.BUY, volumeLots: String(lots) };
        return gateway.Snapshot.fromPartial({ accountId, positions: lots === 0 ? [] : [position] });
      },
      flatten: async ({ accountId, requestId }) => {
        this.reach('gateway');
        return { coids: this.once(`gateway ${requestId} ${accountId}`, () => this.close(accountId, 'gateway')) };
      },
    };
  }

  private execution(): Partial<execution.ExecutionService> {
    return {
      listAccounts: async () => {
        this.reach('execution');
        return { accounts: [...this.states.keys()].map((accountId) => execution.Account.fromPartial({ accountId })) };
      },
      listPositions: async () => {
        this.reach('execution');
        return { positions: [] };
      },
      flatten: async ({ accountId, requestId }) => {
        this.reach('execution');
        if (this.unbooked.has(accountId) || !this.positions.get(accountId)) return { orders: [] };
        const order = (state: common.OrderState, code = '') =>
          execution.Order.fromPartial({ request: { coid: 'c1', accountId }, state, code, message: code });
        if (this.down.has('risk-manager')) this.denial = 'RISK_UNAVAILABLE';
        if (this.denial !== undefined) return { orders: [order(common.OrderState.DENIED, this.denial)] };
        this.once(`execution ${requestId} ${accountId}`, () => this.close(accountId, 'execution'));
        return { orders: [order(common.OrderState.SUBMITTED)] };
      },
    };
  }

  private decision(): Partial<decision.DecisionService> {
    return {
      listStrategies: async () => {
        this.reach('decision');
        return { strategies: [] };
      },
      explain: async ({ accountId, id }) => {
        this.reach('decision');
        const story = this.stories.get(`${accountId} ${id}`);
        if (story === undefined) throw new FakeRpcError('NOT_FOUND', 'DECISION_UNKNOWN', 'no such decision');
        return story;
      },
    };
  }

  private once(request: string, act: () => string[]): string[] {
    const before = this.done.get(request);
    if (before !== undefined) return before;
    const made = act();
    this.done.set(request, made);
    return made;
  }

  private close(accountId: string, door: string): string[] {
    const lots = this.positions.get(accountId) ?? 0;
    if (lots === 0) return [];
    this.log.push(`${door} closes ${lots} of ${accountId}`);
    if (!this.brokerSleeps) this.positions.set(accountId, 0);
    return [`close-${accountId}`];
  }
}
