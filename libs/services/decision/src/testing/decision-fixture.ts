import {
  common,
  decision,
  execution,
  gateway,
  prediction,
  TOPICS,
  type execution as contract,
} from '@trading/contracts';
import { CheckpointStore, type Database } from '@trading/platform-database';
import { silentLogger } from '@trading/platform-logging';
import { InProcessBus, route, type Delivery, type EventBus } from '@trading/platform-messaging';
import type { StrategyConfig } from '../lib/decision-config';
import { DecisionUseCases } from '../lib/decision-service';
import { DecisionStore } from '../lib/decision-store';

export const ACCOUNT = 'acc-1';

export const BUY_AND_HOLD: StrategyConfig = {
  strategyId: 'hold-it',
  name: 'buy-and-hold',
  parameters: { exposure: 1, stopAtr: 0 },
  symbol: 'EURUSD',
  timeframe: 'M1',
  accountId: ACCOUNT,
  legs: [{ accountId: ACCOUNT, share: '1' }],
  tradeFromUs: 0,
};

/** An execution for tests: takes every order once, remembers each call, and can be away. */
export class FakeExecution {
  readonly calls: contract.SubmitOrderRequest[] = [];
  readonly orders = new Map<string, contract.Order>();
  isAway = false;
  /** Looks at the world at the moment of a call. */
  onSubmit: (request: contract.SubmitOrderRequest) => void | Promise<void> = () => undefined;
  /** Signed lots that other accounts hold; one that is not named is not known. */
  readonly held = new Map<string, string>();
  stateOfNext: common.OrderState = common.OrderState.SUBMITTED;

  async submitOrder(request: contract.SubmitOrderRequest): Promise<contract.SubmitOrderResponse> {
    await this.onSubmit(request);
    if (this.isAway) throw new Error('execution is away');
    this.calls.push(request);
    const coid = request.order?.coid ?? '';
    const duplicate = this.orders.has(coid);
    if (!duplicate) {
      const fields = { state: this.stateOfNext, ...(request.order && { request: request.order }) };
      this.orders.set(coid, execution.Order.fromPartial(fields));
    }
    const check = { code: 'SPREAD', passed: true, observed: '1', limit: '3', message: '' };
    return { order: this.orders.get(coid), checks: [check], duplicate };
  }

  async listPositions({ accountId }: contract.ListPositionsRequest): Promise<contract.ListPositionsResponse> {
    const volumeLots = this.held.get(accountId);
    if (volumeLots === undefined) throw new Error('there is no such account');
    return { positions: [execution.Position.fromPartial({ accountId, symbol: 'EURUSD', volumeLots })] };
  }

  async getOrder({ coid }: contract.GetOrderRequest): Promise<contract.Order> {
    const order = this.orders.get(coid);
    if (this.isAway || order === undefined) throw new Error('there is no such order');
    return order;
  }

  async listOrderEvents({ coid }: contract.ListOrderEventsRequest): Promise<contract.ListOrderEventsResponse> {
    return { events: [execution.OrderEvent.fromPartial({ coid, kind: 'ORDER_EVENT_KIND_SUBMITTED' })] };
  }

  async listFills({ coid }: contract.ListFillsRequest): Promise<contract.ListFillsResponse> {
    return { fills: [execution.Fill.fromPartial({ coid })] };
  }
}

/** Decision as a process starts it, on a real database and the in-process bus, with the other services played. */
export class DecisionFixture {
  readonly bus = new InProcessBus({ onError: ({ error }) => (this.failure = error as Error) });
  readonly decided: decision.Decision[] = [];
  readonly calls: DecisionUseCases;
  readonly store: DecisionStore;
  private passed = 0;
  private entered = 0;
  private sessions = 0;
  private failure: Error | undefined;

  private constructor(
    database: Database,
    readonly execution: FakeExecution,
    strategies: readonly StrategyConfig[],
  ) {
    this.store = new DecisionStore(database);
    this.calls = new DecisionUseCases(
      { runId: 'run-1', strategies },
      {
        bus: this.watched(),
        store: this.store,
        checkpoints: new CheckpointStore(database),
        execution: execution as unknown as contract.ExecutionService,
        logger: silentLogger,
      },
    );
  }

  static async start(
    database: Database,
    strategies: readonly StrategyConfig[] = [BUY_AND_HOLD],
    execution = new FakeExecution(),
  ): Promise<DecisionFixture> {
    const fixture = new DecisionFixture(database, execution, strategies);
    await fixture.calls.start();
    return fixture;
  }

