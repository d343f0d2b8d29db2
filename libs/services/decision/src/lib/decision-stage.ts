import {
  common,
  plainInstrument,
  TOPICS,
  type decision,
  type execution,
  type gateway,
  type prediction,
  type risk,
} from '@trading/contracts';
import type { BarrierMark, InputOf, SessionStart, Stage } from '@trading/platform-barrier';
import { systemClock } from '@trading/platform-config';
import { crashPoint } from '@trading/platform-crash-points';
import type { CheckpointStore, Sql } from '@trading/platform-database';
import { isUnavailable } from '@trading/platform-grpc';
import type { EventBus } from '@trading/platform-messaging';
import type { Logger } from '@trading/platform-logging';
import { captureTrace, runInTrace, withCorrelation, withSpan, type Trace } from '@trading/platform-tracing';
import { Decimal, type Instrument } from '@trading/trading-market';
import { CrossRates, type CrossRatesState } from '@trading/trading-portfolio';
import { countDecision } from './decision-metrics';
import type { DecisionStore } from './decision-store';
import type { AccountFacts, StrategyRunner } from './strategy-runner';

export type DecisionInput =
  | InputOf<NonNullable<prediction.PredictionEvent['body']>>
  | InputOf<NonNullable<execution.PositionEventMessage['body']>>
  | InputOf<NonNullable<risk.RiskEvent['body']>>
  | { readonly $case: 'accountEvent'; readonly value: gateway.AccountEvent };

export interface DecisionPorts {
  readonly bus: EventBus;
  readonly store: DecisionStore;
  readonly checkpoints: CheckpointStore;
  readonly execution: execution.ExecutionService;
  readonly logger: Logger;
}

interface DecisionState {
  readonly positions: Readonly<Record<string, string>>;
  readonly account: gateway.AccountSnapshot | undefined;
  readonly rates: CrossRatesState;
  readonly runners: Readonly<Record<string, ReturnType<StrategyRunner['snapshot']>>>;
}

/** The decision stage of one account's session: predictions in, decisions and their orders out. */
export class DecisionStage implements Stage<DecisionInput> {
  private readonly positions = new Map<string, Decimal>();
  private readonly instruments = new Map<string, Instrument>();
  private account: gateway.AccountSnapshot | undefined;
  private rates = new CrossRates();
  /** With the traces in which they came. */
  private predictions: { readonly made: prediction.Prediction; readonly trace: Trace | undefined }[] = [];
  private live = false;
  private barrier = 0;
  private sessionId = '';
  /** Decisions that wait for the next checkpoint, and stored ones whose orders have been answered since. */
  private quiet: decision.Decision[] = [];
  private answered: decision.Decision[] = [];
  private stored = new Map<string, decision.Decision>();

  constructor(
    private readonly accountId: string,
    private readonly runners: readonly StrategyRunner[],
    private readonly ports: DecisionPorts,
  ) {}

  /** What strategies had done by the newest checkpoint, known before the account's terminal calls. */
  async rebuild(): Promise<void> {
    const latest = await this.ports.checkpoints.latest<DecisionState>(this.accountId);
    if (this.sessionId === '') this.restore(latest?.state);
  }

  async onSession(session: SessionStart): Promise<void> {
    this.restore(await this.ports.checkpoints.resume<DecisionState>(this.accountId, session.resumeFrom));
    this.live = !session.lockstep;
    this.barrier = session.resumeFrom;
    this.predictions = [];
    this.quiet = [];
    this.answered = [];
    this.stored = await this.ports.store.orderedBeyond(this.accountId, session.resumeFrom);
    this.sessionId = session.sessionId;
    await this.publish({ $case: 'session', value: { beginning: 0, ...session, symbols: [...session.symbols] } });
  }

