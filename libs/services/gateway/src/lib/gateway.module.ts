import { Inject, Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { gateway, TOPICS, type common } from '@trading/contracts';
import { ShutdownHooks, type ServiceDefinition } from '@trading/platform-bootstrap';
import { DATABASE, type Database } from '@trading/platform-database';
import { ServiceProbes } from '@trading/platform-health';
import { LOGGER, type Logger } from '@trading/platform-logging';
import {
  EVENT_BUS,
  route,
  type EventBus,
  type Route,
  type Subscription,
  type TopicLike,
} from '@trading/platform-messaging';
import { TIME_SERIES, type TimeSeriesStore } from '@trading/platform-timeseries';
import { ApprovalVerifier } from './approval-verifier';
import { CommandSender } from './command-sender';
import { GATEWAY_CONFIG, type GatewayConfig } from './gateway-config';
import { GatewayController } from './gateway-controller';
import { GatewayUseCases } from './gateway-service';
import { HaltFlags } from './halt-flags';
import { SessionDirectory } from './session-directory';
import { StageProgress } from './stage-progress';
import { TerminalServer } from './terminal-server';

/** What a stage says on its topic; only sessions and progress matter here. */
interface StageWord {
  readonly $case: string;
  readonly value: unknown;
}

/** A barrier that stages keep open for longer is worth a complaint. */
const LATE_STAGE_MS = 30_000;

/** Opens the gateway's doors in their order: flags, progress of the stages, then terminals. */
@Injectable()
export class GatewayLifecycle implements OnApplicationBootstrap {
  private subscriptions: Subscription[] = [];
  /** The port that terminals dial, once it is open. */
  terminalPort = 0;

  constructor(
    private readonly server: TerminalServer,
    private readonly halts: HaltFlags,
    private readonly progress: StageProgress,
    private readonly hooks: ShutdownHooks,
    private readonly probes: ServiceProbes,
    @Inject(EVENT_BUS) private readonly bus: EventBus,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.probes.add({ name: 'database', kind: 'ready', check: () => this.database.ping() });
    this.probes.add({ name: 'terminal', kind: 'degraded', check: () => this.requireTerminal() });
    this.probes.add({ name: 'stages', kind: 'degraded', check: () => this.requireStages() });
    this.hooks.add('consumers', 'terminal sessions', () => this.server.close());
    this.hooks.add('consumers', 'progress of stages', () => this.stopListening());
    await this.halts.load();
    await this.listenForProgress();
    this.terminalPort = await this.server.listen();
  }

  private async listenForProgress(): Promise<void> {
    const hear = (stage: string, { $case, value }: StageWord): void => {
      if ($case === 'session') this.progress.enter(stage, value as common.SessionStarted);
      if ($case === 'progress') this.progress.report(stage, value as common.Progress);
      if ($case === 'rejoin') this.onRejoin(stage, value as common.Rejoin);
    };
    const from = <T extends { readonly body?: StageWord | undefined }>(topic: TopicLike<T>, stage: string): Route =>
      route(topic, ({ message: { body }, key }) => {
        if (body !== undefined) hear(stage.replace('*', key), body);
      });
    const group = { group: `gateway-${this.config.gatewayId}`, delivery: 'everything' } as const;
    this.subscriptions = [
      await this.bus.consume(group, [
        from(TOPICS.prediction, 'prediction/*'),
        from(TOPICS.decision, 'decision'),
        from(TOPICS.orderEvent, 'execution'),
        from(TOPICS.riskEvent, 'risk-manager'),
      ]),
    ];
  }

  /** A stage that has not entered the session yet will hear of its beginning; one that had has lost it since. */
  private onRejoin(stage: string, { accountId, reason }: common.Rejoin): void {
    if (this.progress.hasEntered(stage, accountId)) this.server.beginAgain(accountId, `${stage}: ${reason}`);
  }

  private async stopListening(): Promise<void> {
    await Promise.all(this.subscriptions.map((subscription) => subscription.stop()));
  }

  private requireStages(): void {
    const late = this.progress.late(LATE_STAGE_MS);
    if (late.length > 0) throw new Error(`simulated time waits for ${late.join(', ')}`);
  }

  private requireTerminal(): void {
    const offline = this.config.accounts.filter(({ accountId }) => this.server.session(accountId) === undefined);
    if (offline.length > 0)
      throw new Error(`no terminal of ${offline.map((a) => a.accountId).join(', ')} is connected`);
  }
}

@Module({
  controllers: [GatewayController],
  providers: [
    GatewayLifecycle,
    {
      provide: SessionDirectory,
      inject: [DATABASE],
      useFactory: (database: Database) => new SessionDirectory(database),
    },
    {
      provide: HaltFlags,
      inject: [SessionDirectory],
      useFactory: (directory: SessionDirectory) => new HaltFlags(directory),
    },
    {
      provide: StageProgress,
      inject: [GATEWAY_CONFIG],
      useFactory: (config: GatewayConfig) => new StageProgress(config.stages),
    },
    {
      provide: TerminalServer,
      inject: [EVENT_BUS, TIME_SERIES, SessionDirectory, StageProgress, HaltFlags, GATEWAY_CONFIG, LOGGER],
      useFactory: (
        bus: EventBus,
        timeSeries: TimeSeriesStore,
        directory: SessionDirectory,
        progress: StageProgress,
        halts: HaltFlags,
        config: GatewayConfig,
        logger: Logger,
      ) => new TerminalServer({ bus, timeSeries, directory, progress, halts, config, logger }),
    },
    {
      provide: GatewayUseCases,
      inject: [TerminalServer, HaltFlags, GATEWAY_CONFIG, LOGGER],
      useFactory: (server: TerminalServer, halts: HaltFlags, config: GatewayConfig, logger: Logger) => {
        const sender = new CommandSender(new ApprovalVerifier(config.approvalKeys), config.commandTimeoutMs);
        return new GatewayUseCases(server, sender, halts, config, logger);
      },
    },
  ],
})
export class GatewayModule {}

const gatewayService = (name: string): ServiceDefinition => ({
  name,
  module: GatewayModule,
  grpc: [gateway.GatewayServiceService],
});

/** The gateways as processes start them: one program, a platform each. */
export const MT4_GATEWAY_SERVICE = gatewayService('mt4-gateway');
export const MT5_GATEWAY_SERVICE = gatewayService('mt5-gateway');
