import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { common, execution, gateway, market, risk, TOPICS } from '@trading/contracts';
import {
  CheckpointStore,
  createTestDatabase,
  openDatabase,
  type Database,
  type TestDatabase,
} from '@trading/platform-database';
import type { Alert } from '@trading/platform-alerting';
import { InMemoryCache } from '@trading/platform-cache';
import { silentLogger } from '@trading/platform-logging';
import { InProcessBus, route } from '@trading/platform-messaging';
import { UNSET_LIMITS, type RiskLimits } from '@trading/trading-risk';
import type { RiskManagerConfig } from '../lib/risk-config';
import { RISK_MANAGER_MIGRATIONS } from '../lib/risk-migrations';
import { RiskUseCases } from '../lib/risk-service';
import { RiskStore } from '../lib/risk-store';

export const ACCOUNT = 'paper-1';
/** 2014-05-05T12:00:00Z, in microseconds. */
export const NOW_US = 1_399_291_200_000_000;

export const INSTRUMENT = common.Instrument.fromPartial({
  symbol: 'EURUSD',
  brokerSymbol: 'EURUSD',
  digits: 5,
  tickSize: '0.00001',
  contractSize: '100000',
  volumeMin: '0.01',
  volumeMax: '100',
  volumeStep: '0.01',
  baseCurrency: 'EUR',
  profitCurrency: 'USD',
  marginCurrency: 'EUR',
  marginRate: '1',
  fillingModes: ['FILLING_MODE_IOC'],
  executionMode: 'EXECUTION_MODE_MARKET',
  stopsOnOpen: 'STOPS_ON_OPEN_WITH',
  tradable: true,
});

const KEYS = generateKeyPairSync('ed25519');

/** A strategy's market order of 0.1 EURUSD. */
export function orderOf(coid: string, changes: Partial<common.OrderRequest> = {}): common.OrderRequest {
  return common.OrderRequest.fromPartial({
    coid,
    accountId: ACCOUNT,
    symbol: 'EURUSD',
    side: 'SIDE_BUY',
    type: 'ORDER_TYPE_MARKET',
    volumeLots: '0.1',
    timeInForce: 'TIME_IN_FORCE_IOC',
    origin: 'ORIGIN_STRATEGY',
    strategyId: 's1',
    ...changes,
  });
}

/** An event of an order as execution publishes it. */
export function eventOf(
  seq: number,
  order: common.OrderRequest,
  state: common.OrderState,
  fill?: { readonly lots: string; readonly price?: string; readonly filledLots?: string },
): execution.OrderEvent {
  return execution.OrderEvent.fromPartial({
    accountId: ACCOUNT,
    seq,
    coid: order.coid,
    kind: fill === undefined ? 'ORDER_EVENT_KIND_SUBMITTED' : 'ORDER_EVENT_KIND_FILLED',
    timeUs: NOW_US,
    order: { request: order, state, filledLots: fill?.filledLots ?? fill?.lots ?? '0' },
    ...(fill === undefined
      ? {}
      : {
          fill: {
            fillId: `d${seq}`,
            coid: order.coid,
            accountId: ACCOUNT,
            symbol: order.symbol,
            side: order.side,
            volumeLots: fill.lots,
            price: fill.price ?? '1.1',
          },
        }),
  });
}

/** risk-manager on a real database, told by the test what it would hear from its topics. */
export class RiskFixture {
  bus!: InProcessBus;
  service!: RiskUseCases;
  /** What risk-manager published since its start. */
  published: risk.RiskEvent[] = [];
  errors: unknown[] = [];
  /** What people were told. */
  readonly raised: Alert[] = [];
  config!: RiskManagerConfig;
  readonly publicKey: KeyObject = KEYS.publicKey;
  private sessions = 0;
  private barrier = 0;
  /** The process that runs writes no anchors on its own any more; resolves when none is being written. */
  private silence: () => Promise<void> = () => Promise.resolve();

  private constructor(
    private readonly created: TestDatabase,
    readonly database: Database,
  ) {}

  static async open(): Promise<RiskFixture> {
    const created = await createTestDatabase();
    const migrations = RISK_MANAGER_MIGRATIONS;
    return new RiskFixture(created, await openDatabase({ url: created.url, schema: 'risk', migrations }));
  }

