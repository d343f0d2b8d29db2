import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { common, TOPICS, type gateway } from '@trading/contracts';
import { ALERTS, silentAlerts } from '@trading/platform-alerting';
import { startService, type RunningService } from '@trading/platform-bootstrap';
import { DATABASE, type Database } from '@trading/platform-database';
import { CACHE, InMemoryCache } from '@trading/platform-cache';
import { ACCESS_TOKENS, GrpcHost } from '@trading/platform-grpc';
import { HealthDirectory } from '@trading/platform-health';
import { memoryLogger } from '@trading/platform-logging';
import { EVENT_BUS, InProcessBus, route, type Delivery } from '@trading/platform-messaging';
import {
  TIME_SERIES,
  type FlushOutcome,
  type SeriesColumns,
  type Tags,
  type TimeSeriesStore,
} from '@trading/platform-timeseries';
import { GATEWAY_CONFIG, type GatewayConfig } from '../lib/gateway-config';
import { GatewayUseCases } from '../lib/gateway-service';
import { GatewayLifecycle, MT5_GATEWAY_SERVICE } from '../lib/gateway.module';
import { ScriptedTerminal } from './scripted-terminal';

export const TERMINAL_KEY = Buffer.from('0123456789abcdef0123456789abcdef');
export const ACCOUNT = 'acc-1';

/** What was published, in order: topic, key and message. */
export interface Published {
  readonly topic: string;
  readonly key: string;
  readonly message: { readonly body?: { readonly $case: string; readonly value: unknown } | undefined };
}

/** A time series of one test: rows in memory. */
export class MemoryTimeSeries implements TimeSeriesStore {
  readonly written: { readonly measurement: string; readonly tags: Tags; readonly columns: SeriesColumns }[] = [];
  flushes = 0;
  write(measurement: string, tags: Tags, columns: SeriesColumns): void {
    this.written.push({ measurement, tags, columns });
  }
  pressure = (): Promise<void> => Promise.resolve();
  flush = (): Promise<FlushOutcome> => {
    this.flushes++;
    return Promise.resolve({ kind: 'stored' } as const);
  };
  query = (): Promise<never[]> => Promise.resolve([]);
  count = (): Promise<number> => Promise.resolve(this.written.reduce((sum, w) => sum + w.columns.seq.length, 0));
  close = (): Promise<void> => Promise.resolve();
}

/** Stages of a test: by default each passes every barrier as soon as it hears of it. */
export type Stage = 'prediction' | 'decision' | 'execution' | 'risk-manager';
const STAGE_TOPICS = {
  prediction: TOPICS.prediction,
  decision: TOPICS.decision,
  execution: TOPICS.orderEvent,
  'risk-manager': TOPICS.riskEvent,
} as const;

/** A gateway as a process starts it, on a real database and the in-process bus, with stages that the test plays. */
export class GatewayFixture {
  readonly published: Published[] = [];
  readonly timeSeries = new MemoryTimeSeries();
  readonly log = memoryLogger();
  /** Stages that pass barriers by themselves. */
  readonly prompt = new Set<Stage>(['prediction', 'decision', 'execution', 'risk-manager']);
  /** The session that was announced last. */
  private sessionId = '';
  private readonly terminals: ScriptedTerminal[] = [];
  private service: RunningService | undefined;
  private readonly approver = generateKeyPairSync('ed25519');
  readonly bus = new InProcessBus();
  readonly cache = new InMemoryCache();

  private constructor(private readonly database: Database) {}

  static async start(database: Database, config: Partial<GatewayConfig> = {}): Promise<GatewayFixture> {
    const fixture = new GatewayFixture(database);
    await fixture.listen();
    const gatewayConfig: GatewayConfig = {
      gatewayId: 'mt5-test',
      platform: 'MT5',
      terminalHost: '127.0.0.1',
      terminalPort: 0,
      terminalKeys: { k1: TERMINAL_KEY },
      accounts: [{ accountId: ACCOUNT, login: '1001', server: 'Broker', live: false }],
      tradingMode: 'paper',
      approvalKeys: { a1: fixture.approver.publicKey.export({ type: 'spki', format: 'pem' }).toString() },
      subscriptions: [{ symbol: 'EURUSD', timeframe: 'M1' }],
      stages: ['prediction/*', 'decision', 'execution', 'risk-manager'],
      checkpointEveryMs: 0,
      heartbeatMs: 60_000,
      handshakeTimeoutMs: 5_000,
      commandTimeoutMs: 5_000,
      ...config,
    };
    fixture.service = await startService(MT5_GATEWAY_SERVICE, {
      providers: [
        { provide: EVENT_BUS, useValue: fixture.bus },
        { provide: DATABASE, useValue: database },
        { provide: TIME_SERIES, useValue: fixture.timeSeries },
        { provide: ACCESS_TOKENS, useValue: {} },
        { provide: ALERTS, useValue: silentAlerts },
        { provide: CACHE, useValue: fixture.cache },
        { provide: GATEWAY_CONFIG, useValue: gatewayConfig },
      ],
      grpcHost: new GrpcHost(),
      health: new HealthDirectory(),
      logger: fixture.log,
    });
    return fixture;
  }

  get port(): number {
    return this.running.get<GatewayLifecycle>(GatewayLifecycle).terminalPort;
  }

  get calls(): GatewayUseCases {
    return this.running.get<GatewayUseCases>(GatewayUseCases);
  }

