import { TOPICS, type decision, type execution } from '@trading/contracts';
import { BarrierJoin, feed } from '@trading/platform-barrier';
import { RpcError } from '@trading/platform-grpc';
import type { Subscription } from '@trading/platform-messaging';
import type { DecisionConfig } from './decision-config';
import { DecisionStage, type DecisionInput, type DecisionPorts } from './decision-stage';
import { StrategyRunner } from './strategy-runner';

/** Sources of an account's session, in the order in which a barrier's inputs are applied. */
const SOURCES = ['account', 'position', 'risk', 'prediction'];

interface AccountStage {
  readonly stage: DecisionStage;
  readonly join: BarrierJoin<DecisionInput>;
}

/** The use-cases of decision. */
export class DecisionUseCases implements decision.DecisionService {
  private readonly accounts = new Map<string, AccountStage>();
  private readonly runners: readonly StrategyRunner[];
  private subscriptions: Subscription[] = [];

  constructor(
    config: DecisionConfig,
    private readonly ports: DecisionPorts,
  ) {
    this.runners = config.strategies.map((strategy) => new StrategyRunner(strategy, config.runId));
  }

  async start(): Promise<void> {
    const disabled = await this.ports.store.disabled();
    for (const runner of this.runners) runner.enabled = !disabled.has(runner.config.strategyId);
    for (const accountId of new Set(this.runners.map((runner) => runner.config.accountId))) {
      await this.accountOf(accountId).stage.rebuild();
    }
    const { bus } = this.ports;
    const group = { group: 'decision' };
    this.subscriptions = [
      await bus.subscribe(TOPICS.accountEvent, group, ({ message }) => {
        const { body } = message;
        const isTime = body?.$case === 'mark' || body?.$case === 'session';
        const input = isTime ? (body as never) : ({ $case: 'accountEvent', value: message } as const);
        return feed<DecisionInput>(this.of(message.accountId), 'account', input);
      }),
      await bus.subscribe(TOPICS.positionEvent, group, ({ message }) =>
        feed<DecisionInput>(this.of(message.accountId), 'position', message.body),
      ),
      await bus.subscribe(TOPICS.riskEvent, group, ({ message }) =>
        feed<DecisionInput>(this.of(message.accountId), 'risk', message.body),
      ),
      await bus.subscribe(TOPICS.prediction, group, ({ message }) =>
        feed<DecisionInput>(this.of(message.accountId), 'prediction', message.body),
      ),
    ];
  }

  async stop(): Promise<void> {
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
    };
  }

  /** What execution has of an order; the trace tells its part of the story also while execution is away. */
  private async orderOf(
    accountId: string,
    coid: string,
  ): Promise<{ readonly order: execution.Order; readonly fills: readonly execution.Fill[] } | undefined> {
    try {
      const order = await this.ports.execution.getOrder({ accountId, coid });
      return { order, fills: (await this.ports.execution.listFills({ accountId, coid })).fills };
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
    return { decision: undefined, orders: [found.order], fills: [...found.fills] };
  }

  private async switch(strategyId: string, enabled: boolean): Promise<decision.StrategyStatus> {
    const runner = this.runners.find((r) => r.config.strategyId === strategyId);
    if (runner === undefined)
      throw new RpcError('NOT_FOUND', 'STRATEGY_UNKNOWN', `No strategy ${strategyId} runs here.`);
    // Switching off holds from now on, even if it cannot be written down; switching on only once it is.
    if (!enabled) runner.enabled = false;
    await this.ports.store.setDisabled(strategyId, !enabled);
    runner.enabled = enabled;
    return runner.status();
  }

  private of(accountId: string): BarrierJoin<DecisionInput> {
    return this.accountOf(accountId).join;
  }

  private accountOf(accountId: string): AccountStage {
    let found = this.accounts.get(accountId);
    if (found === undefined) {
      const mine = this.runners.filter((runner) => runner.config.accountId === accountId);
      const stage = new DecisionStage(accountId, mine, this.ports);
      found = { stage, join: new BarrierJoin(SOURCES, stage) };
      this.accounts.set(accountId, found);
    }
    return found;
  }
}