  get store(): RiskStore {
    return new RiskStore(this.database);
  }

  /** Empties everything and starts, by default with the account enabled when it is created. */
  async reset(limits: Partial<RiskLimits> = {}, config: Partial<RiskManagerConfig> = {}): Promise<void> {
    await this.silence();
    await this.database.query(
      'TRUNCATE account, limits, verdict, reservation, exposure, breach, audit, checkpoint, anchors, anchor_keeper, announcement',
    );
    this.errors = [];
    this.raised.length = 0;
    this.sessions = this.barrier = 0;
    this.config = {
      signingKey: KEYS.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      signingKeyId: 'test-key',
      defaultLimits: { ...UNSET_LIMITS, maxQuoteAgeMs: 5_000, ...limits },
      enableOnCreation: [{ accountId: ACCOUNT }],
      tradingMode: 'paper',
      ...config,
    };
    await this.start();
  }

  async start(): Promise<void> {
    this.published = [];
    const { errors } = this;
    // What a process that was killed still fails at reaches nobody.
    const onError = ({ error }: { readonly error: unknown }): void => {
      if (this.bus === bus) errors.push(error);
    };
    const bus = new InProcessBus({ onError, retryMaxMs: 1 });
    this.bus = bus;
    const { store } = this;
    this.silence = silenced(store);
    this.service = new RiskUseCases({
      bus,
      store,
      checkpoints: new CheckpointStore(this.database),
      alerts: { raise: (alert) => this.raised.push(alert) },
      cache: new InMemoryCache(),
      logger: silentLogger,
      config: this.config,
    });
    await this.service.start();
    await bus.consume({ group: 'test' }, [
      route(TOPICS.riskEvent, ({ message }) => {
        if (message.body?.$case !== 'rejoin') this.published.push(message);
      }),
    ]);
  }

  /** Killed: nothing but the database is left. */
  async crash(): Promise<void> {
    void this.bus.close();
    await this.silence();
    await this.start();
  }

  /** A session begins and its terminal introduces itself. */
  async session({ resumeFrom = 0, lockstep = true, terminal = {} } = {}): Promise<void> {
    this.barrier = resumeFrom;
    const value: common.SessionStarted = {
      accountId: ACCOUNT,
      sessionId: `session-${++this.sessions}`,
      resumeFrom,
      timeUs: NOW_US,
      lockstep,
      symbols: ['EURUSD'],
      beginning: lockstep ? 0 : 1,
    };
    const body = { $case: 'session', value } as const;
    await this.onAccount(body);
    await this.market(body);
    await this.orders(body);
    await this.positions(body);
    await this.onAccount({
      $case: 'terminal',
      value: gateway.TerminalSession.fromPartial({ accountId: ACCOUNT, tradeMode: 'TRADE_MODE_DEMO', ...terminal }),
    });
    await this.onAccount({ $case: 'instrument', value: INSTRUMENT });
    await this.idle();
  }

  /** The next barrier: a quote of 1.10000/1.10010, the account's money and the order events before it. */
  async step({
    equity = '10000',
    events = [] as readonly execution.OrderEvent[],
    checkpoint = false,
    end = false,
  } = {}): Promise<void> {
    const batch = { accountId: ACCOUNT, symbol: 'EURUSD', timeUs: [NOW_US], bid: [1.1], ask: [1.1001] };
    const value = market.TickBatch.fromPartial(batch);
    await this.market({ $case: 'batch', value });
    await this.money(equity);
    for (const event of events) await this.onOrder(event);
    const { sessionId } = this;
    const mark = { accountId: ACCOUNT, sessionId, n: ++this.barrier, timeUs: NOW_US, checkpoint, end };
    await this.onAccount({ $case: 'mark', value: mark });
    await this.market({ $case: 'mark', value: mark });
    const progress = { $case: 'progress', value: { ...mark, source: 'execution', symbol: '' } } as const;
    await this.orders(progress);
    await this.positions(progress);
    await this.idle();
  }

  /** A quote of 1.10000/1.10010. */
  async quote(timeUs = NOW_US): Promise<void> {
    const batch = { accountId: ACCOUNT, symbol: 'EURUSD', timeUs: [timeUs], bid: [1.1], ask: [1.1001] };
    await this.market({ $case: 'batch', value: market.TickBatch.fromPartial(batch) });
    await this.idle();
  }