  async onInput(input: DecisionInput): Promise<void> {
    switch (input.$case) {
      case 'prediction':
        this.predictions.push({ made: input.value, trace: captureTrace() });
        if (this.live) await this.decide();
        return;
      case 'position':
        this.positions.set(input.value.symbol, new Decimal(input.value.volumeLots));
        return;
      case 'accountEvent':
        this.onAccount(input.value);
        return;
      default:
        return;
    }
  }

  async onBarrier(mark: BarrierMark): Promise<void> {
    this.barrier = mark.n;
    await this.decide();
    if (mark.checkpoint) await this.checkpoint(mark.n);
    const { sessionId } = this;
    await this.publish({ $case: 'progress', value: { ...mark, source: 'decision', sessionId, symbol: '' } });
    if (mark.end) this.live = true;
  }

  private restore(state: DecisionState | undefined): void {
    this.account = state?.account;
    this.rates = CrossRates.restore(state?.rates ?? {});
    this.positions.clear();
    for (const [symbol, lots] of Object.entries(state?.positions ?? {})) this.positions.set(symbol, new Decimal(lots));
    for (const runner of this.runners) runner.restore(state?.runners[runner.config.strategyId]);
  }

  private async decide(): Promise<void> {
    for (const { made, trace } of this.predictions.splice(0)) {
      this.rates.onQuote(made.bar?.symbol ?? '', made.lastBid, made.lastAsk);
      for (const runner of this.runners) {
        const { symbol, timeframe, strategyId } = runner.config;
        if (made.bar?.symbol !== symbol || made.bar.timeframe !== timeframe) continue;
        const about = {
          'trading.symbol': symbol,
          'trading.timeframe': timeframe,
          'trading.strategy_id': strategyId,
        };
        const work = () => this.decideBy(runner, made);
        await runInTrace(trace, () => withSpan('decide', { attributes: about }, work));
      }
    }
    if (this.live) await this.ports.store.database.transaction((tx) => this.keep(tx));
  }

  /** Has one strategy decide; its orders are submitted before this resolves. */
  private async decideBy(runner: StrategyRunner, made: prediction.Prediction): Promise<void> {
    const facts = { ...this.facts(runner.config.symbol), heldElsewhere: await this.heldElsewhere(runner) };
    const fresh = runner.decide(made, this.barrier, facts);
    // Whether one with orders is stored already the commit finds out, without a round trip before it.
    const stored = this.live && fresh.legs.length > 0 ? undefined : await this.storedAs(fresh.decisionId);
    if (stored === undefined && fresh.legs.length === 0) {
      this.quiet.push(fresh);
      await this.announce(fresh);
    } else {
      await this.order(stored ?? (await this.commit(fresh)));
    }
  }

  private async commit(fresh: decision.Decision): Promise<decision.Decision> {
    crashPoint('decision.decision.committing');
    const committed = await this.ports.store.commit(fresh);
    crashPoint('decision.decision.committed');
    return committed;
  }

  /** The decision of this id that was stored before: what was decided once is not decided again. */
  private async storedAs(decisionId: string): Promise<decision.Decision | undefined> {
    return this.live ? this.ports.store.find(decisionId) : this.stored.get(decisionId);
  }

  /** Submits the orders of a decision that is stored. */
  private async order(stored: decision.Decision): Promise<void> {
    const committedUs = stored.hops?.decisionCommittedUs ?? 0;
    const decisionCommittedUs = committedUs > 0 ? committedUs : systemClock.nowUs();
    const hops = common.Hops.fromPartial({ ...stored.hops, decisionCommittedUs });
    const legs: decision.Leg[] = [];
    for (const leg of stored.legs) {
      const { accountId, coid, order } = leg;
      if (order === undefined) legs.push(leg);
      else legs.push(await withCorrelation({ accountId, coid }, () => this.submit(leg, stored.eventUs, hops)));
    }
    const complete = { ...stored, legs, hops };
    this.answered.push(complete);
    await this.announce(complete);
  }