  /** A session begins on every source; then the account says who it is. */
  async begin(resumeFrom = 0, lockstep = true): Promise<void> {
    const sessionId = `session-${++this.entered}`;
    const session = { accountId: ACCOUNT, sessionId, resumeFrom, timeUs: 0, lockstep, symbols: ['EURUSD'] };
    const body = { $case: 'session', value: session } as const;
    await this.everywhere(body);
    await this.until(() => this.sessions === this.entered);
    const account = gateway.AccountSnapshot.fromPartial({ currency: 'USD', balance: '10000', equity: '10000' });
    await this.account({ $case: 'account', value: account });
    await this.account({ $case: 'instrument', value: INSTRUMENT });
    await this.bus.idle();
    this.passed = resumeFrom;
  }

  /** Plays barrier n, with the bar that closes there. */
  async play(
    n: number,
    more: { readonly checkpoint?: boolean; readonly made?: prediction.Prediction } = {},
  ): Promise<void> {
    const { checkpoint = false, made = predictionOf(n) } = more;
    await this.predict(made);
    const sessionId = `session-${this.entered}`;
    const value = { accountId: ACCOUNT, sessionId, n, timeUs: n * 60_000_000, checkpoint, end: false };
    await this.account({ $case: 'mark', value });
    const progress = { $case: 'progress', value: { ...value, source: '' } } as const;
    await this.publish(TOPICS.positionEvent, progress);
    await this.publish(TOPICS.riskEvent, progress);
    await this.publish(TOPICS.prediction, progress);
    await this.until(() => this.passed === n);
  }

  predict(made: prediction.Prediction): Promise<void> {
    return this.publish(TOPICS.prediction, { $case: 'prediction', value: made });
  }

  async hold(lots: string): Promise<void> {
    const value = execution.Position.fromPartial({ accountId: ACCOUNT, symbol: 'EURUSD', volumeLots: lots });
    await this.publish(TOPICS.positionEvent, { $case: 'position', value });
  }

  async stop(): Promise<void> {
    await this.calls.stop();
    await this.bus.close();
  }

  /** The bus, watched for what decision says. */
  private watched(): EventBus {
    const hear = ({ message: { body } }: Delivery<decision.DecisionEvent>): void => {
      if (body?.$case === 'decision') this.decided.push(body.value);
      if (body?.$case === 'progress') this.passed = body.value.n;
      if (body?.$case === 'session') this.sessions++;
    };
    void this.bus.consume({ group: 'test' }, [route(TOPICS.decision, hear)]);
    return this.bus;
  }

  private async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      if (this.failure !== undefined) throw this.failure;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private async everywhere(body: { readonly $case: string; readonly value: unknown }): Promise<void> {
    for (const topic of [TOPICS.accountEvent, TOPICS.positionEvent, TOPICS.riskEvent, TOPICS.prediction]) {
      await this.publish(topic, body);
    }
  }

  private account(body: NonNullable<gateway.AccountEvent['body']>): Promise<void> {
    return this.publish(TOPICS.accountEvent, body);
  }

  private publish(
    topic: { readonly name: string },
    body: { readonly $case: string; readonly value: unknown },
  ): Promise<void> {
    const message = { accountId: ACCOUNT, sessionId: `session-${this.entered}`, timeUs: 0, barrier: 0, body };
    return this.bus.publish<unknown>(topic as never, topic === TOPICS.prediction ? 'EURUSD' : ACCOUNT, message);
  }
}

export function predictionOf(barSeq: number, price = 1.1): prediction.Prediction {
  const ohlc = { open: price, high: price, low: price, close: price };
  const closeTimeUs = barSeq * 60_000_000;
  return prediction.Prediction.fromPartial({
    predictionId: `p${barSeq}`,
    accountId: ACCOUNT,
    barSeq,
    bar: {
      symbol: 'EURUSD',
      timeframe: 'M1',
      openTimeUs: closeTimeUs - 60_000_000,
      closeTimeUs,
      bid: ohlc,
      ask: ohlc,
      tickCount: 3,
    },
    featureNames: [],
    features: [],
    flags: ['NO_MODEL'],
    eventUs: closeTimeUs,
    lastBid: price,
    lastAsk: price,
    atr: 0.001,
  });
}

const INSTRUMENT = common.Instrument.fromPartial({
  symbol: 'EURUSD',
  brokerSymbol: 'EURUSD',
  digits: 5,
  tickSize: '0.00001',
  tickValue: '1',
  contractSize: '100000',
  volumeMin: '0.01',
  volumeMax: '100',
  volumeStep: '0.01',
  baseCurrency: 'EUR',
  profitCurrency: 'USD',
  marginCurrency: 'EUR',
  marginRate: '1',
  fillingModes: ['FILLING_MODE_FOK'],
  executionMode: 'EXECUTION_MODE_MARKET',
  stopsOnOpen: 'STOPS_ON_OPEN_WITH',
  tradable: true,
});
