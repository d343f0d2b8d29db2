import { TOPICS, type decision, type execution } from '@trading/contracts';
import { StageHost } from '@trading/platform-barrier';
import { TransientDatabaseError } from '@trading/platform-database';
import { isUnavailable, RpcError } from '@trading/platform-grpc';
import { route, type Share, type Subscription } from '@trading/platform-messaging';
import type { DecisionConfig } from './decision-config';
import { DecisionStage, type DecisionInput, type DecisionPorts } from './decision-stage';
import { StrategyRunner } from './strategy-runner';

/** Sources of an account's session, in the order in which a barrier's inputs are applied. */
const SOURCES = ['account', 'position', 'risk', 'prediction/*'];

/** How often a process looks whether strategies were switched at another. */
const LEARN_EVERY_MS = 1_000;

interface OrderStory {
  readonly order: execution.Order;
  readonly fills: readonly execution.Fill[];
  readonly events: readonly execution.OrderEvent[];
}

/** The use-cases of decision. */
export class DecisionUseCases implements decision.DecisionService {
  private readonly host: StageHost<DecisionInput, DecisionStage>;
  private readonly runners: readonly StrategyRunner[];
  private subscriptions: Subscription[] = [];
  private learning: NodeJS.Timeout | undefined;
  /** How often strategies were switched here. */
  private switched = 0;
  /** Strategies that were switched off here and not written down yet. */
  private readonly heldOff = new Set<string>();

  constructor(
    config: DecisionConfig,
    private readonly ports: DecisionPorts,
  ) {
    this.runners = config.strategies.map((strategy) => new StrategyRunner(strategy, config.runId));
    this.host = new StageHost<DecisionInput, DecisionStage>({
      sources: SOURCES,
      create: (accountId) => {
        const mine = this.runners.filter((runner) => runner.config.accountId === accountId);
        return new DecisionStage(accountId, mine, ports);
      },
      rejoin: (accountId, reason) => this.rejoin(accountId, reason),
      isTransient: (error) => error instanceof TransientDatabaseError || isUnavailable(error),
      log: ports.logger,
    });
  }

  /** Why accounts are out of step with their session. */
  get outOfStep(): ReadonlyMap<string, string> {
    return this.host.outOfStep;
  }

  async start(): Promise<void> {
    await this.learnSwitches();
    this.learning = setInterval(() => void this.learnSwitches().catch(() => undefined), LEARN_EVERY_MS);
    this.learning.unref();
    const { bus } = this.ports;
    this.subscriptions = [
      await bus.consume({ group: 'decision', delivery: 'everything' }, [
        route(TOPICS.prediction, ({ key: symbol, message }) =>
          this.host.feed(message.accountId, `prediction/${symbol}`, message, (input) => input),
        ),
      ]),
      await bus.consume({ group: 'decision', onShare: (share) => this.onShare(share) }, [
        route(TOPICS.accountEvent, ({ message }) =>
          this.host.feed(message.accountId, 'account', message, () => ({ $case: 'accountEvent', value: message })),
        ),
        route(TOPICS.positionEvent, ({ message }) =>
          this.host.feed(message.accountId, 'position', message, (input) => input),
        ),
        route(TOPICS.riskEvent, ({ message }) => this.host.feed(message.accountId, 'risk', message, (input) => input)),
      ]),
    ];
  }

  async stop(): Promise<void> {
    clearInterval(this.learning);
    this.host.stop();
    await Promise.all(this.subscriptions.map((s) => s.stop()));
  }

  async listStrategies(): Promise<decision.ListStrategiesResponse> {
    return { strategies: this.runners.map((runner) => runner.status()) };
  }

  async enableStrategy(request: decision.EnableStrategyRequest): Promise<decision.StrategyStatus> {
    return this.switch(request.strategyId, true);
  }

  async disableStrategy(request: decision.DisableStrategyRequest): Promise<decision.StrategyStatus> {
    return this.switch(request.strategyId, false);
  }

  async explain(request: decision.ExplainRequest): Promise<decision.ExplainResponse> {
    const { store } = this.ports;
    const found =
      request.id === 'last' || request.id === ''
        ? await store.lastOrdered(request.accountId)
        : ((await store.find(request.id)) ?? (await store.findByOrder(request.id)));
    if (found === undefined) return this.explainOrder(request);
    const parts = await Promise.all(found.legs.map(({ accountId, coid }) => this.orderOf(accountId, coid)));
    return {
      decision: found,
      orders: parts.flatMap((part) => part?.order ?? []),
      fills: parts.flatMap((part) => part?.fills ?? []),
      events: parts.flatMap((part) => part?.events ?? []),
    };
  }

  /** What execution has of an order; the trace tells its part of the story also while execution is away. */
  private async orderOf(accountId: string, coid: string): Promise<OrderStory | undefined> {
    const { execution: books } = this.ports;
    try {
      const order = await books.getOrder({ accountId, coid });
      const its = { accountId: order.request?.accountId ?? accountId, coid };
      const [{ fills }, { events }] = await Promise.all([
        books.listFills(its),
        // One of an older release does not know this call.
        books.listOrderEvents(its).catch(() => ({ events: [] })),
      ]);
      return { order, fills, events };
    } catch {
      return undefined;
    }
  }

  /** An order without a decision: an operator's or the broker's. */
  private async explainOrder({ id, accountId }: decision.ExplainRequest): Promise<decision.ExplainResponse> {
    const missing = new RpcError(
      'NOT_FOUND',
      'NOTHING_TO_EXPLAIN',
      `No decision or order is known as ${id === '' ? 'last' : id}.`,
    );
    if (id === 'last' || id === '') throw missing;
    const found = await this.orderOf(accountId, id);
    if (found === undefined) throw missing;
    return { decision: undefined, orders: [found.order], fills: [...found.fills], events: [...found.events] };
  }

  /** Strategies are switched at whichever process is asked, and on or off in all of them. */
  private async learnSwitches(): Promise<void> {
    const { switched } = this;
    const disabled = await this.ports.store.disabled();
    // What was read while somebody switched here may be older than that.
    if (switched !== this.switched) return;
    for (const runner of this.runners) {
      const { strategyId } = runner.config;
      runner.enabled = !disabled.has(strategyId) && !this.heldOff.has(strategyId);
    }
  }

  private async switch(strategyId: string, enabled: boolean): Promise<decision.StrategyStatus> {
    const runner = this.runners.find((r) => r.config.strategyId === strategyId);
    if (runner === undefined)
      throw new RpcError('NOT_FOUND', 'STRATEGY_UNKNOWN', `No strategy ${strategyId} runs here.`);
    // Switching off holds from now on, even if it cannot be written down; switching on only once it is.
    this.switched += 1;
    if (!enabled) {
      this.heldOff.add(strategyId);
      runner.enabled = false;
    }
    await this.ports.store.setDisabled(strategyId, !enabled);
    this.switched += 1;
    this.heldOff.delete(strategyId);
    runner.enabled = enabled;
    return runner.status();
  }

  private async onShare(share: Share): Promise<void> {
    await this.host.share(
      (accountId) => share.owns(accountId),
      async () => [...new Set(this.runners.map((runner) => runner.config.accountId))],
    );
  }

  private async rejoin(accountId: string, reason: string): Promise<void> {
    await this.host.of(accountId).rebuild();
    const body = { $case: 'rejoin', value: { source: 'decision', accountId, symbol: '', reason } } as const;
    await this.ports.bus.publish(TOPICS.decision, accountId, { accountId, sessionId: '', body });
  }
}