  private async submit(leg: decision.Leg, asOfUs: number, hops: common.Hops): Promise<decision.Leg> {
    try {
      crashPoint('decision.order.submitting');
      const { order, checks } = await this.ports.execution.submitOrder({ order: leg.order, asOfUs, hops });
      crashPoint('decision.order.submitted');
      return {
        ...leg,
        outcome: outcomeOf(order?.state),
        code: order?.code ?? '',
        message: order?.message ?? '',
        checks,
      };
    } catch (error) {
      // Simulated time has not gone on: the stored decision is sent again when execution is back.
      if (!this.live && isUnavailable(error)) throw error;
      const message = error instanceof Error ? error.message : String(error);
      this.ports.logger.error({ coid: leg.coid, message }, 'Execution did not take an order.');
      return { ...leg, outcome: 'unknown', code: 'EXECUTION_UNAVAILABLE', message };
    }
  }

  /** What the other accounts of a strategy hold, as execution's books say now; one that cannot be asked is left out. */
  private async heldElsewhere({ config }: StrategyRunner): Promise<ReadonlyMap<string, Decimal>> {
    const held = new Map<string, Decimal>();
    for (const { accountId } of config.legs) {
      if (accountId === this.accountId) continue;
      try {
        const { positions } = await this.ports.execution.listPositions({ accountId });
        const ofSymbol = positions.filter(({ symbol }) => symbol === config.symbol);
        held.set(
          accountId,
          ofSymbol.reduce((sum, { volumeLots }) => sum.plus(volumeLots), new Decimal(0)),
        );
      } catch (error) {
        if (!this.live && isUnavailable(error)) throw error;
        this.ports.logger.warn({ accountId, error: String(error) }, 'What an account holds could not be asked.');
      }
    }
    return held;
  }

  private facts(symbol: string): Omit<AccountFacts, 'heldElsewhere'> {
    return {
      positionLots: this.positions.get(symbol) ?? new Decimal(0),
      equity: this.account === undefined ? undefined : new Decimal(this.account.equity),
      currency: this.account?.currency ?? '',
      instrument: this.instruments.get(symbol),
      rates: this.rates,
    };
  }

  private onAccount({ body }: gateway.AccountEvent): void {
    if (body?.$case === 'account') this.account = body.value;
    if (body?.$case === 'instrument') this.instruments.set(body.value.symbol, plainInstrument(body.value));
  }

  private async checkpoint(n: number): Promise<void> {
    const state: DecisionState = {
      positions: Object.fromEntries([...this.positions].map(([symbol, lots]) => [symbol, lots.toFixed()])),
      account: this.account,
      rates: this.rates.snapshot(),
      runners: Object.fromEntries(this.runners.map((r) => [r.config.strategyId, r.snapshot()])),
    };
    const { store, checkpoints } = this.ports;
    await store.database.transaction(async (tx) => {
      await this.keep(tx);
      await checkpoints.save(tx, this.accountId, n, state);
    });
  }

  /** Stores what was decided without orders and what became of orders, as far as it is not stored. */
  private async keep(tx: Sql): Promise<void> {
    const [quiet, answered] = [this.quiet.splice(0), this.answered.splice(0)];
    await this.ports.store.insert(tx, quiet);
    await this.ports.store.complete(tx, answered);
  }

  private announce(decided: decision.Decision): Promise<void> {
    countDecision(decided);
    return this.publish({ $case: 'decision', value: decided });
  }

  private publish(body: NonNullable<decision.DecisionEvent['body']>): Promise<void> {
    const { accountId, sessionId } = this;
    return this.ports.bus.publish(TOPICS.decision, accountId, { accountId, sessionId, body });
  }
}

function outcomeOf(state: common.OrderState | undefined): string {
  switch (state) {
    case common.OrderState.DENIED:
      return 'denied';
    case common.OrderState.REJECTED:
      return 'rejected';
    case undefined:
    case common.OrderState.UNKNOWN:
      return 'unknown';
    default:
      return 'approved';
  }
}