  /** Money that the broker moved. */
  cash(dealTicket: string, kind: string, amount: string, timeUs = NOW_US + 1): Promise<void> {
    const value = gateway.CashMovement.fromPartial({ dealTicket, kind, amount, timeUs });
    return this.onAccount({ $case: 'cash', value });
  }

  /** What the broker reports of the account. */
  money(equity: string, balance = '10000'): Promise<void> {
    const value = gateway.AccountSnapshot.fromPartial({
      currency: 'USD',
      balance,
      equity,
      margin: '0',
      freeMargin: equity,
      leverage: 30,
      tradeMode: 'TRADE_MODE_DEMO',
    });
    return this.onAccount({ $case: 'account', value });
  }

  /** @param sessionId empty: the event belongs to no session, as those of real time */
  onOrder(value: execution.OrderEvent, sessionId?: string): Promise<void> {
    return this.orders({ $case: 'event', value }, sessionId);
  }

  /** A session with a quote and money: orders can be checked. */
  async ready(): Promise<void> {
    await this.session();
    await this.step();
  }

  check(coid: string, changes: Partial<common.OrderRequest> = {}): Promise<risk.CheckOrderResponse> {
    const order = orderOf(coid, changes);
    return this.service.checkOrder({ order, asOfUs: NOW_US, epoch: 1, barrier: this.barrier, change: undefined });
  }

  idle(): Promise<void> {
    return this.bus.idle();
  }

  async state(accountId = ACCOUNT): Promise<string | undefined> {
    return (await this.store.accounts(accountId))[0]?.state;
  }

  /** Lots reserved by order. */
  async reserved(): Promise<Record<string, string>> {
    const rows = await this.store.reservations(this.database, ACCOUNT);
    return Object.fromEntries(rows.map(({ coid, lots }) => [coid, lots.toFixed()]));
  }

  /** Signed lots held by symbol. */
  async exposure(): Promise<Record<string, string>> {
    const positions = await this.store.positions(this.database, ACCOUNT);
    return Object.fromEntries([...positions].map(([symbol, { lots }]) => [symbol, lots.toFixed()]));
  }

  async close(): Promise<void> {
    await this.bus.close();
    await this.database.close();
    await this.created.drop();
  }

  private get sessionId(): string {
    return `session-${this.sessions}`;
  }

  private market(body: NonNullable<market.MarketTickEvent['body']>): Promise<void> {
    return this.bus.publish(TOPICS.marketTick, 'EURUSD', { sessionId: this.sessionId, body });
  }

  private orders(
    body: NonNullable<execution.OrderEventMessage['body']>,
    sessionId: string = this.sessionId,
  ): Promise<void> {
    return this.bus.publish(TOPICS.orderEvent, ACCOUNT, { accountId: ACCOUNT, sessionId, body });
  }

  positions(body: NonNullable<execution.PositionEventMessage['body']>): Promise<void> {
    const { sessionId } = this;
    return this.bus.publish(TOPICS.positionEvent, ACCOUNT, { accountId: ACCOUNT, sessionId, body });
  }

  onAccount(body: NonNullable<gateway.AccountEvent['body']>): Promise<void> {
    const { sessionId, barrier } = this;
    const event = { accountId: ACCOUNT, sessionId, timeUs: NOW_US, barrier, body };
    return this.bus.publish(TOPICS.accountEvent, ACCOUNT, event);
  }
}

/**
 * Anchors are kept a while after they moved. A process that is gone must not do that any more: the next test's account
 * has the same name. What it returns ends it; anchors that belong to a transaction are stored with that.
 */
function silenced({ history }: RiskStore): () => Promise<void> {
  const save = history.saveAnchors.bind(history);
  const saving = new Set<Promise<boolean>>();
  let isGone = false;
  history.saveAnchors = async (sql, ...anchors) => {
    if (sql !== undefined) return save(sql, ...anchors);
    if (isGone) return false;
    const work = save(sql, ...anchors);
    saving.add(work);
    return work.finally(() => saving.delete(work));
  };
  return async () => {
    isGone = true;
    await Promise.allSettled(saving);
  };
}