  async login(hello: Parameters<typeof ScriptedTerminal.login>[1]['hello'] = {}): Promise<ScriptedTerminal> {
    const one = await ScriptedTerminal.login(this.port, { key: TERMINAL_KEY, hello });
    this.terminals.push(one);
    return one;
  }

  /** Logs in and waits until the session takes commands and data. */
  async connect(hello: Parameters<typeof ScriptedTerminal.login>[1]['hello'] = {}): Promise<ScriptedTerminal> {
    const one = await this.login(hello);
    const isAnnounced = () => this.log.entries.some(({ message }) => message === 'A terminal is connected.');
    this.log.entries.length = 0;
    while (!isAnnounced() && !one.isClosed) await new Promise((resolve) => setImmediate(resolve));
    return one;
  }

  async dial(): Promise<ScriptedTerminal> {
    const one = await ScriptedTerminal.dial(this.port);
    this.terminals.push(one);
    return one;
  }

  of(topic: { readonly name: string }, $case: string): Published[] {
    return this.published.filter((p) => p.topic === topic.name && p.message.body?.$case === $case);
  }

  /** Waits until something is so; jest's own limit ends a wait in vain. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
  }

  /** What a stage says of a barrier. */
  async pass(stage: Stage, n: number): Promise<void> {
    const { sessionId } = this;
    const value = { source: stage, accountId: ACCOUNT, sessionId, n, timeUs: 0, checkpoint: false, end: false };
    await this.speak(stage, { $case: 'progress', value });
  }

  async enter(stage: Stage, session: common.SessionStarted): Promise<void> {
    await this.speak(stage, { $case: 'session', value: session });
  }

  order(more: Partial<common.OrderRequest> = {}): common.OrderRequest {
    return common.OrderRequest.fromPartial({
      coid: 'order-1',
      accountId: ACCOUNT,
      symbol: 'EURUSD',
      side: common.Side.BUY,
      type: common.OrderType.MARKET,
      volumeLots: '0.10',
      worstPrice: '1.20000',
      timeInForce: common.TimeInForce.IOC,
      origin: common.Origin.STRATEGY,
      ...more,
    });
  }

  /** A request with the approval that risk-manager would sign for it. */
  approved(
    order: common.OrderRequest,
    more: Partial<common.ApprovalEnvelope> = {},
    key: KeyObject = this.approver.privateKey,
  ): gateway.SubmitOrderRequest {
    const approval = this.signed(
      {
        approvalId: `${order.coid}.1`,
        coid: order.coid,
        accountId: order.accountId,
        symbol: order.symbol,
        side: order.side,
        type: order.type,
        volumeLots: order.volumeLots,
        worstPrice: order.worstPrice ?? '',
        price: order.price ?? '',
        stopLoss: order.stopLoss ?? '',
        takeProfit: order.takeProfit ?? '',
        fillingModes: [common.FillingMode.FOK],
        notAfterUs: 1_000_000,
        epoch: 1,
        reduceOnly: order.reduceOnly,
        positionId: order.positionId,
        stopLimitPrice: order.stopLimitPrice ?? '',
        expiresUs: order.expiresUs ?? 0,
        closeByPositionId: order.closeByPositionId,
        verb: 'submit',
        ...more,
      },
      key,
    );
    return { order, approval, epoch: more.epoch ?? 1 };
  }

  /** What risk-manager would sign. */
  signed(envelope: Partial<common.ApprovalEnvelope>, key: KeyObject = this.approver.privateKey): common.Approval {
    const bytes = common.ApprovalEnvelope.encode(common.ApprovalEnvelope.fromPartial(envelope)).finish();
    return { envelope: Buffer.from(bytes), keyId: 'a1', signature: sign(null, bytes, key) };
  }

  async stop(): Promise<void> {
    await this.running.stop();
    await Promise.all(this.terminals.splice(0).map((one) => one.end()));
    await this.bus.close();
    await this.database.query(
      'TRUNCATE session, halt_flag, barrier, fence, event_position, flatten_request, paper_account, paper_record',
    );
  }

  /** Stops as `kill -9` would: what is in the database stays. */
  async crash(): Promise<void> {
    await this.running.stop();
    await Promise.all(this.terminals.splice(0).map((one) => one.end()));
    await this.bus.close();
  }

  private get running(): RunningService {
    if (this.service === undefined) throw new Error('The gateway was not started.');
    return this.service;
  }

  private async listen(): Promise<void> {
    const hear = ({ topic, key, message }: Delivery<unknown>): void =>
      void this.published.push({ topic, key, message: message as Published['message'] });
    for (const topic of [TOPICS.tradeEvent, TOPICS.accountEvent, TOPICS.marketTick]) {
      await this.bus.consume({ group: `test of ${topic.name}` }, [route<never>(topic as never, hear)]);
    }
    const answer = async ({ message: { body } }: Delivery<gateway.TradeEvent>): Promise<void> => {
      if (body?.$case === 'session') this.sessionId = body.value.sessionId;
      for (const stage of this.prompt) {
        if (body?.$case === 'session') await this.enter(stage, body.value);
        if (body?.$case === 'mark') await this.pass(stage, body.value.n);
      }
    };
    await this.bus.consume({ group: 'stages' }, [route(TOPICS.tradeEvent, answer)]);
  }

  private async speak(stage: Stage, body: { readonly $case: string; readonly value: unknown }): Promise<void> {
    const { sessionId } = this;
    const key = stage === 'prediction' ? 'EURUSD' : ACCOUNT;
    await this.bus.publish<unknown>(STAGE_TOPICS[stage], key, { accountId: ACCOUNT, sessionId, body });
  }
}
